/// The state at some frontier: what a replica held when that was all it knew. Reads like a replica.
/// It views the replica's log for ids: valid as long as the replica stays where it is and its
/// operations are not taken back; later operations do not change it.
#ifndef WEFT_LOG_SNAPSHOT_HPP
#define WEFT_LOG_SNAPSHOT_HPP

#include <weft/log/record_range.hpp>
#include <weft/log/state.hpp>
#include <weft/model/ref.hpp>

#include <utility>

namespace weft {

/// The combined digest of per-tag digests.
[[nodiscard]] inline digest<16> combined(const lean_vector<tag_digest>& tags) {
    byte_buffer bytes;
    byte_writer out(bytes);
    for (const tag_digest& tag : tags) {
        out.u32(tag.what.collection);
        out.u32(tag.what.field);
        out.u32(tag.what.kind);
        out.append(tag.state.bytes);
    }
    return xxh3_128::hash(bytes);
}

template <class Schema, class Log>
class snapshot {
public:
    using record_id = typename Log::record_id;

    snapshot(state<Schema> held, const Log& log) : state_(std::move(held)), log_(&log) {}

    /// The record, or null if it is missing or deleted. O(1) expected.
    template <class Record>
    [[nodiscard]] const Record* find(const ref<Record, record_id>& record) const {
        return find<Record>(record.id);
    }

    template <class Record>
    [[nodiscard]] const Record* find(const record_id& id) const {
        const auto place = log_->find(Schema::tags[Schema::template number_of<Record>], id);
        return place ? state_.template table_of<Record>().find(place->row) : nullptr;
    }

    /// The visible records of a collection.
    template <class Record>
    [[nodiscard]] auto all() const {
        using table_type = std::remove_cvref_t<decltype(state_.template table_of<Record>())>;
        const auto collection =
            log_->find_collection(Schema::tags[Schema::template number_of<Record>]);
        return record_range<table_type, Log>(state_.template table_of<Record>(), *log_,
                                             collection.value_or(0));
    }

    /// As replica::state_digest.
    [[nodiscard]] digest<16> state_digest() { return combined(state_.digests(*log_)); }

private:
    state<Schema> state_;
    const Log* log_;
};

}  // namespace weft

#endif
