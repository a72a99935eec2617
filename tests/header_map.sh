# The README's map of the headers, made from the first sentence of each header.
# Usage: sh tests/header_map.sh          prints the map
#        sh tests/header_map.sh --write  puts it into README.md
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
    printf '| header | what it is |\n|---|---|\n'
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

if [ "${1:-}" != --write ]; then
    map
    exit 0
fi
scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT
awk '/^\| header \| what it is \|$/ { exit } { print }' README.md > "$scratch"
map >> "$scratch"
awk 'past && !/^\|/ { rest = 1 } rest { print } /^\| header \| what it is \|$/ { past = 1 }' \
    README.md >> "$scratch"
cat "$scratch" > README.md
