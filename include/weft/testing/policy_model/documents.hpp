/// The model of json: every write that any effect made, by the way that leads to it, less those
/// that an effect which had seen them took back; read by recursion and search through all of them.
#ifndef WEFT_TESTING_POLICY_MODEL_DOCUMENTS_HPP
#define WEFT_TESTING_POLICY_MODEL_DOCUMENTS_HPP

#include <weft/merge/json.hpp>
#include <weft/testing/policy_model/basis.hpp>

#include <map>
#include <string>
#include <utility>

namespace weft::testing {

namespace detail {

/// All effects of a document, by stamp: what they name comes before them.
class document_reading {
public:
    explicit document_reading(const std::vector<seen_effect>& effects) {
        std::vector<const seen_effect*> sorted;
        sorted.reserve(effects.size());
        for (const seen_effect& each : effects) {
            sorted.push_back(&each);
        }
        std::sort(sorted.begin(), sorted.end(),
                  [](const auto* a, const auto* b) { return stamped_before(*a, *b); });
        for (const seen_effect* const each : sorted) {
            byte_reader in(each->payload);
            const auto effect = json_effect::decode(in, each->observed.size());
            if (effect && in.empty()) {
                take(*each, *effect);
            }
        }
    }

    [[nodiscard]] json_value value() const { return value_at({}); }

private:
    using path = std::vector<std::string>;

    struct write {
        const seen_effect* by = nullptr;
        path at{};
        json_value leaf{};
        bool taken = false;
    };

    struct node {
        const seen_effect* by = nullptr;
        std::string name{};
        std::vector<std::size_t> sides[2];
    };

    [[nodiscard]] static path below(path at, const std::string& step) {
        at.push_back(step);
        return at;
    }

    [[nodiscard]] static bool starts(const path& all, const path& with) {
        return all.size() >= with.size() && std::equal(with.begin(), with.end(), all.begin());
    }

    [[nodiscard]] static std::string
    element(std::uint32_t operation, std::uint32_t ordinal, std::uint32_t index) {
        return "e" + std::to_string(operation) + "." + std::to_string(ordinal) + "." +
               std::to_string(index);
    }

    [[nodiscard]] static std::string name_of(const seen_effect& by, const list_ref& ref) {
        if (ref.from == list_ref::front) {
            return "";
        }
        const seen_event event = ref.from == list_ref::own
                                     ? seen_event{by.operation, by.ordinal}
                                     : by.observed[ref.from - list_ref::named];
        return element(event.operation, event.ordinal, ref.index);
    }

    void take(const seen_effect& by, const json_effect& effect) {
        path at;
        std::uint32_t made = 0;
        for (const json_item& each : effect.items) {
            if (each.depth != 0) {
                at.resize(each.depth - 1U);
                if (each.inserts()) {
                    const std::string name = element(by.operation, by.ordinal, made++);
                    insert(by, each, at, name);
                    at.push_back(name);
                } else {
                    at.push_back(each.step == json_step::member ? "k" + each.key
                                                                : name_of(by, each.at));
                }
            }
            if (by.undone) {
                continue;
            }
            for (write& other : writes_) {
                other.taken |= each.takes && starts(other.at, at) && saw(by, *other.by);
            }
            if (each.writes) {
                writes_.push_back({&by, at, each.value, false});
            }
        }
    }

    void insert(const seen_effect& by,
                const json_item& item,
                const path& array,
                const std::string& name) {
        auto& nodes = arrays_[array];
        if (nodes.empty()) {
            nodes.push_back({});
        }
        const std::string beside = name_of(by, item.at);
        std::size_t at = 0;
        while (nodes[at].name != beside) {
            ++at;
        }
        nodes.push_back({&by, name, {}});
        auto& siblings = nodes[at].sides[item.step == json_step::insert_left ? 1 : 0];
        siblings.push_back(nodes.size() - 1);
        std::sort(siblings.begin(), siblings.end(), [&](std::size_t a, std::size_t b) {
            const node& left = nodes[a];
            const node& right = nodes[b];
            if (left.by == right.by) {
                return a < b;
            }
            return bytes_same(left.by->actor, right.by->actor)
                       ? stamped_before(*left.by, *right.by)
                       : bytes_less(left.by->actor, right.by->actor);
        });
    }

    [[nodiscard]] const write* last(const path& at) const {
        const write* found = nullptr;
        for (const write& each : writes_) {
            if (each.at == at && !each.taken &&
                (found == nullptr || stamped_before(*found->by, *each.by))) {
                found = &each;
            }
        }
        return found;
    }

