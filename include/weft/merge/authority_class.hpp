/// Which writes of an authority register are those of an authority. Either the schema says so: a
/// class of actors is a type that every replica compiles,
///
///     struct servers {
///         static constexpr std::uint32_t number = 1;
///         static constexpr weft::uuid ids[] = {weft::uuid::of(0, 1)};
///     };
///
/// whose number stands for it on the wire (another class, another number); with `ids`, or for what
/// no list can say `static bool contains(byte_span actor) noexcept` over the actor's canonical
/// bytes, a pure function. Or the operation says so: `claimed`. Then a writer marks its write, and
/// anybody can: it is for the hooks that authorise operations to refuse claims of those who may not
/// make them. Never does local configuration say so; replicas would disagree. On the wire a claimed
/// write is a byte, 1 if an authority's, before the value.
#ifndef WEFT_MERGE_AUTHORITY_CLASS_HPP
#define WEFT_MERGE_AUTHORITY_CLASS_HPP

#include <weft/base/id.hpp>
#include <weft/merge/assignment.hpp>

#include <type_traits>

namespace weft {

/// In the place of a class of actors: the operation says whether its writer has the say.
struct claimed {
    static constexpr std::uint32_t number = 0;
};

/// One value, assigned, and whether by an authority.
template <class T>
struct claimed_assignment {
    T value{};
    bool assigned = false;
    bool by_authority = false;

    [[nodiscard]] bool empty() const noexcept { return !assigned; }

    void assign(T wanted) {
        value = std::move(wanted);
        assigned = true;
    }

    /// Throws bad_value if the value has no encoding. Must not be empty.
    void encode(byte_writer& out) const {
        WEFT_ASSERT(assigned);
        out.u8(by_authority ? 1 : 0);
        codec<T>::encode(out, value);
    }

    /// Reads all that is left. Errors: truncated; not_canonical for another first byte; those of
    /// codec<T>::decode. On an error `in` is unchanged.
    [[nodiscard]] static result<claimed_assignment> decode(byte_reader& in) {
        byte_reader next = in;
        const result<byte_span> mark = next.bytes(1);
        if (!mark) {
            return mark.error();
        }
        if (mark->front() > std::byte{1}) {
            return {errc::not_canonical, in.offset()};
        }
        result<T> value = decode_rest<T>(next);
        if (!value) {
            return value.error();
        }
        in = next;
        return claimed_assignment{*std::move(value), true, mark->front() == std::byte{1}};
    }

    friend bool operator==(const claimed_assignment& a, const claimed_assignment& b) {
        return a.assigned == b.assigned && a.by_authority == b.by_authority &&
               value_same(a.value, b.value);
    }
};

/// A class of actors, or `claimed`, as the policies ask it.
template <class Class>
struct authority_class {
    static constexpr bool by_claim = std::is_same_v<Class, claimed>;
    static constexpr bool by_ids = requires { Class::ids[0]; };
    static constexpr bool by_predicate = requires(byte_span actor) {
        { Class::contains(actor) }
        noexcept->std::same_as<bool>;
    };
    static_assert(
        requires {
            { Class::number } -> std::convertible_to<std::uint32_t>;
        } && (by_claim || by_ids || by_predicate),
        "weft: a class of actors needs a number, and ids or contains(byte_span) noexcept "
        "-> bool; or say weft::claimed");

    template <class T>
    using effect = std::conditional_t<by_claim, claimed_assignment<T>, assignment<T>>;

    /// The policy's number on the wire.
    static constexpr std::uint32_t policy_number = by_claim ? 13 : 12;

    /// Whether the actor belongs to the class. O(ids).
    [[nodiscard]] static bool contains(byte_span actor) noexcept {
        if constexpr (by_ids) {
            for (const auto& id : Class::ids) {
                using traits = identifier_traits<std::remove_cvref_t<decltype(id)>>;
                std::byte bytes[traits::size];
                traits::write(id, bytes);
                if (bytes_same(actor, byte_span(bytes))) {
                    return true;
                }
            }
            return false;
        } else {
            return Class::contains(actor);
        }
    }

    /// Whether a write is an authority's.
    template <class T>
    [[nodiscard]] static bool wrote(const effect<T>& sent, const event& at) noexcept {
        if constexpr (by_claim) {
            static_cast<void>(at);
            return sent.by_authority;
        } else {
            static_cast<void>(sent);
            return contains(at.actors.id(at.id.operation.slot));
        }
    }
};

/// Assigns within a transaction. `Register` is the policy.
template <class Register>
class authority_editor {
    using value_type = typename Register::value_type;
    using effect = typename Register::effect;

public:
    authority_editor(const Register& held, effect& pending) noexcept
        : held_(&held), pending_(&pending) {}

    authority_editor(const authority_editor&) = default;

    /// Assigns what the other register reads.
    authority_editor& operator=(const authority_editor& other) {
        set(other.value());
        return *this;
    }

    authority_editor& operator=(value_type value) {
        set(std::move(value));
        return *this;
    }

    /// Not as an authority: after an authority's assignment in the same transaction only where an
    /// authority's write can be overwritten.
    void set(value_type value) {
        if constexpr (authority_class<typename Register::authorities>::by_claim) {
            if (pending_->by_authority && Register::absolute) {
                return;
            }
            pending_->by_authority = false;
        }
        pending_->assign(std::move(value));
    }

    /// `field.as_authority() = value` claims the say for this assignment.
    class claim {
    public:
        explicit claim(effect& pending) noexcept : pending_(&pending) {}

        void operator=(value_type value) const {  // NOLINT(misc-unconventional-assign-operator)
            pending_->assign(std::move(value));
            pending_->by_authority = true;
        }

    private:
        effect* pending_;
    };

    [[nodiscard]] claim as_authority() const noexcept {
        static_assert(authority_class<typename Register::authorities>::by_claim,
                      "weft: the schema names the authorities of this field; only with "
                      "weft::claimed does an operation claim to be one");
        return claim(*pending_);
    }

    /// What was assigned, or what is held. (The editor does not know who writes, so where the
    /// schema names the authorities it shows an assignment that may then lose.)
    [[nodiscard]] const value_type& value() const {
        return pending_->assigned && held_->yields_to(*pending_) ? pending_->value : held_->value();
    }

    [[nodiscard]] operator const value_type&() const { return value(); }

private:
    const Register* held_;
    effect* pending_;
};

}  // namespace weft

#endif
