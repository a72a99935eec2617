/// A second schema for the simulator and the reference model, beside everything.hpp: the policies
/// that are not in that one. It stands apart so that a program which simulates one of the two
/// compiles only that.
#ifndef WEFT_TESTING_EVERYTHING_MORE_HPP
#define WEFT_TESTING_EVERYTHING_MORE_HPP

#include <weft/base/value_codecs.hpp>
#include <weft/merge.hpp>
#include <weft/model/schema.hpp>

namespace weft::testing {

/// Where a ticket stands.
enum class stage : std::int8_t { open, taken, solved, closed };

struct ticket_flow {
    static constexpr std::uint32_t number = 1;
    static constexpr stage initial = stage::open;
    static constexpr transition<stage> table[] = {
        {stage::open, stage::taken},    {stage::open, stage::closed},
        {stage::taken, stage::open},    {stage::taken, stage::solved},
        {stage::solved, stage::closed}, {stage::solved, stage::taken}};
};

/// The sum, modulo 2^64.
struct summed_up {
    static constexpr std::uint32_t number = 1;

    std::uint64_t operator()(lean_span<std::uint64_t> values) const noexcept {
        std::uint64_t sum = 0;
        for (const std::uint64_t each : values) {
            sum += each;
        }
        return sum;
    }
};

/// Half of all actors, by the last bit of their ids.
struct managers {
    static constexpr std::uint32_t number = 1;

    static bool contains(byte_span actor) noexcept {
        return (std::to_integer<unsigned>(actor[actor.size() - 1]) & 1U) != 0;
    }
};

/// Registers and sets with rules of their own.
struct ticket {
    BOOST_HANA_DEFINE_STRUCT(ticket,
                             (lww<std::string>, title),
                             (lww_set<std::string>, labels),
                             (resolved<std::uint64_t, summed_up>, effort),
                             (state_machine<stage, ticket_flow>, progress),
                             (authority<std::string, managers>, verdict),
                             (authority<std::int64_t, claimed>, priority),
                             (concurrent_authority<std::string, managers>, owner),
                             (concurrent_authority<double, claimed>, budget));
};

/// Nothing but a blob.
struct item {
    BOOST_HANA_DEFINE_STRUCT(item, (whole_record<byte_buffer>, blob));
};

/// Numbers whose actors or amounts matter.
struct ware {
    BOOST_HANA_DEFINE_STRUCT(ware,
                             (bounded_counter<0>, stock),
                             (bounded_counter<-1000>, credit),
                             (real_counter, turnover));
};

/// Maps, and maps in maps.
struct shelf {
    BOOST_HANA_DEFINE_STRUCT(shelf,
                             (map_of<std::string, lww<std::string>>, labels),
                             (map_of<std::int32_t, counter>, stock),
                             (map_of<std::string, map_of<std::int32_t, max<double>>>, prices),
                             (map_of<bool, enable_wins>, places));
};

/// Documents, and documents by key.
struct page {
    BOOST_HANA_DEFINE_STRUCT(page, (json, content), (map_of<std::string, json>, drafts));
};

using everything_more = schema<1,
                               collection<"tickets", ticket, update_wins>,
                               collection<"items", item>,
                               collection<"wares", ware, lww_delete>,
                               collection<"shelves", shelf>,
                               collection<"pages", page>>;

}  // namespace weft::testing

#endif
