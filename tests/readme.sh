# The parts of README.md that are made: its first C++ block, which is examples/quickstart.cpp; each
# that follows a line <!-- examples/NAME.cpp -->, which is that program; and its map of the headers,
# which is the first sentence of each.
# Usage: sh tests/readme.sh          prints README.md as it should be; the lint compares
#        sh tests/readme.sh --write  makes it so
set -eu

cd "$(dirname "$0")/.."

# From the bottom layer to the top one, the single headers on top of what they need.
in_order() {
    for layer in base causal merge model log wire replica sync store testing; do
        [ ! -d "include/weft/$layer" ] || find "include/weft/$layer" -name '*.hpp' | LC_ALL=C sort
        [ ! -f "include/weft/$layer.hpp" ] || echo "include/weft/$layer.hpp"
    done
    for header in weft version; do
        [ ! -f "include/weft/$header.hpp" ] || echo "include/weft/$header.hpp"
    done
}

map() {
    in_order | while IFS= read -r header; do
        awk -v header="${header#include/}" '
            !/^\/\/\// || /^\/\/\/ *$/ { exit }
            { sub(/^\/\/\/ */, ""); text = text (text == "" ? "" : " ") $0 }
            END {
                if (match(text, /[.;] [A-Za-z`]/)) text = substr(text, 1, RSTART - 1)
                sub(/[.:;]$/, "", text)
                gsub(/[|<]/, "\\\\&", text)
                printf "| `%s` | %s |\n", header, text
            }' "$header"
    done
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
map > "$scratch/map"
awk -v map="$scratch/map" -v program=examples/quickstart.cpp '
    function copy(path, line) { while ((getline line < path) > 0) print line }
    skipping == "program" && $0 == "```" { skipping = "" }
    skipping == "map" && !/^\|/ { skipping = "" }
    skipping == "" { print }
    $0 == "```cpp" && program != "" { copy(program); program = ""; skipping = "program" }
    /^<!-- examples\/[a-z_]+\.cpp -->$/ { program = $2 }
    $0 == "|---|---|" && mapping { copy(map); skipping = "map" }
    { mapping = $0 == "| header | what it is |" }
    ' README.md > "$scratch/readme"

if [ "${1:-}" = --write ]; then
    cat "$scratch/readme" > README.md
else
    cat "$scratch/readme"
fi
