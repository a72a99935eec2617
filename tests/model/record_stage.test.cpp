#include <weft/base/value_codecs.hpp>
#include <weft/merge/add_wins_set.hpp>
#include <weft/merge/counter.hpp>
#include <weft/merge/lww.hpp>
#include <weft/model/record_stage.hpp>

#include "support/hostile.hpp"
#include "support/property.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace record_stage_test {

using weft::lww;
using weft::record_fields;
using weft::record_stage;

namespace {

struct task {
    BOOST_HANA_DEFINE_STRUCT(task,
                             (lww<std::string>, title),
                             (weft::counter, votes),
                             (lww<std::string>, owner),
                             (weft::add_wins_set<std::string>, tags),
                             (lww<std::int32_t>, rank));
};

/// A second collection of the same fields.
struct archived : task {};

using fields = record_fields<task>;

/// What the effects would say on the wire, by field number, in the order of the visit.
template <class Record>
std::vector<std::pair<std::size_t, weft::byte_buffer>> staged(record_stage<Record>& stage) {
    std::vector<std::pair<std::size_t, weft::byte_buffer>> all;
    stage.each([&]<class Field>(std::size_t number, typename Field::policy_type::effect& effect) {
        weft::byte_buffer bytes;
        weft::byte_writer out(bytes);
        Field::policy_type::encode(effect, out);
        all.emplace_back(number, bytes);
    });
    return all;
}

template <class Record>
std::vector<std::size_t> numbers(record_stage<Record>& stage) {
    std::vector<std::size_t> all;
    for (const auto& [number, bytes] : staged(stage)) {
        all.push_back(number);
    }
    return all;
}

/// The record becomes what the effects make of it, as an operation of the only actor.
void apply(record_stage<task>& stage, task& to, weft::sequence sequence) {
    static const std::array<std::byte, 16> id{};
    const weft::event at{{{weft::actor_slot{0}, sequence}, 0}, {sequence}, {id.data(), id.size()}};
    weft::null_report report;
    stage.each([&]<class Field>(std::size_t, typename Field::policy_type::effect& effect) {
        auto& state = to.*Field::pointer;
        weft::observed_list dots;
        std::as_const(state).observe(effect, dots);
        state.apply(std::move(effect), dots, at, report);
    });
}

bool reads_alike(const task& a, const task& b) {
    return a.title.value() == b.title.value() && a.votes.value() == b.votes.value() &&
           a.owner.value() == b.owner.value() && a.rank.value() == b.rank.value() &&
           a.tags.size() == b.tags.size();
}

}  // namespace

TEST_CASE("model/record_stage: nothing is staged before an editor stages it") {
    record_stage<task> stage;
    const task held;
    CHECK(numbers(stage).empty());
    // To look is not to write.
    CHECK(stage.edit(held, &task::title).value().empty());
    CHECK(stage.edit(held, &task::votes).value() == 0);
    CHECK(numbers(stage).empty());
    stage.edit(held, &task::votes) += 2;
    CHECK(numbers(stage) == std::vector<std::size_t>{1});
    stage.edit(held, &task::votes) -= 2;
    CHECK(numbers(stage).empty());
}

TEST_CASE("model/record_stage: an editor sees what is held and what was staged before") {
    record_stage<task> stage;
    task held;
    held.title = "held";
    held.votes = 10;
    CHECK(stage.edit(held, &task::title).value() == "held");
    stage.edit(held, &task::title) = "staged";
    stage.edit(held, &task::votes) += 1;
    stage.edit(held, &task::votes) += 1;
    CHECK(stage.edit(held, &task::title).value() == "staged");
    CHECK(stage.edit(held, &task::owner).value().empty());
    CHECK(stage.edit(held, &task::votes).value() == 12);
    CHECK(held.title == "held");
}

TEST_CASE("model/record_stage: agrees with a map from field to what was last assigned") {
    weft::test::property(
        "model/record_stage: oracle", 300, [](const std::vector<std::uint64_t>& words) {
            record_stage<task> stage;  // one for all mutations, as a transaction has it
            const task held;
            std::map<std::uint32_t, std::pair<std::size_t, std::string>> wanted;  // by tag
            const auto assign = [&](std::string task_text, lww<std::string> task::*member) {
                const std::size_t number = fields::number_of(member);
                stage.edit(held, member) = task_text;
                wanted[fields::tags[number]] = {number, std::move(task_text)};
            };
            for (const std::uint64_t word : words) {
                weft::test::chance random(word);
                const std::string text = std::to_string(random.below(100));
                switch (random.below(5)) {
                case 0:
                    assign(text, &task::title);
                    break;
                case 1:
                    assign(text, &task::owner);
                    break;
                case 2: {
                    const std::size_t number = fields::number_of(&task::rank);
                    const auto rank = static_cast<std::int32_t>(random.below(100));
                    stage.edit(held, &task::rank) = rank;
                    wanted[fields::tags[number]] = {number,
                                                    std::string(1, static_cast<char>(rank))};
                    break;
                }
                case 3:
                    fields::each([&]<class Field>(std::size_t number) {
                        if constexpr (std::is_same_v<typename Field::policy_type,
                                                     lww<std::string>>) {
                            stage.template touch<Field>(number).assign(text);
                            wanted[Field::tag] = {number, text};
                        }
                    });
                    break;
                default:
                    stage.reset();
                    wanted.clear();
                }
                const auto found = staged(stage);
                RC_ASSERT(found.size() == wanted.size());
                std::size_t i = 0;
                for (const auto& [tag, field] : wanted) {  // ascending, as each() must be
                    RC_ASSERT(found[i].first == field.first);
                    RC_ASSERT(weft::as_text(found[i].second) == field.second);
                    ++i;
                }
            }
        });
}

TEST_CASE("model/record_stage: replace makes of what is held what is wanted") {
    task wanted;
    wanted.title = "wanted";
    wanted.votes = 3;
    wanted.rank = -7;
    wanted.tags.insert("a");
    wanted.tags.insert("b");
    record_stage<task> stage;
    stage.edit(task(), &task::owner) = "of a mutation before";
    stage.replace(task(), wanted);
    CHECK(stage.edit(task(), &task::owner).value().empty());
    task made;
    apply(stage, made, 1);
    CHECK(reads_alike(made, wanted));
    CHECK(made.tags.contains("a"));
    CHECK(made.tags.contains("b"));
    CHECK_FALSE(made.title.pristine());

    // Over that record another one, of which less is wanted.
    task less;
    less.tags.insert("c");
    stage.replace(made, less);
    apply(stage, made, 2);
    CHECK(reads_alike(made, less));
    CHECK(made.tags.contains("c"));
    stage.reset();
    CHECK(numbers(stage).empty());
}

TEST_CASE("model/record_stage: a derived record is edited through the members it inherits") {
    record_stage<archived> stage;
    const archived held;
    stage.edit(held, static_cast<lww<std::string> archived::*>(&archived::owner)) = "me";
    CHECK(numbers(stage) == std::vector<std::size_t>{2});
    archived wanted;
    wanted.title = "t";
    stage.replace(held, wanted);
    CHECK(stage.edit(held, static_cast<lww<std::string> archived::*>(&archived::title)).value() ==
          "t");
}

}  // namespace record_stage_test
