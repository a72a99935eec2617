/// While a replica changes: code of the user's that calls back in the middle of it would find
/// staged edits and scratch in use, and lose them, so it is refused.
#ifndef WEFT_LOG_EXCLUSIVE_HPP
#define WEFT_LOG_EXCLUSIVE_HPP

#include <weft/base/result.hpp>

namespace weft {

/// Marks `changing` for its own lifetime. Throws bad_result (reentered) if it is marked already.
class exclusive {
public:
    explicit exclusive(bool& changing) : changing_(&changing) {
        if (changing) {
            WEFT_THROW(bad_result(errc::reentered), message(errc::reentered).data());
        }
        changing = true;
    }

    exclusive(const exclusive&) = delete;
    exclusive& operator=(const exclusive&) = delete;

    ~exclusive() { *changing_ = false; }

private:
    bool* changing_;
};

}  // namespace weft

#endif
