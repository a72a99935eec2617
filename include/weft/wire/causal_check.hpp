/// Checks the first half of a batch, that says which operations there are and how they follow one
/// another: actors, spans, parents, claimed addresses, timestamps (FORMAT.md). Streams over the
/// bytes; what it learns goes into the layout.
#ifndef WEFT_WIRE_CAUSAL_CHECK_HPP
#define WEFT_WIRE_CAUSAL_CHECK_HPP

#include <weft/base/bytes.hpp>
#include <weft/causal/dot.hpp>
#include <weft/wire/batch_format.hpp>
#include <weft/wire/batch_layout.hpp>
#include <weft/wire/columns.hpp>

#include <cstdint>
#include <cstring>
#include <utility>

namespace weft {

class causal_check {
public:
    /// `in` stands behind the header; `used` is by actor, for whoever refers to one.
    causal_check(batch_layout& to, byte_reader& in, usage& used) noexcept
        : to_(&to), in_(&in), used_(&used) {}

    [[nodiscard]] result<done> run() {
        using section = result<done> (causal_check::*)();
        constexpr section sections[] = {&causal_check::actors,  &causal_check::spans,
                                        &causal_check::outside, &causal_check::exceptions,
                                        &causal_check::claims,  &causal_check::times};
        for (const section one : sections) {
            const result<done> checked = (this->*one)();
            if (!checked) {
                return checked;
            }
        }
        return done{};
    }

private:
    static constexpr std::uint64_t sequence_max = 0xFFFFFFFFU;

    [[nodiscard]] std::uint32_t here() const noexcept {
        return static_cast<std::uint32_t>(in_->offset());
    }

    [[nodiscard]] std::uint32_t actor_count() const noexcept {
        return static_cast<std::uint32_t>(to_->actors.size());
    }

    [[nodiscard]] result<done> actors() {
        const std::size_t width = to_->header.actor_size;
        const auto count = read_table_size(*in_, width);
        if (!count) {
            return count.error();
        }
        to_->actor_table = here();
        for (std::uint32_t i = 0; i != *count; ++i) {
            if (i != 0 && std::memcmp(to_->actor_bytes(i - 1), to_->actor_bytes(i), width) >= 0) {
                return {errc::not_sorted, in_->offset()};
            }
            static_cast<void>(in_->bytes(width));
        }
        to_->actors.resize(*count);
        *used_ = usage(*count);
        return done{};
    }

    [[nodiscard]] result<done> spans() {
        const auto count = read_table_size(*in_, 2);
        if (!count) {
            return count.error();
        }
        to_->span_count = *count;
        to_->span_table = here();
        std::uint64_t operations = 0;
        std::uint64_t before = actor_count();  // none
        for (std::uint32_t i = 0; i != *count; ++i) {
            const std::size_t at = in_->offset();
            const auto actor = in_->varint();
            if (!actor) {
                return actor.error();
            }
            const auto length = in_->varint();
            if (!length) {
                return length.error();
            }
            std::uint64_t skipped = 0;
            if ((*length & 1U) != 0) {
                const auto gap = in_->varint();
                if (!gap) {
                    return gap.error();
                }
                if (*gap == 0) {
                    return {errc::not_canonical, at};
                }
                skipped = *gap;
            }
            const result<done> taken = span(at, *actor, *length >> 1U, skipped, *actor == before);
            if (!taken) {
                return taken;
            }
            before = *actor;
            operations += *length >> 1U;
            if (operations > in_->remaining()) {
                return {errc::too_large, at};
            }
        }
        to_->operations = static_cast<std::uint32_t>(operations);
        collect_ranges();
        return done{};
    }

    [[nodiscard]] result<done> span(std::size_t at,
                                    std::uint64_t number,
                                    std::uint64_t count,
                                    std::uint64_t skipped,
                                    bool same_actor) {
        if (number >= actor_count()) {
            return {errc::out_of_range, at};
        }
        if (count == 0 || (same_actor && skipped == 0)) {
            return {errc::not_canonical, at};
        }
        batch_layout::actor& of = to_->actors[static_cast<std::size_t>(number)];
        const std::uint64_t left = sequence_max - of.reached;
        if (skipped >= left || count > left - skipped) {
            return {errc::out_of_range, at};
        }
        used_->use(static_cast<std::size_t>(number));
        of.ranges += skipped != 0 || of.reached == 0 ? 1 : 0;
        of.reached += static_cast<sequence>(skipped + count);
        return done{};
    }

