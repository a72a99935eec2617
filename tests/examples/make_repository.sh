#!/bin/sh
# make_repository.sh DIRECTORY [sha1|sha256]
#
# Makes a small repository in which everything is there that makes reading history hard, always
# with the same object names. Built with plumbing, so that no merge strategy decides anything.
set -eu
directory=$1
format=${2:-sha1}

# Nothing of the caller's git may take part.
for name in $(env | sed -n 's/^\(GIT_[A-Z0-9_]*\)=.*/\1/p'); do unset "$name"; done
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null LC_ALL=C
mkdir -p "$directory"
cd "$directory"
git init -q --object-format="$format" -b main .

blob() { printf '%s' "$1" | git hash-object -w --stdin; }

# tree FROM: prints FROM's tree (or the empty one for '') with the entries on stdin, which end in
# NUL: "mode name<tab>path"; mode 0 removes.
tree() {
    if [ -n "$1" ]; then git read-tree "$1"; else git read-tree --empty; fi
    git update-index -z --index-info
    git write-tree
}
# put PATH TEXT [MODE] and drop PATH print such entries; octal escapes in PATH are bytes.
put() { printf '%s %s\t%b\0' "${3:-100644}" "$(blob "$2")" "$1"; }
drop() { printf '0 %s\t%b\0' "$(blob '')" "$1"; }

# commit E-MAIL SECONDS TREE PARENT...: prints the new commit.
commit() {
    email=$1 seconds=$2 content=$3
    shift 3
    for parent in "$@"; do
        set -- "$@" -p "$parent"
        shift
    done
    GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=$email GIT_AUTHOR_DATE="@$seconds +0000" \
    GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@example.org GIT_COMMITTER_DATE="@$seconds +0000" \
        git commit-tree -m "at $seconds" "$@" "$content"
}
t=1000000000

# The first root is empty; a second one brings files of every kind.
none=$(tree '' </dev/null)
root=$(commit ann@example.org $t "$none")
module() { printf '160000 %s\tmodule\0' "$(printf '%s' "$1" | git hash-object -t commit --literally --stdin)"; }
one=$(commit ann@example.org $((t + 10)) "$({
    put a 'a one'; put b 'b one'; put dir/c 'c one'; put run.sh 'echo' 100755
    put link 'dir/c' 120000; put keep 'never touched'; put turn 'file now'
    put evil-untouched 'x'; put evil-deleted 'y'; put becomes/dir 'z'
    put 'not-utf8-\0377\0376' 'bytes'; put 'line\nbreak\ttab"quote' 'odd'; put ':colon' ':'
    put '-dash' '-'; put ' space ' ' '; put 'sub/inner/deep' 'deep'
    module 'one'
} | tree '')" "$root")

# Criss-cross with delete/modify both ways; ann and bob both work on both sides, so both need
# several lanes. The older write is a delete on one side and a change on the other.
left=$(commit ann@example.org $((t + 20)) "$({ drop a; put b 'b left'; put only-left 'l'; } | tree "$one")" "$one")
right=$(commit ann@example.org $((t + 21)) "$({ put a 'a right'; drop b; put only-right 'r'; } | tree "$one")" "$one")
left=$(commit bob@example.org $((t + 30)) "$({ put both 'left says'; put dir/c 'c left'; } | tree "$left")" "$left")
right=$(commit bob@example.org $((t + 29)) "$({ put both 'right says'; drop dir/c; } | tree "$right")" "$right")
cross1=$(commit ann@example.org $((t + 40)) "$({ put only-right 'r'; put both 'left says'; } | tree "$left")" "$left" "$right")
cross2=$(commit bob@example.org $((t + 41)) "$({ put only-left 'l'; put b 'b left'; put both 'merged'; } | tree "$right")" "$right" "$left")
tip1=$(commit ann@example.org $((t + 50)) "$(put a 'back again' | tree "$cross1")" "$cross1")
tip2=$(commit bob@example.org $((t + 50)) "$(put a 'a changed' | tree "$cross2")" "$cross2")
cross=$(commit carol@example.org $((t + 60)) "$({ drop a; put b 'b at last'; drop dir/c; put dir/d 'd'; } | tree "$tip1")" "$tip1" "$tip2")