    /// The next steps under a place below which something is, with that first letter.
    [[nodiscard]] std::set<std::string> steps(const path& at, char letter) const {
        std::set<std::string> found;
        for (const write& each : writes_) {
            if (each.at.size() > at.size() && starts(each.at, at) && !each.taken &&
                each.at[at.size()][0] == letter) {
                found.insert(each.at[at.size()]);
            }
        }
        return found;
    }

    void walk(const std::vector<node>& nodes, std::size_t at, std::vector<std::string>& out) const {
        for (const std::size_t each : nodes[at].sides[1]) {
            walk(nodes, each, out);
        }
        out.push_back(nodes[at].name);
        for (const std::size_t each : nodes[at].sides[0]) {
            walk(nodes, each, out);
        }
    }

    [[nodiscard]] json_value value_at(const path& at) const {
        const write* const said = last(at);
        const auto keys = steps(at, 'k');
        const auto elements = steps(at, 'e');
        const json_kind kind = said != nullptr    ? said->leaf.kind()
                               : !keys.empty()    ? json_kind::object
                               : elements.empty() ? json_kind::absent
                                                  : json_kind::array;
        if (kind == json_kind::object) {
            std::vector<json_value::member> members;
            for (const std::string& key : keys) {
                members.emplace_back(std::string_view(key).substr(1), value_at(below(at, key)));
            }
            return json_value::object({members.data(), members.size()});
        }
        if (kind == json_kind::array) {
            std::vector<std::string> order;
            if (const auto found = arrays_.find(at); found != arrays_.end()) {
                walk(found->second, 0, order);
            }
            std::vector<json_value> values;
            for (const std::string& each : order) {
                if (elements.contains(each)) {
                    values.push_back(value_at(below(at, each)));
                }
            }
            return json_value::array({values.data(), values.size()});
        }
        return said == nullptr ? json_value() : said->leaf;
    }

    std::vector<write> writes_;
    std::map<path, std::vector<node>> arrays_;
};

}  // namespace detail

template <>
struct policy_model<json> {
    [[nodiscard]] static rendering expected(const std::vector<seen_effect>& effects) {
        return {encoded(detail::document_reading(effects).value())};
    }

    [[nodiscard]] static rendering shown(const json& field) { return {encoded(field.value())}; }

    [[nodiscard]] static json detached(dice& from) {
        return from.below(3) == 0 ? json() : json(any_value(from, 2));
    }

    static void edit(json::editor field, dice& from, std::optional<rendering>& now) {
        for (std::uint32_t n = 1 + from.below(3); n > 0; --n) {
            edit_below(field, from, 3);
        }
        now.reset();  // what that shows is expected() of the whole
    }

    static void replaced(const json& wanted, std::optional<rendering>& now) { now = shown(wanted); }

private:
    [[nodiscard]] static std::string any_key(dice& from) {
        return std::string(1, static_cast<char>('a' + from.below(4)));
    }

    [[nodiscard]] static json_value any_value(dice& from, std::uint32_t depth) {
        switch (from.below(depth == 0 ? 3 : 5)) {
        case 0:
            return hostile_value<std::string>(from);
        case 1:
            return hostile_value<double>(from);
        case 2:
            return nullptr;
        case 3: {
            const std::string one = any_key(from);
            const std::string other = any_key(from);
            return json_value::object(
                {{one, any_value(from, depth - 1)}, {other, any_value(from, depth - 1)}});
        }
        default:
            return json_value::array({any_value(from, depth - 1), any_value(from, depth - 1)});
        }
    }

    static void edit_below(json::editor at, dice& from, std::uint32_t depth) {
        const auto size = static_cast<std::uint32_t>(at.size());
        if (depth != 0 && from.below(3) != 0) {
            if (size != 0) {
                edit_below(at[from.below(size)], from, depth - 1);
            } else {
                edit_below(at[any_key(from)], from, depth - 1);
            }
        } else if (at.kind() == json_kind::array) {
            const std::uint32_t where = from.below(size + 1);
            if (from.below(3) != 0) {
                at.insert(where, any_value(from, 1));
            } else {
                at.erase(where);
            }
        } else if (at.kind() == json_kind::object && from.below(2) == 0) {
            at.erase(any_key(from));
        } else {
            at = any_value(from, 2);
        }
    }
};

}  // namespace weft::testing

#endif