    /// Turns the actors' counts of ranges into the ranges: a counting sort.
    void collect_ranges() {
        std::uint32_t sum = 0;
        for (batch_layout::actor& actor : to_->actors) {
            const std::uint32_t count = actor.ranges;
            actor.ranges = sum;
            sum += count;
        }
        to_->ranges.resize(sum);
        to_->goes_on = bit_list(to_->span_count);
        span_cursor span(*to_);
        for (std::uint32_t i = 0; i != to_->span_count; ++i) {
            span.next(*to_);
            batch_layout::actor& actor = to_->actors[span.actor()];
            if (span.starts()) {
                to_->ranges[actor.ranges++] = {span.first(), span.last()};
            } else {
                to_->ranges[actor.ranges - 1].last = span.last();
            }
            actor.reached = span.last();
        }
        // Each actor's place now stands behind its ranges; shift them back.
        std::uint32_t begin = 0;
        for (batch_layout::actor& actor : to_->actors) {
            const std::uint32_t end = actor.ranges;
            actor.ranges = begin;
            begin = end;
        }
    }

    [[nodiscard]] result<done> outside() {
        const std::size_t width = to_->header.address_size;
        const auto count = read_table_size(*in_, 2 + width);
        if (!count) {
            return count.error();
        }
        to_->outside.reserve(*count);
        std::uint64_t actor = 0;
        std::uint64_t before = 0;
        for (std::uint32_t i = 0; i != *count; ++i) {
            const std::size_t at = in_->offset();
            const auto step = in_->varint();
            if (!step) {
                return step.error();
            }
            const auto number = in_->varint();
            if (!number) {
                return number.error();
            }
            if (*step >= actor_count() - actor) {
                return {errc::out_of_range, at};
            }
            before = *step == 0 ? before : 0;
            actor += *step;
            if (*number == 0) {
                return {before != 0 ? errc::not_sorted : errc::out_of_range, at};
            }
            if (*number > sequence_max - before) {
                return {errc::out_of_range, at};
            }
            before += *number;
            const auto slot = static_cast<std::uint32_t>(actor);
            const auto which = static_cast<sequence>(before);
            if (to_->inside(slot, which)) {
                return to_->about(errc::not_causal, at, slot, which);
            }
            used_->use(slot);
            to_->outside.push_back({{slot}, which});
        }
        to_->outside_addresses = here();
        return addresses(*count);
    }

    /// Addresses are whatever they are, but not zero, which says that there is none.
    [[nodiscard]] result<done> addresses(std::uint32_t count) {
        const std::size_t width = to_->header.address_size;
        for (std::uint32_t i = 0; i != count; ++i) {
            const std::size_t at = in_->offset();
            const auto address = in_->bytes(width);
            if (!address) {
                return address.error();
            }
            std::size_t zeros = 0;
            while (zeros != width && (*address)[zeros] == std::byte{0}) {
                ++zeros;
            }
            if (zeros == width) {
                return {errc::out_of_range, at};
            }
        }
        return done{};
    }

    /// Walks the spans and the exceptions side by side.
    [[nodiscard]] result<done> exceptions() {
        start_ = in_->offset();
        const auto count = read_table_size(*in_, 2);
        if (!count) {
            return count.error();
        }
        to_->exception_count = *count;
        to_->exception_table = here();
        exceptions_left_ = *count;
        outside_used_ = usage(to_->outside.size());
        lean_vector<std::uint32_t> last_span(actor_count(), to_->span_count);
        span_cursor span(*to_);
        std::uint64_t position = 0;
        result<done> read = next_exception();
        for (std::uint32_t i = 0; read && i != to_->span_count; ++i) {
            span.next(*to_);
            const bool plain = exception_ != position;
            if (span.starts()) {
                ++to_->runs;
                read = plain ? needs_outside(start_, span.actor(), span.first()) : read;
            } else if (plain) {
                static_cast<void>(to_->goes_on.mark(last_span[span.actor()]));
            }
            last_span[span.actor()] = i;
            const std::uint64_t end = position + span.count();
            while (read && exception_ < end) {
                const bool starts = exception_ == position && span.starts();
                to_->runs += starts ? 0 : 1;
                const auto here = static_cast<sequence>(span.first() + (exception_ - position));
                to_->actors[span.actor()].reached = here - 1;
                read = parents(span.actor(), here, starts);
                read = read ? next_exception() : read;
            }
            position = end;
            to_->actors[span.actor()].reached = span.last();
        }
        if (!read) {
            return read;
        }
        if (!outside_used_.complete()) {
            return {errc::unused_entry, start_};
        }
        outside_used_ = {};
        return done{};
    }

