/// Writes batches: the columnar form in which operations leave a replica (FORMAT.md). An encoder
/// takes operations in local form, one after another, parents before children, and asks for the
/// border names (ids, addresses) once, at the end. Equal lists of operations give equal bytes,
/// whatever the replica's numbers: every table is sorted by its border names.
#ifndef WEFT_WIRE_BATCH_ENCODER_HPP
#define WEFT_WIRE_BATCH_ENCODER_HPP

#include <weft/base/assert.hpp>
#include <weft/base/bytes.hpp>
#include <weft/base/hasher.hpp>
#include <weft/base/id.hpp>
#include <weft/causal/dot.hpp>
#include <weft/wire/batch_format.hpp>
#include <weft/wire/causal_writer.hpp>
#include <weft/wire/content_writer.hpp>

#include <cstddef>

namespace weft {

/// One batch in the making.
template <class Traits>
class batch_encoder {
public:
    /// Where the operations and their order go.
    causal_writer causal;
    /// Where what they do goes, in the same order.
    content_writer content;

    /// The batch. The encoder is spent. `names` turns local into border names: `actor(slot)`,
    /// `collection_tag(number)`, `id_of(record_ref)`, `address_of(local_dot)`.
    /// O(operations + tables * log tables). A batch longer than batch_size_max is the caller's
    /// broken contract: bad_result with too_large.
    template <class Names>
    [[nodiscard]] byte_buffer finish(Names& names) {
        byte_buffer bytes;
        byte_writer out(bytes);
        out.append(batch_header::of<Traits>().bytes());
        batch_actors actors;
        causal.use_actors(actors);
        content.use_actors(actors);
        actors.sort([&](actor_slot a, actor_slot b) { return names.actor(a) < names.actor(b); });
        out.varint(actors.count());
        for (std::uint32_t i = 0; i != actors.count(); ++i) {
            write_id(out, names.actor(actors.slot(i)));
        }
        causal.write(out, actors,
                     [&](byte_writer& to, local_dot of) { to.append(names.address_of(of).bytes); });
        content.write(
            out, actors, [&](std::uint32_t number) { return names.collection_tag(number); },
            [&](record_ref a, record_ref b) { return names.id_of(a) < names.id_of(b); },
            [&](byte_writer& to, record_ref record) { write_id(to, names.id_of(record)); });
        out.u64(xxh3_64(bytes));
        if (bytes.size() > batch_size_max) {
            WEFT_THROW(bad_result(errc::too_large), "a batch is longer than its format allows");
        }
        return bytes;
    }

private:
    template <class Id>
    static void write_id(byte_writer& out, const Id& id) {
        std::byte bytes[identifier_traits<Id>::size];
        identifier_traits<Id>::write(id, bytes);
        out.append(bytes);
    }
};

}  // namespace weft

#endif
