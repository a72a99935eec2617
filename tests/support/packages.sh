# Sourced by the scripts that build: `need PACKAGE...` installs the Debian packages that are missing,
# quietly, as root; anybody else is told which they are. Where there is no dpkg, whoever runs this
# has seen to it.

need() {
    command -v dpkg-query > /dev/null || return 0
    missing=
    for package in "$@"; do
        status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null || true)
        [ "$status" = installed ] || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        printf 'These packages are missing:%s\nRun this as root, or: sudo apt-get install%s\n' \
            "$missing" "$missing" >&2
        exit 1
    fi
    printf 'Installing:%s\n' "$missing"
    # shellcheck disable=SC2086
    if ! { apt-get -q update &&
        DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $missing; } \
        > /var/log/weft-packages.log 2>&1; then
        tail -n 40 /var/log/weft-packages.log >&2
        exit 1
    fi
}

# As many compilers at once as there are cores, and gigabytes: a test takes up to 1 GB to compile.
how_many() {
    cores=$(nproc 2> /dev/null || echo 2)
    gigabytes=$(awk '/^MemAvailable:/ { print int($2 / 1000000) }' /proc/meminfo 2> /dev/null || true)
    if [ -n "$gigabytes" ] && [ "$gigabytes" -lt "$cores" ]; then
        cores=$gigabytes
    fi
    [ "$cores" -ge 1 ] || cores=1
    echo "$cores"
}

# ccache, where it is there, makes the second build cheap.
launcher() {
    if command -v ccache > /dev/null; then
        echo -DCMAKE_CXX_COMPILER_LAUNCHER=ccache
    fi
}
