/// A growing array whose elements never move: chunks that double in size, so that growth copies
/// nothing, references stay valid, a small array stays small, and no page is touched twice. Index
/// access O(1) (one bit scan), append O(1) worst case but for the memory it asks for.
#ifndef WEFT_BASE_CHUNKED_VECTOR_HPP
#define WEFT_BASE_CHUNKED_VECTOR_HPP

#include <weft/base/assert.hpp>
#include <weft/base/lean_vector.hpp>

#include <bit>
#include <cstddef>
#include <utility>

namespace weft {

template <class T>
class chunked_vector {
public:
    /// Elements in the first chunk; every later one is twice its predecessor.
    static constexpr std::size_t first_chunk = 8;

    chunked_vector() = default;

    chunked_vector(chunked_vector&& other) noexcept
        : chunks_(std::move(other.chunks_)), size_(std::exchange(other.size_, 0)) {}

    chunked_vector& operator=(chunked_vector&& other) noexcept {
        chunks_ = std::move(other.chunks_);
        size_ = std::exchange(other.size_, 0);
        return *this;
    }

    chunked_vector(const chunked_vector& other) : size_(other.size_) {
        chunks_.reserve(other.chunks_.size());
        for (const auto& from : other.chunks_) {
            chunks_.emplace_back().reserve(from.capacity());
            chunks_.back().append(from.begin(), from.end());
        }
    }

    chunked_vector& operator=(const chunked_vector& other) {
        *this = chunked_vector(other);
        return *this;
    }

    ~chunked_vector() = default;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    [[nodiscard]] T& operator[](std::size_t i) noexcept {
        WEFT_ASSERT(i < size_);
        const std::size_t k = chunk_of(i);
        return chunks_[k][i - start_of(k)];
    }

    [[nodiscard]] const T& operator[](std::size_t i) const noexcept {
        WEFT_ASSERT(i < size_);
        const std::size_t k = chunk_of(i);
        return chunks_[k][i - start_of(k)];
    }

    [[nodiscard]] T& back() noexcept { return (*this)[size_ - 1]; }

    /// Appends. Strong guarantee.
    template <class... Args>
    T& emplace_back(Args&&... args) {
        const std::size_t k = chunk_of(size_);
        if (k == chunks_.size()) {
            lean_vector<T> fresh;
            fresh.reserve(first_chunk << k);
            chunks_.push_back(std::move(fresh));
        }
        T& added = chunks_[k].emplace_back(std::forward<Args>(args)...);
        ++size_;
        return added;
    }

    void pop_back() noexcept {
        WEFT_ASSERT(size_ > 0);
        --size_;
        chunks_[chunk_of(size_)].pop_back();
    }

    /// Destroys the elements; keeps the first chunk's memory for the next use.
    void clear() noexcept {
        while (chunks_.size() > 1) {
            chunks_.pop_back();
        }
        if (!chunks_.empty()) {
            chunks_.front().clear();
        }
        size_ = 0;
    }

private:
    [[nodiscard]] static constexpr std::size_t chunk_of(std::size_t i) noexcept {
        return static_cast<std::size_t>(std::bit_width(i / first_chunk + 1)) - 1;
    }

    [[nodiscard]] static constexpr std::size_t start_of(std::size_t k) noexcept {
        return first_chunk * ((std::size_t{1} << k) - 1);
    }

    lean_vector<lean_vector<T>> chunks_;
    std::size_t size_ = 0;
};

}  // namespace weft

#endif
