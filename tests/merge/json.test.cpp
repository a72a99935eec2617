#include <weft/merge/json.hpp>
#include <weft/merge/map_of.hpp>

#include "merge/laws.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

using weft::event;
using weft::json;
using weft::json_kind;
using weft::json_value;
using weft::local_event;
using weft::observed_list;
using weft::timestamp;

namespace weft::test {

/// One step of a way through a document: a key, or an index.
struct json_route {
    std::string key;
    std::size_t index = 0;
    bool by_key = true;
};

/// The steps that an editor was told, by ways and values: nothing about events.
struct json_steps {
    enum class kind { assign, erase, insert };

    struct step {
        kind what{};
        std::vector<json_route> way{};
        json_value value{};
        std::size_t index = 0;
    };

    std::vector<step> steps;

    void settle() {}
};

/// A document that is read from the whole history, step by step, each in the view of its writer:
/// writes with who took them back, searched through for whatever is asked; arrays as trees.
class slow_json {
public:
    using past = past_event<json_steps>;
    using path = std::vector<std::string>;

    explicit slow_json(history<json_steps> all) {
        std::sort(all.begin(), all.end(),
                  [](const past* a, const past* b) { return a->stamped_before(*b); });
        for (const past* each : all) {
            now_ = each;
            for (const auto& step : each->what.steps) {
                take(step);
            }
        }
        now_ = nullptr;
    }

    [[nodiscard]] json_value value(const path& at = {}) const {
        switch (kind(at)) {
        case json_kind::object: {
            std::vector<std::pair<std::string, json_value>> held;
            for (const std::string& key : keys(at)) {
                held.emplace_back(key.substr(1), value(below(at, key)));
            }
            std::vector<json_value::member> members;
            for (const auto& [key, each] : held) {
                members.emplace_back(key, each);
            }
            return json_value::object({members.data(), members.size()});
        }
        case json_kind::array: {
            std::vector<json_value> elements;
            for (const std::string& each : shown(at)) {
                elements.push_back(value(below(at, each)));
            }
            return json_value::array({elements.data(), elements.size()});
        }
        default:
            return last(at) == nullptr ? json_value() : last(at)->leaf;
        }
    }

private:
    struct write {
        const past* by = nullptr;
        path at{};
        json_value leaf{};
        std::vector<const past*> taken{};
    };

    /// A position of an array; the first is the front.
    struct node {
        const past* by = nullptr;
        std::string name{};
        bool dropped = false;
        std::vector<std::size_t> left{};
        std::vector<std::size_t> right{};
    };

    [[nodiscard]] static path below(path at, const std::string& step) {
        at.push_back(step);
        return at;
    }

    [[nodiscard]] static bool starts(const path& all, const path& with) {
        return all.size() >= with.size() && std::equal(with.begin(), with.end(), all.begin());
    }

    /// Whether the writer of the event at hand sees what another did; at the end all is seen.
    [[nodiscard]] bool seen(const past* by) const {
        return now_ == nullptr || by == nullptr || by == now_ || now_->saw(*by);
    }

    [[nodiscard]] bool live(const write& one) const {
        return seen(one.by) && std::none_of(one.taken.begin(), one.taken.end(),
                                            [&](const past* by) { return seen(by); });
    }

    [[nodiscard]] const write* last(const path& at) const {
        const write* found = nullptr;
        for (const write& each : writes_) {
            if (each.at == at && live(each) &&
                (found == nullptr || found->by->stamped_before(*each.by))) {
                found = &each;
            }
        }
        return found;
    }

    /// The next steps under a place below which something is, with that first letter.
    [[nodiscard]] std::set<std::string> steps(const path& at, char letter) const {
        std::set<std::string> found;
        for (const write& each : writes_) {
            if (each.at.size() > at.size() && starts(each.at, at) && live(each) &&
                each.at[at.size()][0] == letter) {
                found.insert(each.at[at.size()]);
            }
        }
        return found;
    }

    [[nodiscard]] std::set<std::string> keys(const path& at) const { return steps(at, 'k'); }

    [[nodiscard]] json_kind kind(const path& at) const {
        if (const write* const said = last(at)) {
            return said->leaf.kind();
        }
        return !keys(at).empty()         ? json_kind::object
               : !steps(at, 'e').empty() ? json_kind::array
                                         : json_kind::absent;
    }

