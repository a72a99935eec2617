/// Fuzz body: any bytes are a schedule. Each pair is an action of one of four replicas: write,
/// send, receive (again, late, damaged), restart, look back, undo. At the end all exchange until
/// nobody lacks anything, and must agree. The schema is a parameter: canary.cpp runs one that must
/// fail.
#ifndef WEFT_FUZZ_SCRIPT_HPP
#define WEFT_FUZZ_SCRIPT_HPP

#include <weft/testing/everything.hpp>
#include <weft/testing/random_transaction.hpp>
#include <weft/testing/simulated_traits.hpp>
#include <weft/weft.hpp>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

namespace weft::fuzz {

template <class Schema>
class script {
public:
    static constexpr std::size_t replicas = 4;
    static constexpr std::size_t steps_max = 64;

    script() {
        for (std::size_t i = 0; i < replicas; ++i) {
            held_.emplace_back(uuid::of(1, i), around(i));
        }
    }

    void run(const std::uint8_t* data, std::size_t size) {
        for (std::size_t at = 0; at + 1 < size && at < 2 * steps_max; at += 2) {
            const std::size_t action = data[at] / replicas;
            step(data[at] % replicas, action < 60 ? action % 12 : 12, data[at + 1]);
        }
        heal();
    }

private:
    using replica_type = replica<Schema, testing::simulated_traits>;

    static void require(bool held) {
        if (!held) {
            std::abort();
        }
    }

    [[nodiscard]] environment<testing::simulated_traits> around(std::size_t i) noexcept {
        return {manual_clock{&now_[i]}, splitmix64{++seed_}};
    }

    void step(std::size_t i, std::size_t action, std::uint8_t detail) {
        replica_type& r = held_[i];
        switch (action) {
        case 0:
            now_[i] += std::uint64_t{detail} * detail;
            break;
        case 1:
            now_[i] -= now_[i] > detail ? detail : 0U;
            break;
        case 2:
        case 3:
        case 4:
            write(r, detail);
            break;
        case 5:
            kept_.push_back(r.delta_since(held_[detail % replicas].version(), 1U + detail / 16U));
            break;
        case 6:
            receive(r, detail);
            break;
        case 7:
            damage(r, detail);
            break;
        case 8:
            take(r, held_[detail % replicas].delta_since(r.version()));
            break;
        case 9:
            restart(i, detail);
            break;
        case 10:
            look_back(r);
            break;
        case 11:
            static_cast<void>(r.join_heads());
            break;
        default:
            turn(r, detail);
            break;
        }
    }

    static void write(replica_type& r, std::uint8_t detail) {
        weft::testing::dice from(detail);
        weft::testing::random_transaction<Schema, testing::simulated_traits> edit(from, 3, 20);
        r.transact([&](auto& tx) { edit(tx, r); });
        require(edit.unmet(r).empty());
    }

    /// Undoes one of the last operations that are held, or redoes it.
    static void turn(replica_type& r, std::uint8_t detail) {
        if constexpr (undoable_schema<Schema>) {
            if (r.size() == 0) {
                return;
            }
            const op_index index{r.size() - 1 - detail % r.size()};
            const auto id = r.log().dot_of(r.log().graph().dot_of(index));
            const bool was = r.undone(id);
            const auto made = was ? r.redo(id) : r.undo(id);
            require(made.has_value() ? *made : made.error().code == errc::cannot_undo);
            require(r.undone(id) != was || !made.has_value());
        }
    }

    static void take(replica_type& r, const byte_buffer& bytes) {
        const auto report = r.apply(bytes);
        require(report.has_value());
        require(report->refused.empty());
    }

    void receive(replica_type& r, std::uint8_t detail) {
        if (!kept_.empty()) {
            take(r, kept_[detail % kept_.size()]);
        }
    }

    /// A batch with one byte changed and the checksum repaired: no harm may come of it. (What is
    /// admitted from it is what an honest replica made, or the end finds no agreement.)
    void damage(replica_type& r, std::uint8_t detail) {
        if (kept_.empty()) {
            return;
        }
        byte_buffer bytes = kept_[detail % kept_.size()];
        weft::testing::dice from(detail);
        const std::size_t place = from.below(static_cast<std::uint32_t>(bytes.size() - 8));
        bytes[place] ^= static_cast<std::byte>(1U << from.below(8));
        store_le<8>(bytes.data() + bytes.size() - 8,
                    xxh3_64(byte_span(bytes).first(bytes.size() - 8)));
        const byte_buffer before = r.save();
        const auto report = r.apply(bytes);
        require(report.has_value() || r.save() == before);
        if (report) {
            // Every operation is accounted for; some that were parked before may be refused now.
            require(report->applied + report->known + report->parked + report->refused.size() >=
                    operations_in(bytes));
        }
    }

    [[nodiscard]] static std::size_t operations_in(const byte_buffer& batch) {
        auto reader = batch_reader<testing::simulated_traits>::open(batch);
        operation<testing::simulated_traits> op;
        std::size_t count = 0;
        while (reader->next(op)) {
            ++count;
        }
        return count;
    }

    void restart(std::size_t i, std::uint8_t detail) {
        const byte_buffer file = held_[i].save();
        const digest<16> state = held_[i].state_digest();
        auto made = detail % 2 == 0 ? replica_type::resume(file, around(i))
                                    : replica_type::load(file, uuid::of(2, ++seed_), around(i));
        require(made.has_value());
        require(made->state_digest() == state);
        held_[i] = std::move(*made);
    }

    static void look_back(replica_type& r) {
        auto now = r.at(r.frontier());
        require(now.has_value());
        require(now->state_digest() == r.state_digest());
    }

    /// Everybody's clock right and far ahead, so that nothing stays parked; then two full rounds.
    void heal() {
        for (std::uint64_t& now : now_) {
            now = std::uint64_t{1} << 40U;
        }
        for (replica_type& r : held_) {
            static_cast<void>(r.poll());
        }
        for (int round = 0; round < 3; ++round) {
            for (replica_type& to : held_) {
                for (replica_type& from : held_) {
                    take(to, from.delta_since(to.version()));
                }
            }
        }
        for (replica_type& r : held_) {
            require(r.version() == held_[0].version());
            require(r.frontier() == held_[0].frontier());
            require(r.state_digest() == held_[0].state_digest());
            require(r.parked().empty());
        }
    }

    std::uint64_t now_[replicas] = {1'000'000, 1'000'000, 1'000'003, 2'000'000};
    std::uint64_t seed_ = 0;
    std::vector<replica_type> held_;
    std::vector<byte_buffer> kept_;
};

template <class Schema = weft::testing::everything>
int run_script(const std::uint8_t* data, std::size_t size) {
    script<Schema>().run(data, size);
    return 0;
}

}  // namespace weft::fuzz

#endif
