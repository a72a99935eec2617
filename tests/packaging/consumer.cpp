/// What a user's first program looks like, built once for each way of getting weft.
#include <weft/weft.hpp>

#include <cstdio>
#include <string>

struct page {
    BOOST_HANA_DEFINE_STRUCT(page, (weft::lww<std::string>, title), (weft::counter, visits));
};

using site = weft::schema<1, weft::collection<"pages", page>>;

int main() {
    weft::replica<site> here{weft::actor_id::random()};
    weft::replica<site> there{weft::actor_id::random()};

    page first;
    first.title = "Home";
    const auto id = here.transact([&](auto& tx) { return tx.insert(first); });
    const bool taken = there.apply(here.delta_since(there.version())).has_value();
    if (!taken || there.find(id)->title.value() != "Home") {
        return 1;
    }
    std::printf("weft %d.%d.%d\n", WEFT_VERSION_MAJOR, WEFT_VERSION_MINOR, WEFT_VERSION_PATCH);
    return 0;
}
