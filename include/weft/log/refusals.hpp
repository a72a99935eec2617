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
        if (contains(content)) {
            return;
        }
        if (order_.size() < remembered_max) {
            order_.reserve_one();
        }
        auto added = key(content);
        added.value = static_cast<std::uint32_t>(why);
        index_.insert(added);
        if (order_.size() < remembered_max) {
            order_.push_back(content);
        } else {
            index_.erase(key(order_[oldest_]));
            order_[oldest_] = content;
            oldest_ = (oldest_ + 1) % remembered_max;
        }
    }

private:
    [[nodiscard]] static typename border_index<Traits>::entry key(const address& content) noexcept {
        return {0, 0, {}, content, 0};
    }

    border_index<Traits> index_;
    lean_vector<address> order_;  ///< a ring once full
    std::size_t oldest_ = 0;
};

}  // namespace weft

#endif
