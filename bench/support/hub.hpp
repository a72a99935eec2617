/// Several replicas that exchange through one in the middle, and what goes up and down.
#ifndef WEFT_BENCH_SUPPORT_HUB_HPP
#define WEFT_BENCH_SUPPORT_HUB_HPP

#include <weft/weft.hpp>

#include "support/register_storm.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace weft::bench {

template <class Schema>
class star_network {
public:
    using member = timed_replica<Schema>;

    /// Writers 1 to `spokes`; the hub is writer 0 and only listens.
    explicit star_network(std::size_t spokes) : hub_(std::make_unique<member>(0)) {
        for (std::size_t i = 0; i != spokes; ++i) {
            spokes_.push_back(std::make_unique<member>(i + 1));
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return spokes_.size(); }

    [[nodiscard]] member& operator[](std::size_t i) noexcept { return *spokes_[i]; }

    /// Everybody sends what the hub lacks, then takes what it lacks itself: afterwards all agree.
    void exchange() {
        for (auto& spoke : spokes_) {
            const auto delta = spoke->held.delta_since(hub_->held.version());
            up_ += delta.size();
            hub_->held.apply(delta).value();
        }
        for (auto& spoke : spokes_) {
            const auto delta = hub_->held.delta_since(spoke->held.version());
            down_ += delta.size();
            spoke->held.apply(delta).value();
        }
    }

    [[nodiscard]] bool agree() {
        for (auto& spoke : spokes_) {
            if (spoke->held.state_digest() != hub_->held.state_digest()) {
                return false;
            }
        }
        return true;
    }

    [[nodiscard]] std::size_t bytes_up() const noexcept { return up_; }

    [[nodiscard]] std::size_t bytes_down() const noexcept { return down_; }

    void forget_bytes() noexcept { up_ = down_ = 0; }

private:
    std::unique_ptr<member> hub_;
    std::vector<std::unique_ptr<member>> spokes_;
    std::size_t up_ = 0;
    std::size_t down_ = 0;
};

}  // namespace weft::bench

#endif
