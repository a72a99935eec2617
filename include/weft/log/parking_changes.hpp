/// What one call does to parking (parking.hpp), so that it can be taken back: what it parked, what
/// it took out and which parents came.
#ifndef WEFT_LOG_PARKING_CHANGES_HPP
#define WEFT_LOG_PARKING_CHANGES_HPP

#include <weft/log/parking.hpp>

#include <cstdint>
#include <utility>

namespace weft {

template <class Traits>
class parking_changes {
public:
    using entry = typename parking<Traits>::entry;
    using dot_type = typename parking<Traits>::dot_type;
    using address = typename parking<Traits>::address;

    /// The parking must outlive it, and change through it only.
    explicit parking_changes(parking<Traits>& of) noexcept
        : of_(&of), first_serial_(of.next_serial()) {}

    /// Strong guarantee, as with the next two.
    void insert(entry&& parked) {
        inserted_.push_back(parked.content);
        of_->insert(std::move(parked));
    }

    /// Takes an operation out; it is kept here. Good until the next one is taken.
    const entry& take(const address& key) {
        taken_.reserve_one();
        taken_.push_back(of_->take(key));
        return taken_.back();
    }

    /// As parking::arrive().
    std::uint32_t arrive(const address& child, const dot_type& parent) {
        if (of_->find(child)->serial < first_serial_) {
            arrivals_.push_back({child, parent});
        }
        return of_->arrive(child, parent);
    }

    /// What was parked, in order; it may have been taken out since.
    [[nodiscard]] const lean_vector<address>& inserted() const noexcept { return inserted_; }

    /// Takes everything back. Needs no memory.
    void undo() noexcept {
        for (const address& key : inserted_) {
            if (of_->contains(key)) {
                static_cast<void>(of_->take(key));
            }
        }
        for (entry& back : taken_) {
            if (back.serial < first_serial_) {
                of_->put_back(std::move(back));
            }
        }
        for (const arrival& back : arrivals_) {
            of_->depart(back.child, back.parent);
        }
        inserted_.clear();
        taken_.clear();
        arrivals_.clear();
        first_serial_ = of_->next_serial();
    }

private:
    /// A parent that came for what was parked before.
    struct arrival {
        address child{};
        dot_type parent{};
    };

    parking<Traits>* of_;
    std::uint64_t first_serial_;  ///< of what is parked through this
    lean_vector<address> inserted_;
    lean_vector<entry> taken_;
    lean_vector<arrival> arrivals_;
};

}  // namespace weft

#endif
