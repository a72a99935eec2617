/// Fills the arrays of an operation anew. An operation object is filled over and over, mostly with
/// as many parts as before; writing over the old parts instead of clearing and appending saves most
/// of the cost.
#ifndef WEFT_LOG_REFILL_HPP
#define WEFT_LOG_REFILL_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/lean_vector.hpp>

#include <cstddef>
#include <cstdint>

namespace weft {

/// Writes over a vector from its front. Until finish() there may be old elements behind the new.
template <class T>
class refill {
public:
    explicit refill(lean_vector<T>& list) noexcept : list_(&list) {}

    /// The next element, for the caller to assign all of. Valid until the next call.
    [[nodiscard]] T& next() {
        if (size_ == list_->size()) {
            list_->emplace_back();
        }
        return (*list_)[size_++];
    }

    /// How many elements are new.
    [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(size_); }

    [[nodiscard]] T& back() noexcept { return (*list_)[size_ - 1]; }

    void reserve(std::size_t wanted) { list_->reserve(wanted); }

    /// Drops what is left of the old elements.
    void finish() {
        if (size_ != list_->size()) {
            list_->erase(list_->begin() + size_, list_->end());
        }
    }

private:
    lean_vector<T>* list_;
    std::size_t size_ = 0;
};

/// The same for bytes.
class refill_bytes {
public:
    explicit refill_bytes(byte_buffer& bytes) noexcept : bytes_(&bytes) {}

    void append(const std::byte* from, std::size_t count) {
        if (bytes_->size() - size_ < count) {
            bytes_->resize(size_ + count);
        }
        copy_bytes(bytes_->data() + size_, from, count);
        size_ += count;
    }

    [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(size_); }

    void finish() {
        if (size_ != bytes_->size()) {
            bytes_->resize(size_);
        }
    }

private:
    byte_buffer* bytes_;
    std::size_t size_ = 0;
};

}  // namespace weft

#endif
