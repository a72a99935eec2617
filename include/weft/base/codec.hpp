/// How a value becomes bytes and comes back: the trait codec<T>, to specialise for your own types.
/// weft's own (integers, floating point, text, bytes, uuid, enum, optional) are in
/// value_codecs.hpp. A codec reads and writes the *tail* form: it is given all the bytes of one
/// value and uses them all, so that a value costs no length of its own where the length is known
/// anyway; a container puts a varint length before each element.
///
///     template <>
///     struct weft::codec<point> {
///         static constexpr std::uint32_t kind = 300;      // yours: 256 to 65535; never change it
///         static void encode(byte_writer& out, const point& p);
///         static result<point> decode(byte_span whole);
///         static bool less(const point& a, const point& b) noexcept;                  // optional
///         static bool same(const point& a, const point& b) noexcept;                  // optional
///         static std::size_t hash(const point& p, std::uint64_t seed) noexcept;       // optional
///     };
///
/// Laws: decode(encode(x)) is x; encode(decode(b)) is b for every b that decode accepts, so every
/// value has one encoding; decode neither throws (but bad_alloc), nor recurses over its input, nor
/// allocates more than a small multiple of it; less is a strict total order in which two values
/// are equivalent exactly when their encodings are equal; `same` says whether they are; equal
/// encodings hash alike; moving a value does not throw. What is left out is done over the encoded
/// bytes: correct, and slower. Keep a kind for as long as its bytes mean the same.
#ifndef WEFT_BASE_CODEC_HPP
#define WEFT_BASE_CODEC_HPP

#include <weft/base/bytes.hpp>
#include <weft/base/hasher.hpp>

#include <concepts>
#include <exception>

namespace weft {

template <class T>
struct codec;

/// Kinds are below this bound, so that a policy's number fits beside one in 32 bits.
inline constexpr std::uint32_t codec_kind_end = std::uint32_t{1} << 20U;

/// Has a codec. (What the codec means is for its laws to say.)
template <class T>
concept codable = std::default_initializable<T> && std::copyable<T> &&
    requires(byte_writer& out, const T& value, byte_span bytes) {
    { codec<T>::kind } -> std::convertible_to<std::uint32_t>;
    codec<T>::encode(out, value);
    { codec<T>::decode(bytes) } -> std::same_as<result<T>>;
};

/// Thrown when the caller hands over a value that no replica would decode, such as a std::string
/// that is not UTF-8: by the edit's transaction, which then did not happen.
class bad_value : public std::exception {
public:
    explicit bad_value(errc code) noexcept : code_(code) {}

    [[nodiscard]] const char* what() const noexcept override { return message(code_).data(); }

    [[nodiscard]] errc code() const noexcept { return code_; }

private:
    errc code_;
};

/// The encoding of a value on its own.
template <class T>
[[nodiscard]] byte_buffer encoded(const T& value) {
    byte_buffer bytes;
    byte_writer out(bytes);
    codec<T>::encode(out, value);
    return bytes;
}

/// Decodes all that is left in `in`. On an error `in` is unchanged and the offset counts from its
/// start.
template <class T>
[[nodiscard]] result<T> decode_rest(byte_reader& in) {
    result<T> value = codec<T>::decode(in.rest());
    if (!value) {
        return value.error().shifted(in.offset());
    }
    static_cast<void>(in.bytes(in.remaining()));
    return value;
}

/// Lexicographic order of bytes.
[[nodiscard]] inline bool bytes_less(byte_span a, byte_span b) noexcept {
    const std::size_t common = a.size() < b.size() ? a.size() : b.size();
    const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
    return order != 0 ? order < 0 : a.size() < b.size();
}

[[nodiscard]] inline bool bytes_same(byte_span a, byte_span b) noexcept {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

/// The total order of T's values, alike on every machine.
template <class T>
[[nodiscard]] bool value_less(const T& a, const T& b) {
    if constexpr (requires { codec<T>::less(a, b); }) {
        return codec<T>::less(a, b);
    } else {
        return bytes_less(encoded(a), encoded(b));
    }
}

/// Whether two values have one encoding: a NaN is the same as itself, -0 is not the same as 0.
template <class T>
[[nodiscard]] bool value_same(const T& a, const T& b) {
    if constexpr (requires { codec<T>::same(a, b); }) {
        return codec<T>::same(a, b);
    } else if constexpr (requires { codec<T>::less(a, b); }) {
        return !codec<T>::less(a, b) && !codec<T>::less(b, a);
    } else {
        return bytes_same(encoded(a), encoded(b));
    }
}

/// Hash for tables, under a seed; differs from machine to machine only by the seed.
template <class T>
[[nodiscard]] std::size_t value_hash(const T& value, std::uint64_t seed) {
    if constexpr (requires { codec<T>::hash(value, seed); }) {
        return codec<T>::hash(value, seed);
    } else {
        return static_cast<std::size_t>(xxh3_64(encoded(value), seed));
    }
}

}  // namespace weft

#endif
