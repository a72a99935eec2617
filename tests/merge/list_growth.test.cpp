/// How a list's work grows with its history, on shapes that break sequences: steps are counted,
/// time is not.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

// The counting functions are other functions: they live in another namespace than everyone's.
#define WEFT_COUNT_STEPS
#define weft weft_counted
#include <weft/base/random.hpp>
#include <weft/merge/list.hpp>

namespace list_growth_test {

namespace {

using weft::list_ref;
using numbers = weft::list<std::int64_t>;

/// Applies effects, each an operation of one of many actors, and remembers the worst.
class writer {
public:
    writer() : ids_(16 * actors) {
        for (std::uint32_t slot = 0; slot < actors; ++slot) {
            weft::store_le<4>(ids_.data() + 16 * slot, slot * 2654435761U);
        }
    }

    /// By an edit of what is there.
    template <class Edit>
    void edit(const Edit& fn) {
        const std::uint64_t before = weft::detail::steps;
        numbers::effect effect;
        numbers::editor editor(state, effect);
        fn(editor);
        weft::observed_list dots;
        state.observe(effect, dots);
        apply(std::move(effect), dots, before);
    }

    /// By bytes, as they may come from anyone.
    void receive(std::initializer_list<std::uint8_t> bytes, const weft::observed_list& dots) {
        const std::uint64_t before = weft::detail::steps;
        weft::byte_buffer buffer;
        for (const std::uint8_t byte : bytes) {
            buffer.push_back(static_cast<std::byte>(byte));
        }
        weft::byte_reader in(buffer);
        auto effect = numbers::decode(in, dots.size());
        REQUIRE(effect.has_value());
        apply(*std::move(effect), dots, before);
    }

    [[nodiscard]] weft::local_event last() const { return id_; }

    [[nodiscard]] std::uint64_t steps() const { return steps_; }

    numbers state;
    weft::splitmix64 random{1};

private:
    static constexpr std::uint32_t actors = 64;

    void apply(numbers::effect&& effect, const weft::observed_list& dots, std::uint64_t before) {
        ++made_;
        id_ = {{{static_cast<std::uint32_t>(random() % actors)}, made_}, 0};
        weft::null_report quiet;
        state.apply(std::move(effect), dots, {id_, weft::timestamp{made_}, {ids_.data(), 16}},
                    quiet);
        steps_ += weft::detail::steps - before;
    }

    weft::byte_buffer ids_;
    weft::local_event id_;
    std::uint32_t made_ = 0;
    std::uint64_t steps_ = 0;
};

struct shape {
    const char* name;
    void (*grow)(writer&, std::uint32_t size);
};

/// Each edit at an index of random(), with the editor's size.
template <class Edit>
void repeat(writer& on, std::uint32_t size, const Edit& edit) {
    for (std::uint32_t i = 0; i < size; ++i) {
        on.edit([&](auto& e) { edit(e, on.random() % (e.size() + 1)); });
    }
}

constexpr shape shapes[] = {
    {"appended one by one",
     [](writer& on, std::uint32_t size) {
         repeat(on, size, [](auto& e, std::size_t) { e.push_back(1); });
     }},
    {"put before each other",
     [](writer& on, std::uint32_t size) {
         repeat(on, size, [](auto& e, std::size_t) { e.insert(0, 1); });
     }},
    {"put anywhere, and half of it removed",
     [](writer& on, std::uint32_t size) {
         repeat(on, size, [](auto& e, std::size_t at) {
             at % 3 == 1 ? static_cast<void>(e.erase(at)) : e.insert(at, 1);
         });
     }},
    {"put between the first and the last, from both sides in turn",
     [](writer& on, std::uint32_t size) {
         repeat(on, size, [](auto& e, std::size_t at) {
             e.insert(e.size() / 2 + (at & 1U && e.size() > 1 ? 1 : 0), 1);
         });
     }},
    {"one transaction",
     [](writer& on, std::uint32_t size) {
         on.edit([&](auto& e) {
             for (std::uint32_t i = 0; i < size; ++i) {
                 const std::size_t at = on.random() % (e.size() + 1);
                 e.insert(at, 1);
                 e.push_back(2);
                 e.move(at, e.size() / 2);
                 e.set(at, 3);
             }
         });
     }},
    {"a list of which one element moves for ever",
     [](writer& on, std::uint32_t size) {
         on.edit([](auto& e) {
             for (int i = 0; i < 16; ++i) {
                 e.push_back(i);
             }
         });
         repeat(on, size, [](auto& e, std::size_t at) { e.move(at % 16, (at * 7 + 3) % 16); });
     }},
    {"inserted at the front by writers who saw nothing",
     [](writer& on, std::uint32_t size) {
         for (std::uint32_t i = 0; i < size; ++i) {
             on.receive({1, 0, 1, 1}, {});
         }
     }},
    {"left of one element by writers who saw only that",
     [](writer& on, std::uint32_t size) {
         on.receive({1, 0, 1, 1}, {});
         const weft::observed_list first{on.last()};
         for (std::uint32_t i = 0; i < size; ++i) {
             on.receive({2, 2, 0, 1, 1}, first);
         }
     }},
    {"a deep chain with a sibling at every depth, from the bottom",
     [](writer& on, std::uint32_t size) {
         std::vector<weft::local_event> chain;
         on.receive({1, 0, 1, 1}, {});
         for (std::uint32_t i = 0; i < size / 2; ++i) {
             chain.push_back(on.last());
             on.receive({static_cast<std::uint8_t>(1 + i % 2), 2, 0, 1, 1}, {chain.back()});
         }
         for (; !chain.empty(); chain.pop_back()) {
             on.receive({static_cast<std::uint8_t>(1 + chain.size() % 2), 2, 0, 1, 1},
                        {chain.back()});
         }
     }},
    {"cleared, and read where nothing is left",
     [](writer& on, std::uint32_t size) {
         on.edit([&](auto& e) {
             for (std::uint32_t i = 0; i < size; ++i) {
                 e.push_back(1);
             }
         });
         on.edit([](auto& e) { e.clear(); });
         for (std::uint32_t i = 0; i < size; ++i) {
             CHECK(on.state.begin() == on.state.end());
             if (i % 64 == 0) {
                 repeat(on, 1, [](auto& e, std::size_t) { e.push_back(1); });
                 on.edit([](auto& e) { e.erase(0); });
             }
         }
     }},
};

}  // namespace

TEST_CASE("merge/list: whatever its shape, doubling a list's history doubles its work") {
    constexpr std::uint32_t size_max = 1U << 14U;
    for (const shape& of : shapes) {
        std::uint64_t before = 0;
        for (std::uint32_t size = 1U << 8U; size <= size_max; size *= 2) {
            writer on;
            of.grow(on, size);
            const std::uint64_t steps = on.steps();
            INFO(std::string(of.name), ", ", size, " edits: ", before, " steps, then ", steps);
            CHECK(static_cast<double>(steps) <=
                  2.5 * static_cast<double>(std::max<std::uint64_t>(before, 100'000)));
            CHECK(steps >= size);
            CHECK(steps <= std::uint64_t{size} * 1000);
            before = steps;
        }
    }
}

}  // namespace list_growth_test
