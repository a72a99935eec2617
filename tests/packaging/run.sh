# Gets weft as a user would, builds tests/packaging/consumer.cpp against it and runs that.
# Usage: sh run.sh WAY [CXX] [CMAKE], WAY one of those at the end. Everything happens in a scratch
# directory; the sources are only read.
set -eu

way=$1
CXX=${2:-c++}
cmake=${3:-cmake}
export CXX

here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
version=$(sed -n 's/^#define WEFT_VERSION_[A-Z]* //p' "$source/include/weft/version.hpp" | paste -sd.)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    printf 'packaging/%s: %s\n' "$way" "$1" >&2
    exit 1
}

run_consumer() {
    said=$("$1") || fail 'the consumer fails'
    [ "$said" = "weft $version" ] || fail "the consumer says \"$said\", not \"weft $version\""
}

# Configures, builds and runs the consumer of this way with CMake; more settings as arguments.
cmake_consumer() {
    "$cmake" -S "$here/$way" -B "$scratch/consumer" "$@"
    "$cmake" --build "$scratch/consumer"
    run_consumer "$scratch/consumer/consumer"
}

# Installs by CMake and moves the result, so that nothing may remember where it was installed.
cmake_install() {
    "$cmake" -S "$source" -B "$scratch/build" \
        -DWEFT_BUILD_TESTS=OFF -DWEFT_BUILD_EXAMPLES=OFF "-DCMAKE_INSTALL_PREFIX=$scratch/first"
    "$cmake" --install "$scratch/build"
    mv "$scratch/first" "$scratch/prefix"
}

meson_install() {
    meson setup "$scratch/meson" "$source" -Dtests=disabled -Dexamples=disabled \
        -Dpkgconfig.relocatable=true "--prefix=$scratch/second"
    meson install -C "$scratch/meson"
    mv "$scratch/second" "$scratch/prefix"
}

installed_headers() { (cd "$1/include" && find weft -type f | sort); }

pkg_config_consumer() {
    PKG_CONFIG_PATH=$scratch/prefix/share/pkgconfig
    export PKG_CONFIG_PATH
    [ "$(pkg-config --modversion weft)" = "$version" ] || fail 'weft.pc has another version'
    [ -z "$(pkg-config --libs weft | tr -d ' ')" ] || fail 'weft.pc links something'
    # Flags are words here, and the scratch path has no spaces.
    # shellcheck disable=SC2046
    "$CXX" -std=c++20 $(pkg-config --cflags weft) "$here/consumer.cpp" -o "$scratch/program"
    run_consumer "$scratch/program"
}

# Debian's cmake comes without make.
if command -v ninja > /dev/null; then
    CMAKE_GENERATOR=Ninja
    export CMAKE_GENERATOR
fi

case $way in
find_package)
    cmake_install
    (cd "$source/include" && find weft -name '*.hpp' | sort) > "$scratch/wanted"
    installed_headers "$scratch/prefix" | diff "$scratch/wanted" - || fail 'other headers are installed'
    cmake_consumer "-DCMAKE_PREFIX_PATH=$scratch/prefix" "-DWEFT_EXPECTED_VERSION=$version"
    ;;
add_subdirectory | fetch_content)
    cmake_consumer "-DWEFT_SOURCE_DIR=$source"
    ;;
pkg_config)
    cmake_install
    pkg_config_consumer
    ;;
meson_subproject)
    mkdir -p "$scratch/project/subprojects"
    cp "$here/$way/meson.build" "$here/consumer.cpp" "$scratch/project"
    ln -s "$source" "$scratch/project/subprojects/weft"
    meson setup "$scratch/build" "$scratch/project"
    meson compile -C "$scratch/build"
    run_consumer "$scratch/build/consumer"
    ;;
meson_install)
    meson_install
    (cd "$source/include" && find weft -name '*.hpp' | sort) > "$scratch/wanted"
    installed_headers "$scratch/prefix" | diff "$scratch/wanted" - || fail 'other headers are installed'
    pkg_config_consumer
    ;;
meson_tests)
    # Meson's own tests are CMake's, all that lie here; the smallest shows that they build and run.
    meson setup "$scratch/build" "$source" -Dexamples=disabled -Dbuildtype=debug
    (cd "$source/tests" && find . -name '*.test.cpp' | sed 's|^./||; s|^[^/]*$|core/&|; s|/.*||' |
        sort -u) > "$scratch/wanted"
    meson test -C "$scratch/build" --list --no-rebuild 2> /dev/null | sed 's/.* //' | sort |
        diff "$scratch/wanted" - || fail 'other tests are listed'
    meson compile -C "$scratch/build" weft_tests_core
    meson test -C "$scratch/build" --no-rebuild core
    ;;
*)
    fail "unknown way"
    ;;
esac
printf 'packaging/%s: built and run\n' "$way"