    void walk(const std::vector<node>& nodes, std::size_t at, std::vector<std::size_t>& out) const {
        for (const std::size_t each : nodes[at].left) {
            walk(nodes, each, out);
        }
        if (seen(nodes[at].by) && !nodes[at].dropped) {
            out.push_back(at);
        }
        for (const std::size_t each : nodes[at].right) {
            walk(nodes, each, out);
        }
    }

    [[nodiscard]] std::vector<std::string> shown(const path& at) const {
        std::vector<std::string> all;
        const auto found = arrays_.find(at);
        if (found != arrays_.end()) {
            const auto present = steps(at, 'e');
            std::vector<std::size_t> order;
            walk(found->second, 0, order);
            for (const std::size_t each : order) {
                if (present.count(found->second[each].name) != 0) {
                    all.push_back(found->second[each].name);
                }
            }
        }
        return all;
    }

    /// Whether nothing above hides what is there.
    [[nodiscard]] bool reached(const path& to) const {
        bool all = true;
        for (std::size_t depth = 0; depth < to.size(); ++depth) {
            const path above(to.begin(), to.begin() + static_cast<std::ptrdiff_t>(depth));
            all &= kind(above) == (to[depth][0] == 'k' ? json_kind::object : json_kind::array);
        }
        return all;
    }

    /// False: it leads to no place.
    [[nodiscard]] bool follow(const std::vector<json_route>& way, path& to) const {
        for (const json_route& each : way) {
            if (each.by_key) {
                to.push_back("k" + each.key);
                continue;
            }
            const auto all = kind(to) == json_kind::array && reached(to)
                                 ? shown(to)
                                 : std::vector<std::string>();
            if (each.index >= all.size()) {
                return false;
            }
            to.push_back(all[each.index]);
        }
        return true;
    }

    void take_back(const path& at) {
        for (write& each : writes_) {
            if (starts(each.at, at) && live(each)) {
                each.taken.push_back(now_);
            }
        }
        for (auto& [where, nodes] : arrays_) {  // what this event put there it never did
            if (starts(where, at)) {
                for (node& each : nodes) {
                    each.dropped |= each.by == now_;
                }
            }
        }
    }

    void put(const path& at, const json_value& value) {
        if (is_json_leaf(value.view())) {
            writes_.push_back({now_, at, value, {}});
            return;
        }
        const bool keyed = value.kind() == json_kind::object;
        writes_.push_back({now_, at, keyed ? json_value::object({}) : json_value::array({}), {}});
        for (const auto& [key, each] : value.view()) {
            if (keyed) {
                put(below(at, "k" + std::string(key)), json_value(each));
            } else {
                insert(at, shown(at).size(), json_value(each));
            }
        }
    }

    void insert(const path& at, std::size_t index, const json_value& value) {
        auto& nodes = arrays_[at];
        if (nodes.empty()) {
            nodes.push_back({});
        }
        const auto all = shown(at);
        std::size_t left = 0;
        for (std::size_t i = 0; i < nodes.size() && index != 0; ++i) {
            if (nodes[i].name == all[index - 1]) {
                left = i;
            }
        }
        std::vector<std::size_t> order;
        walk(nodes, 0, order);
        const auto here = std::find(order.begin(), order.end(), left);
        const auto is_seen = [&](std::size_t each) {
            return seen(nodes[each].by) && !nodes[each].dropped;
        };
        const bool taken = std::any_of(nodes[left].right.begin(), nodes[left].right.end(), is_seen);
        const std::size_t beside = taken ? here[1] : left;
        const std::string name = "e" + std::to_string(now_->id.actor) + "." +
                                 std::to_string(now_->id.sequence) + "." +
                                 std::to_string(now_->id.ordinal) + "." + std::to_string(made_++);
        nodes.push_back({now_, name, false, {}, {}});
        auto& siblings = taken ? nodes[beside].left : nodes[beside].right;
        siblings.push_back(nodes.size() - 1);
        std::sort(siblings.begin(), siblings.end(), [&](std::size_t a, std::size_t b) {
            return std::tuple(nodes[a].by->id, a) < std::tuple(nodes[b].by->id, b);
        });
        put(below(at, name), value);
    }

