/// Boost.JSON, compiled here once, and what reads the golden vectors with it.
#include "support/golden.hpp"

#include <boost/json/src.hpp>

#include <fstream>
#include <iterator>

namespace weft::test {

namespace {

/// Valid UTF-8 only, which the parser has checked.
std::u16string utf16(std::string_view text) {
    std::u16string units;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        char32_t point = more == 0 ? lead : lead & (0x3FU >> more);
        for (std::size_t k = 1; k <= more; ++k) {
            point = (point << 6U) | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
        }
        i += more + 1;
        if (point < 0x10000) {
            units += static_cast<char16_t>(point);
        } else {
            units += static_cast<char16_t>(0xD800 + ((point - 0x10000) >> 10U));
            units += static_cast<char16_t>(0xDC00 + ((point - 0x10000) & 0x3FFU));
        }
    }
    return units;
}

std::u16string name_of(const boost::json::value& name) {
    const boost::json::string& text = name.as_string();
    return utf16(std::string_view(text.data(), text.size()));
}

}  // namespace

boost::json::value load_golden(const std::string& path) {
    std::ifstream file(std::string(WEFT_TEST_DATA) + "/" + path, std::ios::binary);
    REQUIRE_MESSAGE(file.good(), "cannot read " << path);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    boost::json::error_code error;
    boost::json::value value = boost::json::parse(text, error);
    REQUIRE_MESSAGE(!error, path << ": " << error.message());
    return value;
}

std::optional<std::uint64_t> whole_number(const boost::json::value& value) {
    if (value.is_uint64()) {
        return value.get_uint64();
    }
    if (value.is_int64() && value.get_int64() >= 0) {
        return static_cast<std::uint64_t>(value.get_int64());
    }
    return std::nullopt;
}

void node_ids::add(const boost::json::value& name) {
    ids_.try_emplace(name_of(name));
    std::uint64_t rank = 0;
    for (auto& entry : ids_) {
        entry.second = uuid::of(0, ++rank);
    }
}

uuid node_ids::operator[](const boost::json::value& name) const {
    return ids_.at(name_of(name));
}

}  // namespace weft::test
