/// The values of a register that were written concurrently, each with its stamp: what registers
/// stand on that keep them and choose when they are read. A write takes back the values that its
/// writer had observed and stays beside those that it had not, as in multi_value; so which values
/// live depends on the set of writes only. They are read in the order of their stamps: timestamp,
/// then the actor's id (its hash, if it is longer than 16 bytes), then ordinal.
/// Memory: a content and 64 bytes, and more while concurrent values live. A write costs O(1)
/// expected per dot, a read O(live values).
/// Source: DeCandia et al., Dynamo (2007); dot stores as in live_events.hpp.
#ifndef WEFT_MERGE_CONCURRENT_VALUES_HPP
#define WEFT_MERGE_CONCURRENT_VALUES_HPP

#include <weft/base/codec.hpp>
#include <weft/base/lean_vector.hpp>
#include <weft/merge/live_events.hpp>

#include <cstring>

namespace weft {

/// A value as content: compared by what it encodes to.
template <class T>
struct plain_content {
    T value{};

    void encode(byte_writer& out) const { codec<T>::encode(out, value); }

    friend bool operator==(const plain_content& a, const plain_content& b) {
        return value_same(a.value, b.value);
    }
};

/// `Content`: has encode(byte_writer&) const and ==, and moves without throwing.
template <class Content>
class concurrent_values {
public:
    struct version {
        Content content{};
        timestamp at{};
        digest<16> actor{};
        std::uint32_t ordinal = 0;

        /// Whether its stamp comes before the other's.
        [[nodiscard]] bool before(const version& other) const noexcept {
            if (at != other.at) {
                return at < other.at;
            }
            const int order = std::memcmp(actor.bytes.data(), other.actor.bytes.data(), 16);
            return order != 0 ? order < 0 : ordinal < other.ordinal;
        }

        friend bool operator==(const version& a, const version& b) {
            return a.at == b.at && a.content == b.content;
        }
    };

    concurrent_values() = default;

    /// Of a detached register: one value without a stamp.
    explicit concurrent_values(Content content) {
        live_[local_event{}].content = std::move(content);
    }

    /// How many live: none before the first write, more than one when concurrent.
    [[nodiscard]] std::size_t size() const noexcept { return live_.size(); }

    [[nodiscard]] bool empty() const noexcept { return live_.empty(); }

    /// Nothing was ever written, or by a detached register only.
    [[nodiscard]] bool pristine() const noexcept {
        return live_.empty() || live_.find(local_event{}) != nullptr;
    }

    /// The last by the strict order less(version, version); null if there is none. O(n).
    template <class Less>
    [[nodiscard]] const version* last_by(const Less& less) const {
        const version* last = nullptr;
        live_.for_each([&](const local_event& /*event*/, const version& each) {
            if (last == nullptr || less(*last, each)) {
                last = &each;
            }
        });
        return last;
    }

    /// Appends the event of last_by(less), if there is one. O(n).
    template <class Less>
    void name_last_by(const Less& less, observed_list& dots) const {
        const version* last = nullptr;
        local_event found{};
        live_.for_each([&](const local_event& event, const version& each) {
            if (last == nullptr || less(*last, each)) {
                last = &each;
                found = event;
            }
        });
        if (last != nullptr) {
            dots.push_back(found);
        }
    }

    /// The one with the greatest stamp; null if there is none. O(n).
    [[nodiscard]] const version* latest() const {
        return last_by([](const version& a, const version& b) { return a.before(b); });
    }

    /// All, the one with the greatest stamp last. O(n log n). Valid until the next write.
    [[nodiscard]] lean_vector<const version*> sorted() const {
        lean_vector<const version*> order;
        order.reserve(live_.size());
        live_.for_each(
            [&](const local_event& /*event*/, const version& each) { order.push_back(&each); });
        lean_sort(order.begin(), order.end(),
                  [](const version* a, const version* b) { return a->before(*b); });
        return order;
    }

    /// Appends the dots that a write made now takes back.
    void observe(observed_list& dots) const { observe_all(live_, dots); }

    /// The same of a write whose writer had seen what `past` says.
    void recall(const hindsight& past, observed_list& dots) const {
        recall_seen(live_, past, dots);
    }

    /// The value that an event wrote, if it lives; else null. O(1) expected.
    [[nodiscard]] const version* find(const local_event& event) const noexcept {
        return live_.find(event);
    }

    /// Whether nothing would live beside a write that comes with these dots.
    [[nodiscard]] bool all_observed(observed_span dots) const noexcept {
        return live_.empty() || (live_.size() == 1 && takes_all(live_, dots));
    }

    /// A write. O(dots) expected; strong guarantee.
    void write(observed_span dots, const event& at, Content content) {
        take_over(live_, dots, at.id,
                  version{std::move(content), at.at, actor_name(at), at.id.ordinal});
    }

    /// Takes back what was observed and leaves nothing. True: something lived. O(dots) expected.
    bool take_back(observed_span dots) noexcept {
        bool any = false;
        for (const local_event& dot : dots) {
            any |= live_.erase(dot);
        }
        return any;
    }

    /// Calls visit(event, version) for the values of other operations. O(n).
    template <class Visit>
    void each_beside(local_dot operation, const Visit& visit) const {
        live_.for_each([&](const local_event& other, const version& each) {
            if (other.operation != operation) {
                visit(other, each);
            }
        });
    }

    /// Per live value, by actor: its dot, timestamp, size and encoding of the content.
    void write_state(byte_writer& out, const actor_order& actors) const {
        byte_buffer scratch;
        write_live(out, live_, actors, [&](byte_writer& to, const version& each) {
            scratch.clear();
            byte_writer content(scratch);
            each.content.encode(content);
            to.u64(each.at.bits);
            to.varint(scratch.size());
            to.append(scratch);
        });
    }

    /// Values and events; of use within one replica only.
    friend bool operator==(const concurrent_values&, const concurrent_values&) = default;

private:
    [[nodiscard]] static digest<16> actor_name(const event& at) noexcept {
        const byte_span id = at.actors.id(at.id.operation.slot);
        digest<16> name{};
        if (id.size() > name.bytes.size()) {
            return xxh3_128::hash(id);
        }
        if (!id.empty()) {
            std::memcpy(name.bytes.data(), id.data(), id.size());
        }
        return name;
    }

    live_events<version> live_;
};

}  // namespace weft

#endif
