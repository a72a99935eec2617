/// The addresses of operations that were refused lately, and why: so that what follows them is
/// refused too instead of waiting for ever, and an equivocation is reported once. Bounded: the
/// oldest are forgotten, and their descendants then park like any other. O(log remembered) each.
#ifndef WEFT_LOG_REFUSALS_HPP
#define WEFT_LOG_REFUSALS_HPP

#include <weft/base/lean_vector.hpp>
#include <weft/base/result.hpp>
#include <weft/log/border_index.hpp>

namespace weft {

template <class Traits>
class refusals {
public:
    using address = typename Traits::hasher::digest_type;
    static constexpr std::size_t remembered_max = 4096;

    [[nodiscard]] bool contains(const address& content) const { return why(content) != errc::none; }

    /// errc::none if it was not refused, or that is forgotten.
    [[nodiscard]] errc why(const address& content) const {
        const auto* found = index_.find(key(content));
        return found == nullptr ? errc::none : static_cast<errc>(found->value);
    }

    void insert(const address& content, errc why) {
        if (!contains(content)) {
            auto added = key(content);
            added.value = static_cast<std::uint32_t>(why);
            remember(added);
        }
    }

    /// Notes that an operation of this address was reported as an equivocation: true the first
    /// time. Apart from the refusals, since it may be known by what another operation says only.
    bool report(const address& other) {
        auto added = key(other);
        added.kind = reported;
        if (index_.find(added) != nullptr) {
            return false;
        }
        remember(added);
        return true;
    }

private:
    using entry = typename border_index<Traits>::entry;

    enum kind : std::uint8_t { refused, reported };

    [[nodiscard]] static entry key(const address& content) noexcept {
        return {refused, 0, {}, content, 0};
    }

    void remember(const entry& added) {
        if (order_.size() < remembered_max) {
            order_.reserve_one();
        }
        index_.insert(added);
        if (order_.size() < remembered_max) {
            order_.push_back(added);
        } else {
            index_.erase(order_[oldest_]);
            order_[oldest_] = added;
            oldest_ = (oldest_ + 1) % remembered_max;
        }
    }

    border_index<Traits> index_;
    lean_vector<entry> order_;  ///< a ring once full
    std::size_t oldest_ = 0;
};

}  // namespace weft

#endif
