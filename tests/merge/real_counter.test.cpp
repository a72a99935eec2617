#include <weft/merge/real_counter.hpp>

#include "merge/laws.hpp"
#include "support/big_sum.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using weft::byte_buffer;
using weft::byte_reader;
using weft::byte_writer;
using weft::errc;
using weft::event;
using weft::null_report;
using weft::observed_list;
using weft::real_counter;
using weft::timestamp;

namespace weft::test {

template <>
struct model<real_counter> {
    struct meaning {
        std::vector<double> amounts;
        bool restarts = false;

        void settle() const {}
    };

    using visible = exactly<double>;
    static constexpr bool changes_are_exact = true;
    static constexpr bool has_conflicts = true;

    static double finite(chance& random) {
        const double number = hostile_double(random);
        return std::isfinite(number) ? number : random.one_in(2) ? 0.1 : 1e-300;
    }

    static real_counter detached(chance& random) { return {finite(random)}; }

    static meaning replacing(const real_counter& wanted, const visible& /*seen*/) {
        return {{wanted.value()}, true};
    }

    static void
    edit(real_counter::editor& editor, chance& random, meaning& what, const visible& /*seen*/) {
        const double amount = hostile_double(random);
        if (!std::isfinite(amount)) {
            RC_ASSERT(!editor.add(amount));
        } else if (random.one_in(3)) {
            editor -= amount;
            what.amounts.push_back(-amount);
        } else {
            editor += amount;
            what.amounts.push_back(amount);
        }
        big_integer sum = 0;
        for (const double each : what.amounts) {
            sum += units(each);
        }
        RC_ASSERT((!what.restarts || editor.value() == rounded(sum)));
    }

    static void lie(real_counter::effect& effect, chance& random) {
        for (exact_sum& sum : effect.removed) {
            if (random.one_in(2)) {
                sum += finite(random);
            }
            if (random.one_in(8)) {  // close to where it wraps
                byte_buffer bytes{std::byte{1}, std::byte{0xA4}, std::byte{4}, std::byte{0x7F}};
                byte_reader in(bytes);
                sum = *exact_sum::read(in);
            }
        }
    }

    static visible read(const real_counter& state) { return visible(state.value()); }

    /// Each amount counts once, unless a restart has seen it.
    static visible expected(const history<meaning>& all) {
        big_integer sum = 0;
        for (const auto* each : all) {
            bool removed = false;
            for (const auto* other : all) {
                removed |= other->what.restarts && other->saw(*each);
            }
            for (const double amount : each->what.amounts) {
                sum += removed ? big_integer(0) : units(amount);
            }
        }
        return visible(rounded(sum) + 0.0);  // never -0
    }
};

}  // namespace weft::test

namespace real_counter_test {

namespace {

const byte_buffer ids(64);

event at(std::uint32_t slot, weft::sequence sequence) {
    return {{{{slot}, sequence}, 0}, timestamp{sequence}, {ids.data(), 16}};
}

real_counter::effect adding(double amount) {
    return {weft::exact_sum(amount), {}, false};
}

byte_buffer encoded(const real_counter::effect& effect) {
    byte_buffer bytes;
    byte_writer out(bytes);
    real_counter::encode(effect, out);
    return bytes;
}

}  // namespace

TEST_CASE("merge/real_counter: the laws hold") {
    weft::test::check_laws<real_counter>("merge/real_counter", 120);
}

TEST_CASE("merge/real_counter: a tenth ten times is one, and what cancels leaves nothing behind") {
    null_report report;
    real_counter state;
    for (weft::sequence n = 1; n <= 10; ++n) {
        state.apply(adding(0.1), {}, at(n % 3, n), report);
    }
    CHECK(state == 1.0);
    state.apply(adding(1e300), {}, at(3, 1), report);
    CHECK_FALSE(state.apply(adding(1), {}, at(1, 11), report));
    CHECK(state.apply(adding(-1e300), {}, at(2, 12), report));
    CHECK(state == 2.0);
}

TEST_CASE(
    "merge/real_counter: beyond the greatest double an infinity is read, and one comes back") {
    constexpr double most = std::numeric_limits<double>::max();
    null_report report;
    real_counter state;
    state.apply(adding(most), {}, at(0, 1), report);
    CHECK(state.apply(adding(most), {}, at(1, 1), report));
    CHECK(state == std::numeric_limits<double>::infinity());
    CHECK(state.apply(adding(-most), {}, at(0, 2), report));
    CHECK(state == most);
}

TEST_CASE("merge/real_counter: what is no number is not staged") {
    const real_counter state;
    real_counter::effect effect;
    real_counter::editor editor(state, effect);
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK_FALSE(editor.add(infinity));
    CHECK_FALSE(editor.add(std::numeric_limits<double>::quiet_NaN()));
    CHECK_THROWS_AS(editor += infinity, weft::bad_value);
    CHECK_THROWS_AS(editor -= std::numeric_limits<double>::quiet_NaN(), weft::bad_value);
    CHECK_THROWS_AS(real_counter{-infinity}, weft::bad_value);
    CHECK(effect.empty());
    editor += -0.0;
    CHECK(effect.empty());
    CHECK_FALSE(std::signbit(editor.value()));
    CHECK_FALSE(std::signbit(real_counter(-0.0).value()));
}

TEST_CASE("merge/real_counter: a restart removes what it observed, also of two at once") {
    null_report report;
    real_counter state;
    state.apply(adding(0.5), {}, at(0, 1), report);
    state.apply(adding(0.25), {}, at(1, 1), report);
    const auto restart = [&](double value, observed_list& dots) {
        real_counter::effect effect;
        state.replace(real_counter(value), effect);
        state.observe(effect, dots);
        return effect;
    };
    observed_list dots;
    observed_list others;
    const auto a = restart(10, dots);
    const auto b = restart(100, others);
    CHECK(dots.size() == 2);
    state.apply(real_counter::effect(a), dots, at(2, 1), report);
    CHECK(state == 10.0);
    state.apply(real_counter::effect(b), others, at(3, 1), report);
    CHECK(state == 110.0);
    state.apply(adding(0.5), {}, at(0, 2), report);
    CHECK(state == 110.5);
    dots.clear();
    CHECK(restart(0, dots).removed.size() == 3);
}

TEST_CASE("merge/real_counter: these are its bytes") {
    CHECK(encoded(adding(1)) == byte_buffer{std::byte{1}, std::byte{0}, std::byte{4}});
    real_counter::effect effect = adding(-0.5);
    effect.removed.push_back(weft::exact_sum(64));
    effect.removed.push_back(weft::exact_sum());
    const byte_buffer bytes = encoded(effect);
    CHECK(bytes == byte_buffer{std::byte{1}, std::byte{1}, std::byte{2}, std::byte{1}, std::byte{4},
                               std::byte{1}, std::byte{0}});
    byte_reader in(bytes);
    CHECK(*real_counter::decode(in, 2) == effect);
    const byte_buffer nothing(1);
    byte_reader zero(nothing);
    CHECK(real_counter::decode(zero, 0).error().code == errc::not_canonical);
    CHECK(zero.offset() == 0);
    byte_reader short_of(bytes);
    CHECK(real_counter::decode(short_of, 3).error().code == errc::truncated);
    byte_reader many(bytes);
    CHECK(real_counter::decode(many, std::size_t{1} << 40U).error().code == errc::truncated);
}

}  // namespace real_counter_test