# An evil merge: it changes, adds and deletes what neither side did.
side1=$(commit ann@example.org $((t + 70)) "$(put side1 '1' | tree "$cross")" "$cross")
side2=$(commit bob@example.org $((t + 70)) "$(put side2 '2' | tree "$cross")" "$cross")
evil=$(commit carol@example.org $((t + 80)) "$({
    put side2 '2'; put evil-untouched 'changed by the merge'; put evil-added 'new'; drop evil-deleted
} | tree "$side1")" "$side1" "$side2")

# A merge that takes one side whole, and one of two equal trees: sections are missing.
ours1=$(commit ann@example.org $((t + 90)) "$(put ours '1' | tree "$evil")" "$evil")
ours2=$(commit bob@example.org $((t + 90)) "$({ put ours '2'; put lost 'in the merge'; } | tree "$evil")" "$evil")
ours=$(commit carol@example.org $((t + 95)) "$ours1^{tree}" "$ours1" "$ours2")
same1=$(commit ann@example.org $((t + 96)) "$(put same 's' | tree "$ours")" "$ours")
same2=$(commit dave@example.org $((t + 96)) "$(put same 's' | tree "$ours")" "$ours")
same=$(commit carol@example.org $((t + 97)) "$same1^{tree}" "$same1" "$same2")

# Mode only, type change, file to directory and back, rename, submodule, an empty commit, revival.
mode=$(commit ann@example.org $((t + 100)) "$({ put run.sh 'echo' 100644; put keep 'never touched' 100755; } | tree "$same")" "$same")
kind=$(commit ann@example.org $((t + 101)) "$({ put turn 'link now' 120000; put link 'file now'; } | tree "$mode")" "$mode")
swap=$(commit bob@example.org $((t + 102)) "$({ drop becomes/dir; put becomes 'a file'; drop turn; put turn/into 'a directory'; } | tree "$kind")" "$kind")
back=$(commit bob@example.org $((t + 103)) "$({ drop becomes; put becomes/dir 'z'; put becomes/more 'zz'; } | tree "$swap")" "$swap")
moved=$(commit ann@example.org $((t + 104)) "$({ drop sub/inner/deep; put sub/moved/deep 'deep'; put sub/copy 'deep'; } | tree "$back")" "$back")
linked=$(commit eve@example.org $((t + 105)) "$(module 'another' | tree "$moved")" "$moved")
empty=$(commit eve@example.org $((t + 106)) "$linked^{tree}" "$linked")
gone=$(commit eve@example.org $((t + 107)) "$({ drop 'not-utf8-\0377\0376'; drop ':colon'; } | tree "$empty")" "$empty")
again=$(commit eve@example.org $((t + 108)) "$({ put 'not-utf8-\0377\0376' 'bytes'; put ':colon' 'again'; } | tree "$gone")" "$gone")

# Clocks: a child a year before its parent; a second in which five commits happen.
skew=$(commit ann@example.org $((t - 31536000)) "$(put skew 'early' | tree "$again")" "$again")
for n in 1 2 3 4 5; do
    skew=$(commit bob@example.org $((t + 110)) "$(put skew "$n" | tree "$skew")" "$skew")
done

# Another root with a path of the same name, and an octopus.
other=$(commit 'root two@example.org' $((t + 5)) "$({ put a 'a of another root'; put other 'o'; put keep 'else'; } | tree '')")
other=$(commit ann@example.org $((t + 6)) "$(put other 'oo' | tree "$other")" "$other")
arm1=$(commit ann@example.org $((t + 120)) "$({ put arm1 '1'; put shared '1'; } | tree "$skew")" "$skew")
arm2=$(commit ann@example.org $((t + 121)) "$({ put arm2 '2'; put shared '2'; } | tree "$skew")" "$skew")
arm3=$(commit bob@example.org $((t + 119)) "$({ put arm3 '3'; put shared '3'; drop ours; } | tree "$skew")" "$skew")
octopus=$(commit carol@example.org $((t + 130)) "$({
    put arm1 '1'; put arm2 '2'; put arm3 '3'; put shared '2'; put other 'oo'; put a 'octopus'
} | tree "$skew")" "$arm1" "$arm2" "$arm3" "$other")

