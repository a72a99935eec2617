# What a script can see of our conventions. Prints one line a finding; fails if there is any.
# Usage: sh tests/lint.sh
set -eu

cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
findings=$scratch/findings
: > "$findings"

say() { printf '%s\n' "$*" >> "$findings"; }

# Each line of standard input, which names a place, is a finding of this kind.
each_is() {
    while IFS= read -r place; do
        say "$place: $1"
    done
}

# ---- the files in question: tracked ones and new ones that are not ignored; of a release, all -----

if git rev-parse --git-dir > "$scratch/git" 2>&1; then
    git ls-files --cached --others --exclude-standard
else
    find . -type f ! -path './build/*' | sed 's|^\./||'
fi | sort -u | while IFS= read -r path; do
    [ ! -f "$path" ] || printf '%s\n' "$path"
done > "$scratch/files"

grep -E '^include/.*\.hpp$' "$scratch/files" > "$scratch/headers" || true
grep -E '\.(hpp|cpp)$' "$scratch/files" > "$scratch/sources" || true
# Text that people write here; test data and fuzz corpora are bytes.
grep -vE '^(tests/data|fuzz/corpus)/' "$scratch/files" |
    grep -E '\.(hpp|cpp|md|txt|sh|build|json|wrap|dict)$|^\.ci/|^\.clang|^\.gitignore$' > "$scratch/texts" || true

in_texts() { xargs -d '\n' grep "$@" < "$scratch/texts" || true; }

# ---- the top level -------------------------------------------------------------------------------

cut -d/ -f1 "$scratch/files" | sort -u |
    grep -vxE 'include|tests|bench|fuzz|examples|CMakeLists\.txt|CMakePresets\.json|meson\.build|meson_options\.txt|README\.md|CHANGELOG\.md|LICENSE_1_0\.txt|\..*' |
    each_is 'does not belong to the top level' || true

# ---- one version ---------------------------------------------------------------------------------

version=$(sed -n 's/^#define WEFT_VERSION_[A-Z]* //p' include/weft/version.hpp | paste -sd.)
grep -q "^  version: '$version'" meson.build || say "meson.build: version is not $version"
grep -q "^## \[$version\]" CHANGELOG.md || say "CHANGELOG.md: nothing about $version"

# ---- headers: guards, includes, layers -----------------------------------------------------------

