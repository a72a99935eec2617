/// Values of one type, each encoded once, in the order of their encodings: how a container's
/// elements are written, so that no output depends on the order of a table.
#ifndef WEFT_BASE_ENCODED_ORDER_HPP
#define WEFT_BASE_ENCODED_ORDER_HPP

#include <weft/base/codec.hpp>
#include <weft/base/lean_vector.hpp>

namespace weft {

class encoded_order {
public:
    struct entry {
        std::size_t first;  ///< in the bytes of all
        std::size_t size;
        std::size_t index;  ///< the caller's number for the value
    };

    void reserve(std::size_t count) { entries_.reserve(count); }

    /// Encodes one more value.
    template <class T>
    void add(const T& value, std::size_t index) {
        const std::size_t first = bytes_.size();
        byte_writer out(bytes_);
        codec<T>::encode(out, value);
        entries_.push_back({first, bytes_.size() - first, index});
    }

    /// Ascending by encoding; of equal ones, by index.
    void sort() {
        lean_sort(entries_.begin(), entries_.end(), [this](const entry& a, const entry& b) {
            return same(a, b) ? a.index < b.index : bytes_less(bytes(a), bytes(b));
        });
    }

    [[nodiscard]] const lean_vector<entry>& entries() const noexcept { return entries_; }

    [[nodiscard]] byte_span bytes(const entry& of) const noexcept {
        return byte_span(bytes_).subspan(of.first, of.size);
    }

    [[nodiscard]] bool same(const entry& a, const entry& b) const noexcept {
        return bytes_same(bytes(a), bytes(b));
    }

private:
    byte_buffer bytes_;
    lean_vector<entry> entries_;
};

}  // namespace weft

#endif
