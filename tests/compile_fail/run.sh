# A mistake must be refused, and in our words. Usage: sh run.sh CASE.cpp COMPILER [FLAG...]
#
# CASE.cpp does not compile, and each sentence in a line "// expect: SENTENCE" stands in an error of
# the compiler. With -DWEFT_HAPPY it compiles, so that it fails for the mistake and nothing else.
# A line "// errors: N" bounds how many errors the reader is given.
set -eu

source=$1
compiler=$2
shift 2

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    printf '%s with %s: %s\n' "$source" "$compiler" "$1"
    [ ! -s "$scratch/log" ] || cat "$scratch/log"
    exit 1
}

sed -n 's|^// expect: *||p' "$source" > "$scratch/expected"
[ -s "$scratch/expected" ] || fail 'no line "// expect: SENTENCE"'

if "$compiler" "$@" -c "$source" -o "$scratch/object" > "$scratch/log" 2>&1; then
    fail 'compiles, and must not'
fi
# Only errors count: a compiler also echoes source lines, where any sentence may stand.
grep -E '(^|: )(fatal )?error: ' "$scratch/log" > "$scratch/errors" || fail 'died without an error'
while IFS= read -r sentence; do
    grep -qF -e "$sentence" "$scratch/errors" || fail "no error says: $sentence"
done < "$scratch/expected"

most=$(sed -n 's|^// errors: *||p' "$source")
count=$(grep -c '' "$scratch/errors")
[ -z "$most" ] || [ "$count" -le "$most" ] || fail "$count errors, at most $most were promised"

"$compiler" "$@" -DWEFT_HAPPY -c "$source" -o "$scratch/object" > "$scratch/log" 2>&1 ||
    fail 'does not compile with -DWEFT_HAPPY'

printf '%s: refused in %s error(s)\n' "$(basename "$source" .cpp)" "$count"
