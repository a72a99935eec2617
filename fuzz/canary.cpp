/// A planted fault, which the script target has to find: a register that keeps what arrived last,
/// so that replicas differ once two of them wrote concurrently and exchanged. If this target ever
/// ends without a finding, the harness is blind.
#include "script.hpp"

namespace weft::fuzz {

class last_to_arrive {
public:
    using value_type = std::int64_t;
    using effect = assignment<value_type>;
    static constexpr std::string_view policy_name = "last_to_arrive";
    static constexpr std::uint32_t wire_kind = wire_kind_of<value_type>(255);

    last_to_arrive() = default;

    explicit last_to_arrive(value_type value) : value_(value) {}

    [[nodiscard]] value_type value() const noexcept { return value_; }

    class editor {
    public:
        editor(const last_to_arrive& /*held*/, effect& pending) noexcept : pending_(&pending) {}

        editor& operator=(value_type value) {
            pending_->assign(value);
            return *this;
        }

    private:
        effect* pending_;
    };

    void replace(const last_to_arrive& wanted, effect& out) const { out.assign(wanted.value_); }

    void observe(effect& /*out*/, observed_list& /*dots*/) const noexcept {}

    static void encode(const effect& sent, byte_writer& out) { sent.encode(out); }

    [[nodiscard]] static result<effect> decode(byte_reader& in, std::size_t observed) {
        return effect::decode_alone(in, observed);
    }

    template <class Report>
    bool apply(effect&& sent, observed_span /*dots*/, const event& /*at*/, Report& /*report*/) {
        value_ = sent.value;
        return true;
    }

    void write_state(byte_writer& out, const actor_order& /*actors*/) const {
        codec<value_type>::encode(out, value_);
    }

    [[nodiscard]] bool pristine() const noexcept { return value_ == 0; }

    friend bool operator==(const last_to_arrive&, const last_to_arrive&) = default;

private:
    value_type value_ = 0;
};

struct note {
    BOOST_HANA_DEFINE_STRUCT(note, (last_to_arrive, line), (counter, edits));
};

using planted = schema<1, collection<"notes", note>>;

}  // namespace weft::fuzz

/// What its writer sees at once is right: the fault shows between replicas only.
template <>
struct weft::testing::policy_model<weft::fuzz::last_to_arrive>
    : weft::testing::detail::register_model<weft::fuzz::last_to_arrive, std::int64_t> {};

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return weft::fuzz::run_script<weft::fuzz::planted>(data, size);
}
