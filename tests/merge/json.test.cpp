#include <weft/merge/json.hpp>

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

}  // namespace json_test
