/// How the laws use a policy at random: what a user tells them, with what he leaves out filled in.
/// The least is a way to edit, as a function:
///
///     weft::testing::check_policy<my_policy>([](auto& editor, weft::testing::chance& random) {
///         editor = random.below(3);
///     });
///
/// or as a class, whose other members are all optional (static or not):
///
///     struct how {
///         void edit(my_policy::editor&, chance&);
///         auto read(const my_policy&);            what is read; regular. Else value(), if there is
///                                                 a codec for what that gives
///         my_policy detached(chance&);            a user's own object, for replace(); else fresh
///         auto replaced(const my_policy&);        what is read once that object was put in place;
///                                                 else what is read of the object itself
///         void lie(my_policy::effect&, chance&);  content that no honest writer would send
///         static constexpr bool order_is_own = true;       a causally later write may lose (max)
///         static constexpr bool changes_are_exact = true;  apply() says true only if a read
///         changed
///     };
///
/// With an oracle edits also say what they mean, and editors can be held against what is seen:
///
///         struct meaning { void settle(); };      what one event meant; settle(), if it is there,
///                                                 is called when the event is complete
///         void edit(my_policy::editor&, chance&, meaning&, const visible& seen);
///         meaning replacing(const my_policy& wanted, const visible& seen);
///         visible expected(const history<meaning>&);
///
/// RC_ASSERT may be used in all of them; what it finds breaks policy_law::user_check.
#ifndef WEFT_TESTING_POLICY_USE_HPP
#define WEFT_TESTING_POLICY_USE_HPP

#include <weft/merge/policy.hpp>
#include <weft/testing/causal_history.hpp>
#include <weft/testing/chance.hpp>

#include <type_traits>

namespace weft::testing {

namespace detail {

struct no_meaning {};

/// What is read of a policy about which nothing is known: nothing, so all states read alike.
struct unread {
    friend bool operator==(const unread&, const unread&) = default;

    friend std::ostream& operator<<(std::ostream& out, const unread& /*nothing*/) {
        return out << "unknown: tell how to read";
    }
};

template <class How>
struct meaning_of {
    using type = no_meaning;
};

template <class How>
    requires requires {
        typename How::meaning;
    }

struct meaning_of<How> {
    using type = typename How::meaning;
};

template <class P>
concept reads_a_value = requires(const P& state) {
    requires codable<std::remove_cvref_t<decltype(state.value())>>;
};

template <class How, class P>
[[nodiscard]] auto read_of(const How& how, const P& state) {
    if constexpr (requires { how.read(state); }) {
        return how.read(state);
    } else if constexpr (reads_a_value<P>) {
        return exactly<std::remove_cvref_t<decltype(state.value())>>(state.value());
    } else {
        return unread{};
    }
}

}  // namespace detail

template <policy P, class How>
class policy_use {
public:
    using meaning = typename detail::meaning_of<How>::type;
    using editor = typename P::editor;
    static constexpr bool with_meaning = requires { typename How::meaning; };
    static constexpr bool with_oracle = requires(const How& how, const history<meaning>& all) {
        how.expected(all);
    };
    static constexpr bool with_detached = requires(const How& how, chance& random) {
        how.detached(random);
    };
    static constexpr bool with_lies =
        requires(const How& how, typename P::effect& sent, chance& random) {
        how.lie(sent, random);
    };
    static constexpr bool changes_are_exact = requires { requires How::changes_are_exact; };
    static constexpr bool order_is_own = requires { requires How::order_is_own; };

    explicit policy_use(const How& how) : how_(&how) {}

    using visible = std::remove_cvref_t<decltype(detail::read_of(std::declval<const How&>(),
                                                                 std::declval<const P&>()))>;

    /// Whether replace() can be used: with an oracle only if it can be told what that means.
    static constexpr bool replaces =
        !with_meaning || requires(const How& how, const P& wanted, const visible& seen) {
        how.replacing(wanted, seen);
    };

    [[nodiscard]] visible read(const P& state) const { return detail::read_of(*how_, state); }

    void edit(editor& with, chance& random, meaning& what, const visible& seen) const {
        if constexpr (with_meaning) {
            how_->edit(with, random, what, seen);
        } else if constexpr (requires { how_->edit(with, random); }) {
            how_->edit(with, random);
        } else {
            (*how_)(with, random);
        }
    }

    [[nodiscard]] P detached(chance& random) const {
        if constexpr (with_detached) {
            return how_->detached(random);
        } else {
            return P{};
        }
    }

    /// What its writer reads once `wanted` is in place of all that it saw.
    [[nodiscard]] visible replaced(const P& wanted) const {
        if constexpr (requires { how_->replaced(wanted); }) {
            return how_->replaced(wanted);
        } else {
            return read(wanted);
        }
    }

    [[nodiscard]] meaning replacing([[maybe_unused]] const P& wanted,
                                    [[maybe_unused]] const visible& seen) const {
        if constexpr (with_meaning && replaces) {
            return how_->replacing(wanted, seen);
        } else {
            return {};
        }
    }

    static void settle(meaning& what) {
        if constexpr (requires { what.settle(); }) {
            what.settle();
        }
    }

    [[nodiscard]] visible expected(const history<meaning>& all) const requires with_oracle {
        return how_->expected(all);
    }

    void lie(typename P::effect& sent, chance& random) const {
        if constexpr (with_lies) {
            how_->lie(sent, random);
        }
    }

private:
    const How* how_;
};

}  // namespace weft::testing

#endif