    void assign(path at, const json_value& value) {
        for (std::size_t depth = 0; depth < at.size(); ++depth) {
            const path above(at.begin(), at.begin() + static_cast<std::ptrdiff_t>(depth));
            if (at[depth][0] == 'k' && kind(above) != json_kind::object) {
                for (std::size_t i = depth; i < at.size(); ++i) {
                    const path each(at.begin(), at.begin() + static_cast<std::ptrdiff_t>(i));
                    take_back(each);
                    put(each, json_value::object({}));
                }
                break;
            }
        }
        take_back(at);
        put(at, value);
    }

    void take(const json_steps::step& step) {
        path at;
        if (!follow(step.way, at)) {
            return;
        }
        switch (step.what) {
        case json_steps::kind::assign:
            assign(at, step.value);
            break;
        case json_steps::kind::erase:
            if (at.empty()) {
                take_back(at);
            } else if (kind(at) != json_kind::absent && reached(at)) {
                const path above(at.begin(), at.end() - 1);
                if (last(above) == nullptr) {  // it stays what it is
                    put(above, kind(above) == json_kind::array ? json_value::array({})
                                                               : json_value::object({}));
                }
                take_back(at);
            }
            break;
        case json_steps::kind::insert:
            if (kind(at) == json_kind::array && reached(at)) {
                insert(at, std::min(step.index, shown(at).size()), step.value);
            }
            break;
        }
    }

    std::vector<write> writes_;
    std::map<path, std::vector<node>> arrays_;
    const past* now_ = nullptr;
    std::size_t made_ = 0;
};

template <>
struct model<json> {
    using meaning = json_steps;
    using visible = exactly<json_value>;
    static constexpr bool changes_are_exact = false;  // what is hidden changes too
    static constexpr bool has_conflicts = true;

    static json_value any_value(chance& random, int depth = 2) {
        switch (random.below(depth == 0 ? 6 : 9)) {
        case 0:
            return nullptr;
        case 1:
            return random.one_in(2);
        case 2:
            return hostile<std::string>(random);
        case 3:
            return hostile<double>(random);
        case 4:
        case 5:
            return hostile<std::int64_t>(random);
        case 6:
        case 7: {
            std::vector<json_value> held;
            std::vector<json_value::member> members;
            for (std::size_t left = random.below(3); left > 0; --left) {
                held.push_back(any_value(random, depth - 1));
            }
            for (const json_value& each : held) {
                members.emplace_back(any_key(random), each);
            }
            return json_value::object({members.data(), members.size()});
        }
        default: {
            std::vector<json_value> elements;
            for (std::size_t left = random.below(4); left > 0; --left) {
                elements.push_back(any_value(random, depth - 1));
            }
            return json_value::array({elements.data(), elements.size()});
        }
        }
    }

    static const char* any_key(chance& random) {
        constexpr const char* keys[] = {"a", "b", "", "c\xC3\xA9"};
        return keys[random.below(4)];
    }

    static json detached(chance& random) {
        return random.one_in(5) ? json() : json(any_value(random));
    }

    static meaning replacing(const json& wanted, const visible& /*seen*/) {
        meaning what;
        what.steps.push_back(
            {wanted.kind() == json_kind::absent ? meaning::kind::erase : meaning::kind::assign,
             {},
             wanted.value(),
             0});
        return what;
    }

    static visible read(const json& state) {
        const json_value whole = state.value();
        RC_ASSERT(state.size() == whole.size());
        for (const auto& [key, each] : whole.view()) {
            RC_ASSERT(whole.kind() != json_kind::object || state[key].value() == json_value(each));
        }
        if (whole.kind() == json_kind::array) {
            for (std::size_t i = 0; i < whole.size(); ++i) {
                RC_ASSERT(state[i].value() == json_value(whole[i]));
            }
        }
        return visible(whole);
    }

    static std::vector<json_route> any_way(chance& random, weft::json_view at) {
        std::vector<json_route> way;
        for (std::size_t left = random.below(4); left > 0; --left) {
            const bool by_key =
                at.kind() == json_kind::array ? random.one_in(8) : !random.one_in(12);
            way.push_back({by_key ? any_key(random) : "", random.below(at.size() + 1), by_key});
            at = by_key ? at[way.back().key] : at[way.back().index];
        }
        return way;
    }

    static json::editor
    walk(const json::editor& from, const std::vector<json_route>& way, std::size_t done = 0) {
        return done == way.size()
                   ? from
                   : walk(way[done].by_key ? from[way[done].key] : from[way[done].index], way,
                          done + 1);
    }

