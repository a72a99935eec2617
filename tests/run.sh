# Builds and runs every test. Usage: sh tests/run.sh
#
# On Debian 12 as root it first installs the packages that are missing. Clang runs all tests with the
# sanitizers, but those of the laws themselves; GCC runs those too, and of the others what a layer
# tests, with 10,000 scripts for each policy, and a program that uses all of the core without
# exceptions and RTTI; a third configuration runs the examples as released; a fourth compiles that
# program with Clang, and each header alone, without exceptions. The build trees are under build/.
set -eu

cd "$(dirname "$0")/.."
. tests/support/packages.sh
need g++ clang clang-format cmake ninja-build meson pkgconf git \
    libboost1.81-dev libxxhash-dev doctest-dev librapidcheck-dev libbenchmark-dev

mkdir -p build/logs
jobs=$(how_many)
launcher=$(launcher)
CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS-pch_defines,time_macros}  # what precompiled headers need of it
export CCACHE_SLOPPINESS
failed=

# step NAME COMMAND...: runs it and says how it went; what it wrote is shown if it fails.
step() {
    name=$1
    shift
    log=build/logs/$(printf '%s' "$name" | tr -cs 'a-zA-Z0-9' '-').log
    began=$(date +%s)
    printf '%-40s ' "$name"
    if "$@" > "$log" 2>&1; then
        printf 'passed %5s s\n' "$(($(date +%s) - began))"
    else
        printf 'FAILED %5s s\n' "$(($(date +%s) - began))"
        grep -E '(^|[ :])(error|ERROR|FAILED|FAILURE|SUMMARY|seed)' "$log" | head -n 60 || true
        printf '... and the end of %s:\n' "$log"
        tail -n 60 "$log"
        failed="$failed, $name"
        return 1
    fi
}

# What the executables of a configuration counted, and the seeds that repeat their properties.
counts() {
    awk '
        $2 == "Testing:" { test = $3 }
        /^\[doctest\] test cases:/ { printf "    %-14s %5s cases", test, $4 }
        /^\[doctest\] assertions:/ { printf " %10s assertions   %s\n", $3, seed[test] }
        /^Using configuration:.*seed=/ { sub(/.*: /, ""); seed[test] = "RC_PARAMS=\"" $0 "\"" }
        ' "build/$1/Testing/Temporary/LastTest.log"
}

# configuration PRESET TARGETS SCHEDULES [CTEST-OPTION...]
configuration() {
    preset=$1
    targets=$2
    schedules=$3
    shift 3
    # shellcheck disable=SC2086
    step "$preset: configure" cmake --preset "$preset" $launcher "-DWEFT_SCHEDULES=$schedules" \
        -DWEFT_UNITY_TESTS=ON &&
        step "$preset: build" cmake --build --preset "$preset" -j "$jobs" \
            --target $targets -- -k 0 &&
        step "$preset: tests" ctest --preset "$preset" -j "$jobs" "$@" &&
        counts "$preset"
}

# Clang compiles what the sanitizers add in half of GCC's time. With them the tests run so long that
# each property has fewer cases; GCC's run makes up for that, and alone lets the laws find faults.
layers='base causal core examples fuzz log merge model replica sim wire'
WEFT_CASES_MAX=${WEFT_CASES_MAX-20}
export WEFT_CASES_MAX
configuration clang-debug \
    "$(printf 'weft_tests_%s ' $layers) weft_sim weft_examples weft_no_exceptions" 600 \
    -E '^testing$' || true
unset WEFT_CASES_MAX
layers='base causal log merge model replica testing wire'
configuration gcc-quick "$(printf 'weft_tests_%s ' $layers) weft_sim weft_no_exceptions" 20000 \
    -R "^($(echo $layers | tr ' ' '|')|merge_.*|sim_from_.*|no_exceptions)\$" || true

# shellcheck disable=SC2086
{ step 'gcc-release: configure' cmake --preset gcc-release $launcher -DWEFT_BUILD_TESTS=ON &&
    step 'gcc-release: examples' cmake --build --preset gcc-release -j "$jobs" \
        --target weft_examples &&
    step 'gcc-release: tests' ctest --preset gcc-release -L example; } || true

# shellcheck disable=SC2086
{ step 'no-exceptions: configure' cmake --preset no-exceptions $launcher &&
    step 'no-exceptions: build' cmake --build --preset no-exceptions -j "$jobs" &&
    step 'no-exceptions: tests' ctest --preset no-exceptions; } || true

if [ -n "$failed" ]; then
    printf '\nFailed: %s. The logs are in build/logs.\n' "${failed#, }"
    exit 1
fi
printf '\nAll tests passed.\n'
