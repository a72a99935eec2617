/// The version of the library (SemVer). The wire format has a number of its own: wire/FORMAT.md.
/// CMake reads it here; the lint holds meson.build and CHANGELOG.md to it.
#ifndef WEFT_VERSION_HPP
#define WEFT_VERSION_HPP

#define WEFT_VERSION_MAJOR 0
#define WEFT_VERSION_MINOR 1
#define WEFT_VERSION_PATCH 0

#endif
