/// The addresses of operations that were refused lately, and why: so that what follows them is
/// refused too instead of waiting for ever, and an equivocation is reported once. Bounded: the
/// oldest are forgotten, and their descendants then park like any other.
#ifndef WEFT_LOG_REFUSALS_HPP
#define WEFT_LOG_REFUSALS_HPP

#include <weft/base/result.hpp>

#include <deque>
#include <map>

namespace weft {

template <class Traits>
class refusals {
public:
    using address = typename Traits::hasher::digest_type;
    static constexpr std::size_t remembered_max = 4096;

    [[nodiscard]] bool contains(const address& content) const { return why_.contains(content); }

    /// Pre: contains(content).
    [[nodiscard]] errc why(const address& content) const { return why_.find(content)->second; }

    void insert(const address& content, errc why) {
        if (why_.contains(content)) {
            return;
        }
        order_.push_back(content);
        WEFT_TRY {
            why_.emplace(content, why);
        }
        WEFT_CATCH_ALL {
            order_.pop_back();
            WEFT_RETHROW;
        }
        if (order_.size() > remembered_max) {
            why_.erase(order_.front());
            order_.pop_front();
        }
    }

private:
    std::map<address, errc> why_;
    std::deque<address> order_;
};

}  // namespace weft

#endif