    static void edit(json::editor& editor, chance& random, meaning& what, const visible& seen) {
        const auto decoded = codec<json_value>::decode(seen.bytes);
        auto way = any_way(random, decoded->view());
        const std::size_t choice = random.below(10);
        if (choice < 5) {
            const json_value value = any_value(random);
            walk(editor, way) = value;
            what.steps.push_back({meaning::kind::assign, way, value, 0});
        } else if (choice < 7) {
            if (way.empty()) {
                editor.clear();
            } else {
                const json_route last = way.back();
                way.pop_back();
                json::editor above = walk(editor, way);
                const bool was =
                    above && (last.by_key ? bool(above[last.key]) : bool(above[last.index]));
                const bool gone = last.by_key ? above.erase(last.key) : above.erase(last.index);
                RC_ASSERT(!gone || was);
                way.push_back(last);
            }
            what.steps.push_back({meaning::kind::erase, way, {}, 0});
        } else {
            const json_value value = any_value(random, 1);
            json::editor array = walk(editor, way);
            const std::size_t size = array.size();
            const std::size_t index = random.below(size + 2);
            const bool is_array = array.kind() == json_kind::array;
            RC_ASSERT(array.insert(index, value) == is_array);
            RC_ASSERT(array.size() == size + (is_array ? 1U : 0U));
            what.steps.push_back({meaning::kind::insert, way, value, index});
        }
    }

    static visible expected(const history<meaning>& all) { return visible(slow_json(all).value()); }

    /// Names elements and positions that are others, or not there.
    static void lie(json::effect& effect, chance& random) {
        for (auto& each : effect.items) {
            if (each.at.from >= list_ref::named && random.one_in(2)) {
                each.at.index = static_cast<std::uint32_t>(random.below(4));
            }
            if (each.inserts() && each.at.from != list_ref::front && random.one_in(3)) {
                each.step = random.one_in(2) ? json_step::insert_left : json_step::insert_right;
            }
        }
    }
};

}  // namespace weft::test

namespace json_test {

TEST_CASE("merge/json: the laws hold") {
    weft::test::check_laws<json>("merge/json", 200);
}

namespace {

/// Some replicas; here all share one numbering of actors.
struct json_bench {
    weft::byte_buffer ids = weft::byte_buffer(64);
    weft::test::recording_report report;
    std::uint64_t clock = 0;

    json_bench() {
        for (std::size_t slot = 0; slot < 4; ++slot) {
            ids[16 * slot + 15] = static_cast<std::byte>(slot);
        }
    }

    struct sent {
        weft::byte_buffer payload;
        observed_list dots;
        event at;
    };

    /// What `fn` does to a state, as an operation of slot's; not applied.
    template <class Edit>
    sent make(const json& state, std::uint32_t slot, weft::sequence sequence, const Edit& fn) {
        json::effect effect;
        json::editor editor(state, effect);
        fn(editor);
        sent made;
        state.observe(effect, made.dots);
        weft::byte_writer out(made.payload);
        json::encode(effect, out);
        made.at = {{{{slot}, sequence}, 0}, timestamp{++clock}, {ids.data(), 16}};
        return made;
    }

    bool apply(json& state, const sent& one) {
        weft::byte_reader in(one.payload);
        auto effect = json::decode(in, one.dots.size());
        REQUIRE(effect.has_value());
        REQUIRE(in.empty());
        return state.apply(*std::move(effect), one.dots, one.at, report);
    }

    template <class Edit>
    bool edit(json& state, std::uint32_t slot, weft::sequence sequence, const Edit& fn) {
        return apply(state, make(state, slot, sequence, fn));
    }

