/// What a transaction stages for a map, key by key: the inner policy's effect, where inner editors
/// write, and whether the key is removed before. Staged edits stay where they are, so that the
/// editor of one key is not disturbed by the next. Finding a key is O(1) expected. Nothing is
/// allocated before the first edit.
#ifndef WEFT_MERGE_MAP_DRAFT_HPP
#define WEFT_MERGE_MAP_DRAFT_HPP

#include <weft/base/chunked_vector.hpp>
#include <weft/base/value_table.hpp>
#include <weft/merge/map_inner.hpp>

namespace weft {

/// One key's.
template <class P>
struct map_edit {
    typename P::effect inner{};
    typename P::effect primed{};  ///< of a removal: what `inner` was before it was edited
    bool removes = false;
    bool touches = false;    ///< the key is to be there, even if `inner` says nothing
    std::uint32_t own = 0;   ///< of a builder: how many of its dots are the key's
    std::uint32_t dots = 0;  ///< and the inner effect's

    /// Removes, in the state `held`, what was there, and forgets what was staged.
    void start_anew(const P& held) {
        inner = {};
        primed = {};
        removes = true;
        touches = false;
        if constexpr (restarts_clean<P>) {
            held.replace(untouched_policy<P>(), primed);
            inner = primed;
        }
    }

    /// Whether the key is there afterwards.
    [[nodiscard]] bool adds() const {
        if constexpr (restarts_clean<P>) {
            return touches || !(inner == primed);
        } else {
            return touches || !inner.empty();
        }
    }

    [[nodiscard]] bool idle() const { return !removes && !adds(); }

    friend bool operator==(const map_edit& a, const map_edit& b) {
        return a.removes == b.removes && a.adds() == b.adds() && a.inner == b.inner;
    }
};

template <class K, class P>
class map_draft {
    struct nothing {
        [[nodiscard]] static constexpr bool present() noexcept { return true; }
    };

    struct content {
        value_table<K, nothing> keys;
        chunked_vector<map_edit<P>> edits;  ///< by the key's number
    };

public:
    map_draft() = default;

    map_draft(const map_draft& other)
        : content_(other.content_ == nullptr ? nullptr : new content(*other.content_)) {}

    map_draft(map_draft&& other) noexcept : content_(other.content_) { other.content_ = nullptr; }

    map_draft& operator=(const map_draft& other) { return *this = map_draft(other); }

    /// Swaps.
    map_draft& operator=(map_draft&& other) noexcept {
        content* const mine = content_;
        content_ = other.content_;
        other.content_ = mine;
        return *this;
    }

    ~map_draft() { delete content_; }

    [[nodiscard]] std::uint32_t size() const noexcept {
        return content_ == nullptr ? 0 : content_->keys.size();
    }

    [[nodiscard]] const K& key(std::uint32_t number) const noexcept {
        return content_->keys[number].value;
    }

    [[nodiscard]] map_edit<P>& operator[](std::uint32_t number) noexcept {
        return content_->edits[number];
    }

    [[nodiscard]] const map_edit<P>& operator[](std::uint32_t number) const noexcept {
        return content_->edits[number];
    }

    /// What is staged for the key, or null.
    [[nodiscard]] const map_edit<P>* find(const K& key) const {
        const std::uint32_t number =
            content_ == nullptr ? hash_index::none : content_->keys.find(key);
        return number == hash_index::none ? nullptr : &content_->edits[number];
    }

    /// What is staged for the key; nothing, if that is new. Strong guarantee.
    map_edit<P>& get(K key, bool& fresh) {
        if (content_ == nullptr) {
            content_ = new content();
        }
        const std::uint64_t hash = value_table<K, nothing>::hash_of(key);
        const std::uint32_t number = content_->keys.find(key, hash);
        fresh = number == hash_index::none;
        if (!fresh) {
            return content_->edits[number];
        }
        map_edit<P>& added = content_->edits.emplace_back();
        WEFT_TRY {
            content_->keys.insert(static_cast<K&&>(key), hash);
        }
        WEFT_CATCH_ALL {
            content_->edits.pop_back();
            WEFT_RETHROW;
        }
        return added;
    }

    /// Nothing staged would do anything. O(size()).
    [[nodiscard]] bool idle() const {
        for (std::uint32_t number = 0; number < size(); ++number) {
            if (!content_->edits[number].idle()) {
                return false;
            }
        }
        return true;
    }

    /// Whether the other does all that this one does, beside a removal of all keys if `cleared`.
    [[nodiscard]] bool within(const map_draft& other, bool cleared) const {
        for (std::uint32_t number = 0; number < size(); ++number) {
            const map_edit<P>& own = content_->edits[number];
            if (cleared ? own.adds() : !own.idle()) {
                const map_edit<P>* const found = other.find(key(number));
                if (found == nullptr || !(*found == own)) {
                    return false;
                }
            }
        }
        return true;
    }

private:
    content* content_ = nullptr;
};

}  // namespace weft

#endif
