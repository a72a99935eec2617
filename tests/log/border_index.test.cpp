#include <weft/causal/traits.hpp>
#include <weft/log/border_index.hpp>

#include "support/allocations.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

namespace border_index_test {

namespace {

using border = weft::border_index<weft::default_traits>;
using entry = border::entry;

/// Kind, number, actor, sequence, address: what an entry is told apart by, in its order.
using key = std::tuple<unsigned, std::uint64_t, unsigned, weft::sequence, unsigned>;

/// What is carried, by key.
using model = std::map<key, std::uint32_t>;

entry entry_of(const key& of, std::uint32_t value = 0) {
    const auto& [kind, number, actor, sequence, content] = of;
    entry made{static_cast<std::uint8_t>(kind), number, {{}, sequence}, {}, value};
    made.id.actor = weft::actor_id::of(actor, 0);
    made.content.bytes[0] = static_cast<std::byte>(content);
    return made;
}

/// Few enough to meet again; the least of each part is its default.
key key_from(std::uint32_t word) {
    return {word % 3, word / 3 % 3, word / 9 % 2, word / 18 % 3, word / 54 % 3};
}

bool is(const entry* found, const model& all, model::const_iterator wanted) {
    if (found == nullptr || wanted == all.end()) {
        return found == nullptr && wanted == all.end();
    }
    const entry made = entry_of(wanted->first);
    return found->kind == made.kind && found->number == made.number && found->id == made.id &&
           found->content == made.content && found->value == wanted->second;
}

/// All entries, and from any place on; nothing else.
void agree(const border& kept, const model& all) {
    RC_ASSERT(kept.empty() == all.empty());
    const entry* at = kept.first({});
    for (auto wanted = all.begin(); wanted != all.end(); ++wanted) {
        RC_ASSERT(is(at, all, wanted));
        at = kept.next(*at);
    }
    RC_ASSERT(at == nullptr);
    for (std::uint32_t word = 0; word < 162; ++word) {
        const key from = key_from(word);
        RC_ASSERT(is(kept.first(entry_of(from)), all, all.lower_bound(from)));
        RC_ASSERT(is(kept.find(entry_of(from, word)), all, all.find(from)));
    }
}

/// How many entries share the first `parts` parts of a key: a walk from the least one on.
std::size_t counted(const border& kept, const key& prefix, int parts) {
    entry from = entry_of(prefix);
    from.content = {};
    if (parts < 4) {
        from.id.sequence = 0;
    }
    if (parts < 3) {
        from.id = {};
    }
    if (parts < 2) {
        from.number = 0;
    }
    std::size_t count = 0;
    for (const entry* at = kept.first(from); at != nullptr; at = kept.next(*at)) {
        if (at->kind != from.kind || (parts > 1 && at->number != from.number) ||
            (parts > 2 && at->id.actor != from.id.actor) || (parts > 3 && !(at->id == from.id))) {
            break;
        }
        ++count;
    }
    return count;
}

std::size_t counted(const model& all, const key& prefix, int parts) {
    std::size_t count = 0;
    for (const auto& [each, value] : all) {
        count += std::get<0>(each) == std::get<0>(prefix) &&
                         (parts < 2 || std::get<1>(each) == std::get<1>(prefix)) &&
                         (parts < 3 || std::get<2>(each) == std::get<2>(prefix)) &&
                         (parts < 4 || std::get<3>(each) == std::get<3>(prefix))
                     ? 1U
                     : 0U;
    }
    return count;
}

using script = std::vector<std::pair<std::uint16_t, std::uint8_t>>;

}  // namespace

TEST_CASE("log/border_index: it is an ordered map from what is compared to what is carried") {
    weft::test::property("log/border_index: oracle", 150, [](const script& steps) {
        border kept;
        model all;
        std::uint32_t value = 0;
        for (const auto& [word, act] : steps) {
            const key of = key_from(word);
            if (act % 8 < 5) {
                kept.insert(entry_of(of, ++value));  // an equal one stays as it is
                all.emplace(of, value);
            } else {
                kept.erase(entry_of(of));
                all.erase(of);
            }
        }
        agree(kept, all);
        kept.clear();
        agree(kept, {});
    });
}

TEST_CASE("log/border_index: any prefix of the order leads to those that share it, and no others") {
    weft::test::property("log/border_index: prefixes", [](const script& steps) {
        border kept;
        model all;
        for (const auto& [word, act] : steps) {
            kept.insert(entry_of(key_from(word)));
            all.emplace(key_from(word), 0);
        }
        for (std::uint32_t word = 0; word < 162; ++word) {
            for (const int parts : {1, 2, 3, 4}) {
                const key prefix = key_from(word);
                RC_ASSERT(counted(kept, prefix, parts) == counted(all, prefix, parts));
            }
        }
    });
}

TEST_CASE("log/border_index: what is taken out goes back without memory, as it was changed") {
    weft::test::property("log/border_index: extract", 150, [](const script& steps) {
        border kept;
        model all;
        for (const auto& [word, act] : steps) {
            kept.insert(entry_of(key_from(word)));
            all.emplace(key_from(word), 0);
        }
        std::vector<border::node> out;
        model rest = all;
        for (const auto& [word, act] : steps) {
            if (act % 2 == 0) {
                out.push_back(kept.extract(entry_of(key_from(word))));
                RC_ASSERT(out.back().empty() == (rest.erase(key_from(word)) == 0));
                if (!out.back().empty()) {
                    out.back().value().value = act;
                    all[key_from(word)] = act;
                }
            }
        }
        agree(kept, rest);
        const weft::test::allocation_watch watch;
        for (auto& each : out) {
            kept.put_back(std::move(each));
        }
        const std::uint64_t calls = watch.calls();  // RC_ASSERT allocates before it looks
        RC_ASSERT(calls == 0U);
        agree(kept, all);
    });
}

TEST_CASE("log/border_index: a lack of memory changes nothing") {
    border kept;
    model all;
    for (std::uint32_t word = 0; word < 40; ++word) {
        const key of = key_from(word * 7 % 162);
        const int failures = weft::test::fail_each_allocation(
            [&] { kept.insert(entry_of(of, word)); }, [&] { agree(kept, all); });
        CHECK(failures == 1);
        all.emplace(of, word);
    }
    agree(kept, all);
}

}  // namespace border_index_test