    /// What two edits of a document make of it that do not see each other; in either order.
    template <class One, class Other>
    json_value both(const json_value& before, const One& one, const Other& other) {
        json state;
        edit(state, 0, 1, [&](auto& e) { e = before; });
        const sent first = make(state, 1, 1, one);
        const sent second = make(state, 2, 1, other);
        json again = state;
        apply(state, first);
        apply(state, second);
        apply(again, second);
        apply(again, first);
        CHECK(state == again);
        CHECK(state.digest_sum() == again.digest_sum());
        CHECK(state.value() == again.value());
        return state.value();
    }
};

json_value object(std::initializer_list<json_value::member> members) {
    return json_value::object(members);
}

json_value array(std::initializer_list<json_value> elements) {
    return json_value::array(elements);
}

/// What a document is after one edit.
template <class Edit>
json_value edited(const json_value& before, const Edit& fn) {
    json_bench b;
    json state;
    b.edit(state, 0, 1, [&](auto& e) { e = before; });
    b.edit(state, 0, 2, fn);
    return state.value();
}

weft::error refusal(std::initializer_list<int> bytes, std::size_t dots) {
    weft::byte_buffer buffer;
    for (const int byte : bytes) {
        buffer.push_back(static_cast<std::byte>(byte));
    }
    weft::byte_reader in(buffer);
    const auto read = json::decode(in, dots);
    if (read) {
        return {};
    }
    CHECK(in.offset() == 0);
    return read.error();
}

json_value nested(std::size_t depth) {
    json_value value = 1;
    for (; depth != 0; --depth) {
        value = depth % 2 == 0 ? object({{"k", value}}) : array({value});
    }
    return value;
}

}  // namespace

TEST_CASE("merge/json: objects that are made under one key are one object") {
    json_bench b;
    CHECK(b.both(
              object({}),
              [](auto& e) {
                  e["a"] = object({{"x", 1}});
              },
              [](auto& e) { e["a"]["y"] = 2; }) == object({{"a", object({{"x", 1}, {"y", 2}})}}));
    CHECK(b.both(
              object({}), [](auto& e) { e["a"] = array({1}); },
              [](auto& e) {
                  e["a"] = array({2, 3});
              }) == object({{"a", array({1, 2, 3})}}));
}

TEST_CASE("merge/json: a removal takes what it saw, and a concurrent write below survives") {
    const json_value before = object({{"a", object({{"x", 1}, {"y", 2}})}, {"b", 3}});
    json_bench b;
    CHECK(b.both(
              before, [](auto& e) { e.erase("a"); }, [](auto& e) { e["a"]["z"] = 4; }) ==
          object({{"a", object({{"z", 4}})}, {"b", 3}}));
    CHECK(b.both(
              before, [](auto& e) { e.erase("a"); }, [](auto& e) { e["b"] = 5; }) ==
          object({{"b", 5}}));
    CHECK(b.both(
              array({1, 2, 3}), [](auto& e) { e.erase(1); }, [](auto& e) { e[1] = 9; }) ==
          array({1, 9, 3}));
    CHECK(b.both(
              array({1, 2, 3}), [](auto& e) { e.erase(1); }, [](auto& e) { e.insert(2, "new"); }) ==
          array({1, "new", 3}));
    CHECK(b.both(
              array({1}), [](auto& e) { e = array({2}); }, [](auto& e) { e.push_back(3); }) ==
          array({2, 3}));
}

TEST_CASE("merge/json: the later write of a place is read, and hides what is below it") {
    json_bench b;
    CHECK(b.both(
              object({}), [](auto& e) { e["a"] = 1; }, [](auto& e) { e["a"] = 2; }) ==
          object({{"a", 2}}));
    CHECK(b.report.decisions.size() == 2);
    CHECK(b.both(
              object({}), [](auto& e) { e["a"] = 1; },
              [](auto& e) {
                  e["a"] = object({{"x", 1}});
              }) == object({{"a", object({{"x", 1}})}}));
    CHECK(b.both(
              object({}), [](auto& e) { e["a"] = array({}); }, [](auto& e) { e["a"] = 7; }) ==
          object({{"a", 7}}));
    const json_value hidden = b.both(
        object({{"a", object({})}}), [](auto& e) { e["a"] = 1; }, [](auto& e) { e["a"]["x"] = 2; });
    CHECK(hidden == object({{"a", 1}}));
}

TEST_CASE("merge/json: an editor makes what leads to a place, and sees its own edits") {
    CHECK(edited(object({{"a", 1}}),
                 [](auto& e) {
                     e["a"]["b"]["c"] = true;
                     CHECK(e["a"].kind() == json_kind::object);
                     CHECK(e["a"]["b"]["c"].scalar().boolean());
                     e["list"] = array({});
                     CHECK(e["list"].push_back(1));
                     CHECK(e["list"].insert(0, 0));
                     CHECK(e["list"].insert(99, 2));
                     CHECK(e["list"].size() == 3);
                     e["list"][1] = object({{"n", "one"}});
                     e["list"][1]["m"] = "more";
                     CHECK(e["list"].erase(0));
                     CHECK_FALSE(e["list"].erase(2));
                     CHECK_FALSE(e["list"].erase(-1));
                     CHECK_FALSE(e["a"].push_back(1));
                     CHECK_FALSE(e["list"].erase("key"));
                     CHECK_FALSE(bool(e["list"][2]));
                     CHECK_FALSE(e["list"][2].assign(5));
                     CHECK_FALSE(bool(e["list"]["key"]));
                 }) == object({{"a", object({{"b", object({{"c", true}})}})},
                               {"list", array({object({{"m", "more"}, {"n", "one"}}), 2})}}));
    CHECK(edited(object({{"a", object({{"x", 1}})}}), [](auto& e) {
              CHECK(e["a"].erase("x"));
              CHECK_FALSE(e["a"].erase("x"));
              CHECK_FALSE(e.erase("b"));
          }) == object({{"a", object({})}}));
    CHECK(edited(array({1}), [](auto& e) { e.clear(); }) == json_value());
    json_bench b;
    json state;
    CHECK(b.make(state, 0, 1, [](auto& e) { static_cast<void>(e["a"]["b"]); }).payload ==
          weft::byte_buffer{std::byte{0}});
}

/// The examples of RFC 7396, appendix A: original, patch, result.
TEST_CASE("merge/json: a merge patch does what RFC 7396 shows") {
    const json_value null;
    const json_value cases[][3] = {
        {object({{"a", "b"}}), object({{"a", "c"}}), object({{"a", "c"}})},
        {object({{"a", "b"}}), object({{"b", "c"}}), object({{"a", "b"}, {"b", "c"}})},
        {object({{"a", "b"}}), object({{"a", null}}), object({})},
        {object({{"a", "b"}, {"b", "c"}}), object({{"a", null}}), object({{"b", "c"}})},
        {object({{"a", array({"b"})}}), object({{"a", "c"}}), object({{"a", "c"}})},
        {object({{"a", "c"}}), object({{"a", array({"b"})}}), object({{"a", array({"b"})}})},
        {object({{"a", object({{"b", "c"}})}}), object({{"a", object({{"b", "d"}, {"c", null}})}}),
         object({{"a", object({{"b", "d"}})}})},
        {object({{"a", array({object({{"b", "c"}})})}}), object({{"a", array({1})}}),
         object({{"a", array({1})}})},
        {array({"a", "b"}), array({"c", "d"}), array({"c", "d"})},
        {object({{"a", "b"}}), array({"c"}), array({"c"})},
        {object({{"a", "foo"}}), null, null},
        {object({{"a", "foo"}}), "bar", "bar"},
        {object({{"e", null}}), object({{"a", 1}}), object({{"a", 1}, {"e", null}})},
        {array({1, 2}), object({{"a", "b"}, {"c", null}}), object({{"a", "b"}})},
        {object({}), object({{"a", object({{"bb", object({{"ccc", null}})}})}}),
         object({{"a", object({{"bb", object({})}})}})},
    };
    for (const auto& each : cases) {
        const json_value& before = each[0];
        const json_value& patch = each[1];
        const json_value& after = each[2];
        CHECK(edited(before, [&](auto& e) { CHECK(e.patch(patch)); }) == after);
        CHECK(edited(object({{"in", before}}), [&](auto& e) { CHECK(e["in"].patch(patch)); }) ==
              object({{"in", after}}));
    }
}

TEST_CASE("merge/json: what is nested too deeply, or no text, is refused and changes nothing") {
    using weft::json_depth_max;
    CHECK(json(nested(json_depth_max)).value() == nested(json_depth_max));
    json_bench b;
    json state;
    b.edit(state, 0, 1, [](auto& e) { e = nested(json_depth_max - 1); });
    json::effect effect;
    json::editor editor(state, effect);
    CHECK_THROWS_AS(editor["k"] = nested(json_depth_max), weft::bad_value);
    CHECK_THROWS_AS(static_cast<void>(editor["\xFF"]), weft::bad_value);
    json::editor deep = editor["x"];
    const auto go = [&](auto self, const json::editor& at, std::size_t left) -> void {
        if (left != 0) {
            self(self, at["x"], left - 1);
            return;
        }
        json::editor last = at;
        CHECK_THROWS_AS(last = 1, weft::bad_value);
    };
    go(go, deep, json_depth_max);
    CHECK(effect.empty());
}

TEST_CASE("merge/json: one payload has one meaning") {
    using weft::errc;
    CHECK(refusal({0, 8, 1, 0}, 0) == weft::error{});             // null at the root
    CHECK(refusal({0, 4, 1}, 1) == weft::error{});                // takes all back
    CHECK(refusal({0, 0, 8, 1, 'a', 1, 2}, 0) == weft::error{});  // a member
    CHECK(refusal({0, 0, 2, 0}, 0) == weft::error{});             // a position
    CHECK(refusal({1, 0, 9, 2, 0, 1, 2}, 1) == weft::error{});    // an element
    CHECK(refusal({1, 0, 10, 2, 5, 1, 2, 43, 1, 0, 1, 2}, 1) == weft::error{});
    CHECK(refusal({}, 0).code == errc::truncated);
    CHECK(refusal({0}, 0).code == errc::truncated);
    CHECK(refusal({1, 8, 1, 0}, 0).code == errc::out_of_range);        // no such dot
    CHECK(refusal({1, 8, 1, 0}, 1).code == errc::out_of_range);        // not used
    CHECK(refusal({0, 8, 1, 0}, 1).code == errc::out_of_range);        // nobody's dot
    CHECK(refusal({0, 0}, 0).code == errc::not_canonical);             // does nothing
    CHECK(refusal({0, 0, 0, 1, 'a'}, 0).code == errc::not_canonical);  // leads nowhere
    CHECK(refusal({0, 0, 0, 1, 'a', 40, 1, 'b', 1, 2}, 0).code == errc::not_canonical);
    CHECK(refusal({0, 9, 1, 0}, 0).code == errc::not_canonical);  // a step to the root
    CHECK(refusal({0, 40, 1, 0}, 0).code == errc::not_canonical);
    CHECK(refusal({0, 16, 1, 0}, 0).code == errc::not_canonical);
    CHECK(refusal({0, 4, 0}, 0).code == errc::not_canonical);            // takes nothing back
    CHECK(refusal({0, 8, 3, 13, 1, 0}, 0).code == errc::not_canonical);  // no leaf
    CHECK(refusal({0, 8, 2, 13, 0}, 0) == weft::error{});
    CHECK(refusal({0, 0, 72, 1, 'a', 1, 2}, 0).code == errc::out_of_range);  // too far up
    CHECK(refusal({0, 0, 8, 1, 'b', 1, 2, 40, 1, 'a', 1, 2}, 0).code == errc::not_sorted);
    CHECK(refusal({0, 0, 8, 1, 'a', 1, 2, 40, 1, 'a', 1, 2}, 0).code == errc::not_sorted);
    CHECK(refusal({0, 0, 2, 0, 40, 1, 'a', 1, 2}, 0).code == errc::not_sorted);
    CHECK(refusal({1, 0, 2, 0, 41, 2, 0, 1, 2}, 1).code == errc::not_sorted);
    CHECK(refusal({0, 0, 3, 0}, 0).code == errc::not_canonical);          // left of the front
    CHECK(refusal({0, 0, 2, 1, 0}, 0).code == errc::out_of_range);        // beside itself
    CHECK(refusal({0, 0, 2, 0, 33, 1, 0}, 0).code != errc::none);         // its own element
    CHECK(refusal({0, 0, 9, 2, 0, 1, 2}, 0).code == errc::out_of_range);  // no dot to name it
    CHECK(refusal({0, 0, 8, 1, 0xFF, 1, 2}, 0) == weft::error(errc::bad_utf8, 4));
    CHECK(refusal({0, 8, 2, 0, 0}, 0).code == errc::trailing_bytes);
    CHECK(refusal({0, 8, 1, 15}, 0).code == errc::out_of_range);
}

TEST_CASE("merge/json: a place lies no deeper than can be") {
    weft::byte_buffer bytes;
    weft::byte_writer out(bytes);
    out.u8(0);
    out.u8(0);
    for (std::size_t depth = 1; depth <= 70; ++depth) {
        out.append(weft::as_bytes(std::string_view("\x08\x01k\x01\x02", 5)));
        weft::byte_reader in(bytes);
        const auto read = json::decode(in, 0);
        CHECK(read.has_value() == (depth <= weft::json_depth_max));
        CHECK((read || read.error().code == weft::errc::too_deep));
    }
}

TEST_CASE("merge/json: nothing is left of what was removed, but for the positions of arrays") {
    json_bench b;
    json state;
    weft::sequence n = 0;
    for (int round = 0; round < 3; ++round) {
        b.edit(state, 0, ++n, [](auto& e) { e = object({{"a", object({{"b", 1}})}, {"c", 2}}); });
        b.edit(state, 0, ++n, [](auto& e) { e.clear(); });
        CHECK(state.pristine());
        CHECK(state == json());
        CHECK(state.digest_sum() == json().digest_sum());
    }
    b.edit(state, 0, ++n, [](auto& e) { e = array({1}); });
    b.edit(state, 0, ++n, [](auto& e) { e.clear(); });
    CHECK_FALSE(state.pristine());
    CHECK(state.value() == json_value());
}

namespace {

/// The same operation with another effect, which must be canonical.
template <class Change>
json_bench::sent forged(json_bench::sent one, const Change& change) {
    weft::byte_reader in(one.payload);
    auto effect = json::decode(in, one.dots.size());
    change(*effect);
    one.payload.clear();
    weft::byte_writer out(one.payload);
    json::encode(*effect, out);
    return one;
}

}  // namespace

TEST_CASE("merge/json: a forged effect that names an element twice writes it once") {
    json_bench b;
    json state;
    b.edit(state, 0, 1, [](auto& e) { e = array({1, 2}); });
    const auto twice = forged(b.make(state, 1, 1, [](auto& e) { e[0] = "x"; }), [](auto& effect) {
        auto again = effect.items.back();
        again.takes = false;
        again.own = 0;
        again.value = json_value("y");
        effect.items.push_back(again);
    });
    b.apply(state, twice);
    CHECK(state.value() == array({"y", 2}));
    b.edit(state, 2, 1, [](auto& e) { e.erase(0); });
    CHECK(state.value() == array({2}));
    CHECK(state.size() == 1);
}

TEST_CASE("merge/json: what is undone leaves the positions that a removal would leave") {
    json_bench b;
    json removed;
    json undone;
    const auto made = b.make(removed, 0, 1, [](auto& e) {
        e = object({{"a", 1}, {"list", array({"x", object({{"y", 2}})})}});
    });
    b.apply(removed, made);
    b.edit(removed, 0, 2, [](auto& e) { e.clear(); });
    weft::byte_reader in(made.payload);
    undone.apply_undone(*json::decode(in, made.dots.size()), made.dots, made.at);
    CHECK(undone.value() == json_value());
    CHECK_FALSE(undone.pristine());
    CHECK(undone == removed);
    CHECK(weft::testing::written_by(undone, made.at.actors) ==
          weft::testing::written_by(removed, made.at.actors));
    CHECK(undone.digest_sum() == removed.digest_sum());
}

TEST_CASE("merge/json: a forged effect that looks for an element in another array finds none") {
    json_bench b;
    json state;
    b.edit(state, 0, 1, [](auto& e) {
        e["a"] = array({1});
        e["b"] = array({2});
    });
    json before = state;
    const auto elsewhere =
        forged(b.make(state, 1, 1, [](auto& e) { e["a"][0] = 9; }),
               [](auto& effect) { effect.items[effect.items.size() - 2].key = "b"; });
    b.apply(state, elsewhere);
    CHECK(state.value() == before.value());
    CHECK(state.digest_sum() == before.digest_sum());
}

TEST_CASE("merge/json: the laws hold for documents in a map") {
    using documents = weft::map_of<int, json>;
    weft::testing::law_options options;
    options.name = "merge/json: documents in a map";
    options.cases = 60;
    options.allocations_allowed = &weft::test::allocations().allowed;
    const auto result = weft::testing::check_policy<documents>(
        [](documents::editor& e, weft::test::chance& random) {
            const int key = static_cast<int>(random.below(2));
            if (random.one_in(4)) {
                e.erase(key);
            } else {
                auto at = e[key];
                at[random.one_in(2) ? "a" : "b"] = weft::test::model<json>::any_value(random);
                if (at["list"].kind() != weft::json_kind::array) {
                    at["list"] = weft::json_value::array({1});
                } else if (random.one_in(3) && at["list"].size() != 0) {
                    at["list"].erase(random.below(at["list"].size()));
                } else {
                    at["list"].insert(random.below(at["list"].size() + 1), 2);
                }
            }
        },
        options);
    CHECK_MESSAGE(result, result.text());
}

}  // namespace json_test
