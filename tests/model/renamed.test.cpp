#include <weft/base/value_codecs.hpp>
#include <weft/merge/add_wins_set.hpp>
#include <weft/merge/counter.hpp>
#include <weft/merge/enable_wins.hpp>
#include <weft/merge/lww.hpp>
#include <weft/merge/multi_value.hpp>
#include <weft/model/field.hpp>
#include <weft/model/renamed.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

using weft::lww;
using weft::renamed;

namespace {

/// Two builds: the later one has other names for the same fields.
struct before {
    BOOST_HANA_DEFINE_STRUCT(before, (lww<std::string>, title), (weft::counter, votes));
};

struct after {
    BOOST_HANA_DEFINE_STRUCT(after,
                             (renamed<"title", lww<std::string>>, headline),
                             (renamed<"votes", weft::counter>, stars));
};

/// The old name is free for another field, as long as no two tags meet.
struct swapped {
    BOOST_HANA_DEFINE_STRUCT(swapped,
                             (renamed<"votes", lww<std::string>>, title),
                             (renamed<"title", weft::counter>, votes));
};

/// Can be made of anything, also of a policy.
struct greedy {
    int number = 0;
    bool from_policy = false;

    greedy() = default;

    greedy(int of) : number(of) {}

    template <class T>
        requires(!std::integral<T> && !std::same_as<std::remove_cvref_t<T>, greedy>)

    greedy(const T& /*policy*/) : from_policy(true) {}
};

template <class Policy>
constexpr bool same_but_for_the_name =
    weft::policy<renamed<"old", Policy>>&&
        std::same_as<typename renamed<"old", Policy>::value_type, typename Policy::value_type>&&
            std::same_as<typename renamed<"old", Policy>::effect, typename Policy::effect>&&
                std::same_as<typename renamed<"old", Policy>::editor, typename Policy::editor>&&
                    renamed<"old", Policy>::wire_kind ==
    Policy::wire_kind&& renamed<"old", Policy>::policy_name == Policy::policy_name;

/// Applies one assignment as operation `sequence` of the only actor.
template <class Policy>
bool assign(Policy& to, typename Policy::value_type value, weft::sequence sequence) {
    static const std::byte ids[16]{};
    typename Policy::effect effect;
    effect.assign(std::move(value));
    weft::null_report report;
    const weft::event at{{{weft::actor_slot{0}, sequence}, 0}, {sequence}, {ids, 16}};
    return to.apply(std::move(effect), {}, at, report);
}

}  // namespace

template <>
struct weft::codec<greedy> {
    static constexpr std::uint32_t kind = 310;

    static void encode(byte_writer& out, const greedy& value) {
        codec<int>::encode(out, value.number);
    }

    static result<greedy> decode(byte_span whole) {
        const auto number = codec<int>::decode(whole);
        if (!number) {
            return number.error();
        }
        return greedy(*number);
    }
};

TEST_CASE("model/renamed: a field keeps the old name's tag and shows the new name") {
    using old_fields = weft::record_fields<before>;
    using new_fields = weft::record_fields<after>;
    CHECK(new_fields::tags == old_fields::tags);
    CHECK(new_fields::kinds == old_fields::kinds);
    CHECK(new_fields::names[0] == "headline");
    CHECK(new_fields::names[1] == "stars");
    CHECK(new_fields::find(weft::name_tag("votes")) == 1);
    CHECK(new_fields::find(weft::name_tag("stars")) == new_fields::count);
}

TEST_CASE("model/renamed: names may be exchanged") {
    using fields = weft::record_fields<swapped>;
    CHECK(fields::names[fields::find(weft::name_tag("title"))] == "votes");
    CHECK(fields::names[fields::find(weft::name_tag("votes"))] == "title");
}

TEST_CASE("model/renamed: it is its policy in all but the name") {
    CHECK(same_but_for_the_name<lww<std::string>>);
    CHECK(same_but_for_the_name<weft::counter>);
    CHECK(same_but_for_the_name<weft::enable_wins>);
    CHECK(same_but_for_the_name<weft::multi_value<std::int32_t>>);
    CHECK(same_but_for_the_name<weft::add_wins_set<std::string>>);
    CHECK(renamed<"old", weft::counter>::wire_name == "old");
}

TEST_CASE("model/renamed: it is made of and assigned what its policy is") {
    renamed<"old", lww<std::string>> text = "made";
    CHECK(text.value() == "made");
    text = "assigned";
    CHECK(text.value() == "assigned");
    text = std::string("moved");
    CHECK(text.value() == "moved");
    text = lww<std::string>("of the policy");
    CHECK(text.value() == "of the policy");
    renamed<"old", weft::counter> count = 3;
    CHECK(count.value() == 3);
    count = 4;
    CHECK(count.value() == 4);
    static_assert(!std::is_assignable_v<decltype(count)&, std::string>);
    static_assert(!std::is_constructible_v<decltype(count), std::string>);
}

TEST_CASE("model/renamed: a copy takes the stamp along") {
    using field = renamed<"old", lww<std::string>>;
    field written;
    CHECK(written.pristine());
    CHECK(assign(written, "later", 7));
    field copy = written;
    CHECK(copy.written() == written.written());
    field assigned;
    assigned = written;
    CHECK(assigned == written);
    CHECK_FALSE(assigned.pristine());
    // An earlier write loses against the copy, as it does against the original.
    CHECK_FALSE(assign(assigned, "earlier", 6));
    CHECK(assigned.value() == "later");
    field moved;
    moved = std::move(copy);
    CHECK(moved == written);
    field& itself = moved;
    moved = itself;
    CHECK(moved == written);
}

TEST_CASE("model/renamed: a copy takes the stamp along, also of what any value converts to") {
    using field = renamed<"old", lww<greedy>>;
    field written;
    CHECK(assign(written, greedy(5), 7));
    field copy = written;
    field assigned;
    assigned = written;
    field& itself = written;
    field of_reference = itself;
    for (const field* each : {&copy, &assigned, &of_reference}) {
        CHECK(each->value().number == 5);
        CHECK_FALSE(each->value().from_policy);
        CHECK(each->written() == written.written());
    }
}

TEST_CASE("model/renamed: compared with a value it is what is read") {
    renamed<"old", lww<std::string>> text;
    CHECK(text == "");
    CHECK(assign(text, "read", 1));
    CHECK(text == "read");
    CHECK("read" == text);
    CHECK(text == std::string("read"));
    CHECK(text != "unread");
    // With another field it is compared as the policy is: value and stamp.
    renamed<"old", lww<std::string>> detached = "read";
    CHECK(detached == "read");
    CHECK(text != detached);
    CHECK(text == renamed<"old", lww<std::string>>(text));

    renamed<"old", weft::counter> count;
    CHECK(count == 0);
    CHECK(count != 1);
}
