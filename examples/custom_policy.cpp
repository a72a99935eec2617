// A merge policy of one's own, and its check: the longest text wins, of equally long ones the
// later.
#include <weft/testing/laws.hpp>
#include <weft/weft.hpp>

#include <cassert>
#include <iostream>

class longest {
public:
    using value_type = std::string;
    using effect = weft::assignment<std::string>;  // what travels: one value
    static constexpr std::string_view policy_name = "longest";
    static constexpr std::uint32_t wire_kind = weft::wire_kind_of<std::string>(200);

    struct editor {
        effect* pending;

        editor(const longest& /*held*/, effect& out) : pending(&out) {}

        void suggest(std::string text) const { pending->assign(std::move(text)); }
    };

    [[nodiscard]] const std::string& value() const { return value_; }

    void replace(const longest& wanted, effect& out) const { out.assign(wanted.value_); }

    void observe(effect& /*out*/, weft::observed_list& /*dots*/) const {}  // takes nothing back

    static void encode(const effect& sent, weft::byte_writer& out) { sent.encode(out); }

    static weft::result<effect> decode(weft::byte_reader& in, std::size_t observed) {
        return effect::decode_alone(in, observed);
    }

    bool apply(effect&& sent, weft::observed_span /*dots*/, const weft::event& at, auto& /*why*/) {
        const auto longer = sent.value.size() <=> value_.size();
        if (longer < 0 || (longer == 0 && !at.later_than(stamp_))) {
            return false;
        }
        std::swap(value_, sent.value);
        stamp_ = at.stamp();
        return value_ != sent.value;
    }

    void write_state(weft::byte_writer& out, const weft::actor_order& actors) const {
        weft::write_stamp(out, stamp_, actors);
        out.append(weft::as_bytes(value_));
    }

    [[nodiscard]] bool pristine() const { return stamp_.none(); }

    friend bool operator==(const longest&, const longest&) = default;

private:
    std::string value_;
    weft::stamp stamp_;
};

int main() {
    weft::testing::law_options options;
    options.order_is_own = true;  // what is written later may lose
    const auto result = weft::testing::check_policy<longest>(
        [](auto& editor, weft::testing::chance& random) {
            editor.suggest(weft::testing::any_value<std::string>(random));
        },
        options);
    std::cout << result.text() << std::endl;
    assert(result);
}
