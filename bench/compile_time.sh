# Seconds of user time that compiling costs, at -O0 and by every compiler that is here: the quick
# start as a whole, and a file that includes one header and nothing else. Least of several attempts.
# Usage: sh bench/compile_time.sh [--quick-start] [--attempts N] [COMPILER...]
#
# --quick-start leaves the headers out. Without compilers it tries g++ and clang++.
set -eu

cd "$(dirname "$0")/.."
attempts=3
headers=yes
compilers=
while [ $# -gt 0 ]; do
    case $1 in
    --quick-start) headers= ;;
    --attempts)
        attempts=$2
        shift
        ;;
    -*)
        sed -n '3,5s/^# *//p' "$0" >&2
        exit 2
        ;;
    *) compilers="$compilers $1" ;;
    esac
    shift
done
for name in ${compilers:-g++ clang++}; do
    if command -v "$name" > /dev/null; then
        found="${found:-} $name"
    else
        printf '%s: not here, left out\n' "$name" >&2
    fi
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# user_seconds COMMAND...: the user time of this shell's children grows by what the command used.
user_seconds() {
    times > "$scratch/before"
    "$@"
    times > "$scratch/after"
    awk -F '[ms ]+' 'FNR == 2 { used[++n] = 60 * $1 + $2 }
        END { printf "%.2f\n", used[2] - used[1] }' "$scratch/before" "$scratch/after"
}

# least COMPILER FILE [OPTION...]
least() {
    attempt=0
    : > "$scratch/seconds"
    while [ "$attempt" -lt "$attempts" ]; do
        user_seconds "$@" -std=c++20 -I include -c -o "$scratch/object" >> "$scratch/seconds"
        attempt=$((attempt + 1))
    done
    sort -n "$scratch/seconds" | head -n 1
}

# row NAME FILE [OPTION...]: the same for each compiler.
row() {
    name=$1
    shift
    printf '%-36s' "$name"
    for compiler in $found; do
        least "$compiler" "$@" > "$scratch/least"
        printf ' %9s' "$(cat "$scratch/least")"
    done
    printf '\n'
}

printf '%-36s' "user seconds, least of $attempts"
for compiler in $found; do
    printf ' %9s' "$compiler"
done
printf '\n'
: > "$scratch/empty.cpp"
row 'nothing' "$scratch/empty.cpp" -O0
row 'examples/quickstart.cpp' examples/quickstart.cpp -O0
row 'examples/quickstart.cpp, -O2' examples/quickstart.cpp -O2
[ -n "$headers" ] || exit 0
for header in $(cd include && find weft -name '*.hpp' | sort); do
    printf '#include <%s>\n' "$header" > "$scratch/one.cpp"
    row "$header" "$scratch/one.cpp" -O0
done