while IFS= read -r header; do
    guard=$(printf '%s' "${header#include/}" | tr 'a-z/.' 'A-Z__')
    awk -v guard="$guard" '/^#/ { n++
        if (n == 1 && $0 != "#ifndef " guard) bad = 1
        if (n == 2 && $0 != "#define " guard) bad = 1
        last = $0 }
        END { exit bad || n < 3 || last !~ /^#endif/ }' "$header" || say "$header: guard is not $guard"
    head -n 1 "$header" | grep -q '^///' || say "$header: does not open with what it is"
done < "$scratch/headers"

banned='functional|iostream|ranges|regex|chrono|random|boost/hana\.hpp'
xargs -d '\n' grep -HnE "^# *include <($banned)>" < "$scratch/headers" |
    grep -v '^include/weft/base/random\.hpp:[0-9]*:# *include <random>' |
    each_is 'is too dear for a header' || true

# A header may include what stands below it or beside it: base, causal, merge, model, log, the native
# batch format, replica.hpp, weft.hpp, the other formats, sync, store, testing.
while IFS= read -r header; do
    sed -n 's|^# *include <\(weft/[^>]*\)>.*|\1|p' "$header" | while IFS= read -r included; do
        printf '%s %s\n' "${header#include/}" "$included"
        [ -f "include/$included" ] || say "$header: includes $included, which is not there"
    done
done < "$scratch/headers" | awk '
    function layer(path) {
        if (path == "weft/version.hpp") return 0
        if (path ~ /^weft\/base(\/|\.hpp)/) return 1
        if (path ~ /^weft\/causal(\/|\.hpp)/) return 2
        if (path ~ /^weft\/merge(\/|\.hpp)/) return 3
        if (path ~ /^weft\/model(\/|\.hpp)/) return 4
        if (path ~ /^weft\/log(\/|\.hpp)/) return 5
        if (path ~ /^weft\/wire\/(json|protobuf)/) return 9
        if (path ~ /^weft\/wire\//) return 6
        if (path == "weft/replica.hpp" || path ~ /^weft\/replica\//) return 7
        if (path == "weft/weft.hpp") return 8
        if (path ~ /^weft\/crypto\//) return 9
        if (path ~ /^weft\/sync\//) return 10
        if (path ~ /^weft\/store\//) return 11
        if (path ~ /^weft\/testing\//) return 12
        return -1
    }
    layer($1) < 0 { print "include/" $1 ": stands in no layer" }
    layer($2) > layer($1) { print "include/" $1 ": includes " $2 " from a layer above" }' |
    sort -u >> "$findings"

# ---- text ----------------------------------------------------------------------------------------

# Signs are counted, not bytes.
LC_ALL=C.UTF-8 xargs -d '\n' grep -HnE '^.{101,}$' < "$scratch/sources" | cut -d: -f1,2 |
    each_is 'is longer than 100 columns' || true
in_texts -HnP '[ \t]+$' | cut -d: -f1,2 | each_is 'ends in blanks'
xargs -d '\n' grep -HnP '\t' < "$scratch/sources" | cut -d: -f1,2 | each_is 'has a tab' || true
# Written in pieces, so that this file does not find itself.
in_texts -HnwE 'TO''DO|FIX''ME|XX''X|HA''CK|not ''implemented' | cut -d: -f1,2 | each_is 'is a left-over'
in_texts -HnE '(^|[^A-Za-z0-9_.}])/(wo''rk|tm''p|ro''ot|ho''me|fa''rm)/' | cut -d: -f1,2 |
    each_is 'names a path of one machine'

for script in $(grep -E '\.sh$' "$scratch/texts") .ci/run; do
    sh -n "$script" 2>> "$findings" || true
done
[ -x .ci/run ] || say '.ci/run: cannot be executed'

# ---- the README tells the truth ------------------------------------------------------------------

sh tests/readme.sh | diff README.md - > "$scratch/diff" ||
    say 'README.md: the quick start or the map of the headers is old; run: sh tests/readme.sh --write'

awk '$0 == "```" { on = 0 } on { print } $0 == "```sh" { on = 1 }' README.md > "$scratch/commands"
for wanted in 'sh examples/run.sh' 'sh tests/run.sh'; do
    grep -qF "$wanted" "$scratch/commands" || say "README.md: does not give the command: $wanted"
done
sed -n 's/^sh \([^ ]*\).*/\1/p' "$scratch/commands" | sort -u | while IFS= read -r script; do
    [ -f "$script" ] || say "README.md: runs $script, which is not there"
done
sed -n 's/.*--preset \([a-z-]*\).*/\1/p' "$scratch/commands" | sort -u | while IFS= read -r preset; do
    grep -q "\"name\": \"$preset\"" CMakePresets.json || say "README.md: preset $preset is not there"
done
awk '/^```/ { code = !code } !code' README.md | grep -oE '\]\([^)#]+' | sed 's/^](//' | grep -v '^https\?:' | sort -u |
    while IFS= read -r link; do
        [ -e "$link" ] || say "README.md: links to $link, which is not there"
    done || true

# ---- format: only the version that the settings were made for -------------------------------------

formatter=
for name in clang-format-14 clang-format; do
    if "$name" --version 2> "$scratch/ignored" | grep -q 'version 14\.'; then
        formatter=$name
        break
    fi
done
if [ -n "$formatter" ]; then
    xargs -d '\n' "$formatter" --dry-run < "$scratch/sources" > "$scratch/format" 2>&1 || true
    sed -n 's/^\([^:]*\):[0-9]*:[0-9]*: \(error\|warning\):.*/\1/p' "$scratch/format" | sort | uniq -c |
        while read -r count path; do
            say "$path: differs from clang-format 14 in $count place(s)"
        done
else
    printf 'lint: no clang-format 14 here; the format is not checked\n'
fi

# --------------------------------------------------------------------------------------------------

if [ -s "$findings" ]; then
    sort -u "$findings"
    printf 'lint: %s finding(s)\n' "$(sort -u "$findings" | grep -c '')"
    exit 1
fi
printf 'lint: %s files, nothing found\n' "$(grep -c '' "$scratch/files")"
