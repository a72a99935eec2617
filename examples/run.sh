# Builds the examples and runs the quick start and the main job: a git history replayed on several
# replicas and checked against git. Usage: sh examples/run.sh [REPOSITORY [WEFT-GIT-OPTION...]]
#
# Without a repository it takes this project's own. On Debian 12 as root it first installs the
# packages that are missing.
set -eu

project=$(cd "$(dirname "$0")/.." && pwd)
repository=${1:-$project}
[ $# -eq 0 ] || shift

. "$project/tests/support/packages.sh"
need g++ cmake ninja-build git libboost1.81-dev libxxhash-dev

# Where the tests were run the examples are built already.
build=$project/build/gcc-release
log=$project/build/logs/examples.log
mkdir -p "$project/build/logs"
# shellcheck disable=SC2046
if ! { { [ -f "$build/build.ninja" ] || cmake -S "$project" -B "$build" -G Ninja \
    -DCMAKE_CXX_COMPILER=g++ -DCMAKE_BUILD_TYPE=Release -DWEFT_BUILD_TESTS=OFF $(launcher); } &&
    cmake --build "$build" -j "$(how_many)" --target weft_examples; } > "$log" 2>&1; then
    tail -n 100 "$log"
    exit 1
fi

"$build/examples/weft_example_quickstart"
exec "$build/examples/weft-git" --repo "$repository" "$@"