    [[nodiscard]] result<done> next_exception() {
        exception_ = to_->operations;
        if (exceptions_left_ == 0) {
            return done{};
        }
        --exceptions_left_;
        const std::size_t at = in_->offset();
        const auto gap = in_->varint();
        if (!gap) {
            return gap.error();
        }
        if (*gap >= to_->operations - exception_expected_) {
            return {errc::out_of_range, at};
        }
        exception_ = exception_expected_ + *gap;
        exception_expected_ = exception_ + 1;
        return done{};
    }

    /// The predecessor of the actor's operation `here` has to be among the outside parents.
    [[nodiscard]] result<done> needs_outside(std::size_t at, std::uint32_t actor, sequence here) {
        if (here == 1) {
            return done{};
        }
        const std::uint32_t number = to_->find_outside(actor, here - 1);
        if (number == to_->outside.size()) {
            return to_->about(errc::not_causal, at, actor, here);
        }
        outside_used_.use(number);
        return done{};
    }

    /// One exception's parents. `starts`: its own predecessor is not in the batch.
    [[nodiscard]] result<done> parents(std::uint32_t actor, sequence here, bool starts) {
        const std::size_t start = in_->offset();
        const auto head = in_->varint();
        if (!head) {
            return head.error();
        }
        const bool own = (*head & 1U) != 0;
        const std::uint64_t others = *head >> 1U;
        if (own && here == 1) {
            return to_->about(errc::out_of_range, start, actor, here);
        }
        if (others == 0 && (own || here == 1)) {
            return to_->about(errc::not_canonical, start, actor, here);
        }
        if (own && starts) {
            const result<done> found = needs_outside(start, actor, here);
            if (!found) {
                return found;
            }
        }
        local_dot before{};
        for (std::uint64_t i = 0; i != others; ++i) {
            const std::size_t at = in_->offset();
            local_dot parent{};
            const result<done> read = reference(parent);
            errc code = read.error().code;
            if (read && i != 0 && !(before < parent)) {
                code = errc::not_sorted;
            } else if (read && parent.slot.value == actor && parent.sequence >= here - 1) {
                code = parent.sequence + 1 == here ? errc::not_canonical : errc::not_causal;
            }
            if (code != errc::none) {
                return to_->about(code, read ? at : read.error().offset, actor, here);
            }
            before = parent;
        }
        return done{};
    }

    /// A parent that is not the operation's own predecessor.
    [[nodiscard]] result<done> reference(local_dot& parent) {
        const std::size_t at = in_->offset();
        const auto head = in_->varint();
        if (!head) {
            return head.error();
        }
        const std::uint64_t number = *head >> 1U;
        if ((*head & 1U) != 0) {
            if (number >= to_->outside.size()) {
                return {errc::out_of_range, at};
            }
            parent = to_->outside[static_cast<std::size_t>(number)];
            outside_used_.use(static_cast<std::size_t>(number));
            return done{};
        }
        if (number >= actor_count()) {
            return {errc::out_of_range, at};
        }
        const auto back = in_->varint();
        if (!back) {
            return back.error();
        }
        parent.slot.value = static_cast<std::uint32_t>(number);
        const sequence reached = to_->actors[parent.slot.value].reached;
        if (*back >= reached) {
            return {errc::out_of_range, at};
        }
        parent.sequence = reached - static_cast<sequence>(*back);
        if (!to_->inside(parent.slot.value, parent.sequence)) {
            return {errc::out_of_range, at};
        }
        return done{};
    }

    [[nodiscard]] result<done> claims() {
        to_->claims = here();
        return addresses(to_->runs);
    }

    [[nodiscard]] result<done> times() {
        to_->times = run_cursor<std::uint64_t>(here());
        std::uint64_t time = 0;
        std::uint32_t position = 0;
        const auto add = [&](std::uint64_t value, std::uint64_t times) {
            const auto step = static_cast<std::uint64_t>(unzigzag(value));
            for (; times != 0; --times) {
                time += step;
                if (time > timestamp_bits_max) {
                    return errc::out_of_range;
                }
                ++position;
            }
            return errc::none;
        };
        const auto read =
            scan_runs(*in_, to_->operations, ~std::uint64_t{0}, zero_runs::allowed, add);
        if (!read) {
            return about_operation(*to_, read.error().code, read.error().offset, position);
        }
        return done{};
    }

    batch_layout* to_;
    byte_reader* in_;
    usage* used_;
    std::size_t start_ = 0;
    usage outside_used_;
    std::uint32_t exceptions_left_ = 0;
    std::uint64_t exception_ = 0;  ///< the position of the next one, or how many operations
    std::uint64_t exception_expected_ = 0;
};

}  // namespace weft

#endif
