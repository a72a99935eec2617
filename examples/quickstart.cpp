#include <weft/weft.hpp>

#include <cassert>
#include <string>

struct Todo {
    BOOST_HANA_DEFINE_STRUCT(Todo,
                             (weft::lww<std::string>, title),
                             (weft::lww<bool>, done),
                             (weft::add_wins_set<std::string>, tags),
                             (weft::counter, votes));
};

using App = weft::schema<1, weft::collection<"todos", Todo>>;

int main() {
    weft::replica<App> alice{weft::actor_id::random()}, bob{weft::actor_id::random()};

    Todo todo;
    todo.title = "Ship it";
    auto id = alice.transact([&](auto& tx) { return tx.insert(todo); });  // a typed ref<Todo>
    bob.apply(alice.delta_since(bob.version())).value();                  // bytes in, outcome out

    bob.transact([&](auto& tx) {
        auto t = tx.edit(id);
        t[&Todo::votes] += 1;
        t[&Todo::tags].insert("today");
    });
    alice.apply(bob.delta_since(alice.version())).value();
    assert(alice.find(id)->tags.contains("today") && alice.state_digest() == bob.state_digest());
}