# Parents that are ancestors of each other, and one parent named twice.
lagging=$(commit dave@example.org $((t + 140)) "$(put lagging 'yes' | tree "$octopus")" "$skew" "$octopus" "$arm1")
raw() { git hash-object -t commit -w --literally --stdin; }
content=$(put twice 'yes' | tree "$lagging")
twice=$(printf 'tree %s\nparent %s\nparent %s\nauthor A <dave@example.org> %s +0000\ncommitter C <c@example.org> %s +0000\n\ntwice\n' \
    "$content" "$lagging" "$lagging" $((t + 141)) $((t + 141)) | raw)

# People: an address that is not UTF-8 in a commit that says latin-1, no address, a signature that
# nobody can check, a committer line without a time, and a time that no clock will show.
content=$(put people '1' | tree "$twice")
people=$(printf 'tree %s\nparent %s\nauthor J\351r\364me <j\351@example.org> %s +0000\ncommitter C <c@example.org> %s +0000\nencoding ISO-8859-1\n\nlatin\n' \
    "$content" "$twice" $((t + 150)) $((t + 150)) | raw)
content=$(put people '2' | tree "$people")
people=$(printf 'tree %s\nparent %s\nauthor Nobody <> %s +0000\ncommitter C <c@example.org> %s +0000\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n bm90IGEgc2lnbmF0dXJl\n -----END PGP SIGNATURE-----\n\nsigned\n' \
    "$content" "$people" $((t + 151)) $((t + 151)) | raw)
content=$(put people '3' | tree "$people")
people=$(printf 'tree %s\nparent %s\nauthor A <ann@example.org> %s +0000\ncommitter C <c@example.org> at noon\n\nno time\n' \
    "$content" "$people" $((t + 152)) | raw)
future=$(printf 'tree %s\nparent %s\nauthor A <ann@example.org> %s +0000\ncommitter C <c@example.org> 99999999999999 +0000\n\nfar\n' \
    "$(put future '1' | tree "$people")" "$people" $((t + 153)) | raw)
after=$(commit bob@example.org $((t + 154)) "$(put future '2' | tree "$future")" "$future")

# A name longer than any buffer, and one that looks like a commit.
long=$(printf '%0100000d' 7)
content=$({
    git ls-tree -z "$after"
    printf '100644 blob %s\t%s%s%s\0' "$(blob long)" "$long" "$long" "$long"
    printf '100644 blob %s\t%s\0' "$(blob name)" "$after"
} | git mktree -z --missing)
head=$(commit ann@example.org $((t + 160)) "$content" "$after" "$people")
git update-ref refs/heads/main "$head"

# What a user may have configured, and history that is not what it seems: none of it may matter.
git notes --ref=commits add -m 'a note' "$head" 2>/dev/null || true
git update-ref "refs/replace/$evil" "$ours1"
printf '%s %s\n' "$octopus" "$root" >.git/info/grafts
printf '*\n' >.git/order
cat >>.git/config <<'END'
[diff]
	renames = copies
	relative = true
	ignoreSubmodules = all
	submodule = log
	orderFile = .git/order
	noprefix = true
[log]
	showSignature = true
	showRoot = false
	follow = true
	decorate = full
	date = relative
	mailmap = true
	diffMerges = combined
	abbrevCommit = true
[color]
	ui = always
[core]
	quotePath = true
	abbrev = 4
	pager = false
[format]
	pretty = fuller
[i18n]
	logOutputEncoding = UTF-16
[notes]
	displayRef = refs/notes/*
[submodule "module"]
	path = module
	url = ./nowhere
	ignore = all
END
mkdir -p sub
printf 'A <mapped@example.org> <ann@example.org>\n' >.mailmap
