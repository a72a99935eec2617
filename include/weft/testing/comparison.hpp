/// A replica beside its oracle: what both show, rendered alike, and the first place where they
/// differ, in words.
#ifndef WEFT_TESTING_COMPARISON_HPP
#define WEFT_TESTING_COMPARISON_HPP

#include <weft/replica.hpp>
#include <weft/testing/reference_model.hpp>

#include <string>

namespace weft::testing {

/// Every visible record of a replica or snapshot, rendered.
template <class Schema, class Traits, class Source>
[[nodiscard]] std::array<visible_records<Traits>, Schema::count> rendered(const Source& from) {
    std::array<visible_records<Traits>, Schema::count> state;
    std::size_t number = 0;
    const auto render = [&]<class Collection>(std::type_identity<Collection>) {
        using record_type = typename Collection::record_type;
        auto& records = state[number++];
        for (const auto& [id, record] : from.template all<record_type>()) {
            auto& fields = records[id];
            fields.resize(Collection::fields::count);
            const record_type& shown = record;
            Collection::fields::each([&]<class Field>(std::size_t i) {
                fields[i] = policy_model<typename Field::policy_type>::shown(shown.*Field::pointer);
            });
        }
    };
    [&]<class... Collections>(std::type_identity<std::tuple<Collections...>>) {
        (render(std::type_identity<Collections>{}), ...);
    }(std::type_identity<typename Schema::collections>{});
    return state;
}

/// Bytes as hexadecimal digits, for messages; long ones are cut.
[[nodiscard]] inline std::string printed(byte_span bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    constexpr std::size_t shown_max = 48;
    std::string text;
    for (const std::byte each : bytes.first(bytes.size() < shown_max ? bytes.size() : shown_max)) {
        text += digits[std::to_integer<std::size_t>(each >> 4U)];
        text += digits[std::to_integer<std::size_t>(each & std::byte{15})];
    }
    return bytes.size() > shown_max ? text + "..." : text;
}

[[nodiscard]] inline std::string printed(const rendering& value) {
    std::string text = "{";
    for (const byte_buffer& each : value) {
        text += (text.size() > 1 ? ", " : "") + printed(byte_span(each));
    }
    return text + "}";
}

template <class Id>
    requires identifier<Id>

[[nodiscard]] std::string printed(const Id& id) {
    std::byte bytes[identifier_traits<Id>::size];
    identifier_traits<Id>::write(id, bytes);
    return printed(byte_span(bytes));
}

template <class ActorId>
[[nodiscard]] std::string printed(const dot<ActorId>& id) {
    return printed(id.actor) + ":" + std::to_string(id.sequence);
}

namespace detail {

template <class Collection, class Records>
[[nodiscard]] std::string first_difference(const Records& expected, const Records& shown) {
    const std::string place = std::string(Collection::name) + " ";
    for (const auto& [id, fields] : expected) {
        const auto at = shown.find(id);
        if (at == shown.end()) {
            return place + printed(id) + " is missing";
        }
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (fields[i] != at->second[i]) {
                return place + printed(id) + " " + std::string(Collection::fields::names[i]) +
                       " should show " + printed(fields[i]) + " and shows " +
                       printed(at->second[i]);
            }
        }
    }
    for (const auto& [id, fields] : shown) {
        if (!expected.contains(id)) {
            return place + printed(id) + " should not be there";
        }
    }
    return {};
}

}  // namespace detail

/// The first field in which two rendered states differ, in words; empty if none.
template <class Schema, class State>
[[nodiscard]] std::string state_difference(const State& expected, const State& shown) {
    std::string text;
    std::size_t number = 0;
    [&]<class... Collections>(std::type_identity<std::tuple<Collections...>>) {
        const auto look = [&](std::string found) {
            ++number;
            if (text.empty()) {
                text = std::move(found);
            }
        };
        (look(detail::first_difference<Collections>(expected[number], shown[number])), ...);
    }(std::type_identity<typename Schema::collections>{});
    return text;
}

/// Where a replica differs from its model, in words; empty if nowhere: operations held and their
/// addresses, vector, frontier, parked operations, what they wait for, visible state.
template <class Schema, class Traits, class Sink>
[[nodiscard]] std::string disagreement(const replica<Schema, Traits, Sink>& with,
                                       const reference_model<Schema, Traits>& model) {
    if (with.size() != model.held().size()) {
        return "holds " + std::to_string(with.size()) + " operations instead of " +
               std::to_string(model.held().size());
    }
    const auto undone = model.undone();
    for (const auto& [id, known] : model.held()) {
        const auto content = with.address_of(id);
        if (!content) {
            return "does not hold " + printed(id);
        }
        if (*content != known->content) {
            return "has another address for " + printed(id);
        }
        if (with.undone(id) != undone.contains(id)) {
            return "does not say rightly whether " + printed(id) + " is undone";
        }
    }
    if (with.version() != model.version()) {
        return "its version vector is not what it holds";
    }
    if (with.frontier() != model.frontier()) {
        return "its frontier is not what it holds";
    }
    if (with.parked().size() != model.parked().size()) {
        return "parks " + std::to_string(with.parked().size()) + " operations instead of " +
               std::to_string(model.parked().size());
    }
    for (const auto& [content, one] : model.parked()) {
        if (!with.parked().contains(content)) {
            return "does not park " + printed(one.operation->op.id);
        }
    }
    const auto wanted = with.missing_operations();
    const auto missing = model.missing();
    if (!std::equal(wanted.begin(), wanted.end(), missing.begin(), missing.end())) {
        return "does not say what is missing";
    }
    return state_difference<Schema>(model.visible(), rendered<Schema, Traits>(with));
}

}  // namespace weft::testing

#endif
