"""Plants faults into a copy of include/weft, one at a time, and sees whether the tests notice.

    python3 tests/faults/run.py [--jobs N] [--only NUMBER,...] [--list] [BUILD]

All faults are compiled in at once: where faults.txt names an expression, the copy has
`(weft::planted(N) ? (faulty) : (right))`, or the statement under `if (!weft::planted(N))`, and the
environment variable WEFT_FAULT says which one acts. So the tests are built once, and run once for
each fault, likeliest first, up to the first failure. A run that takes ten times as long as without
a fault (60 s at least) counts as noticed: the fault is an endless loop. What was found out is kept
in BUILD/results.txt (BUILD is build/faults if not given), so that a run that was cut short goes on;
a fault that has changed is tried again. Exit status 0 if 95 % or more were noticed.

faults.txt has one fault a paragraph:

    file: merge/lww.hpp        below include/weft
    tests: merge sim           the layers that should notice, in this order; others follow
    at: a piece of the file that is there once
    right: an expression in it (the first place counts), or with `skip:` a statement
    wrong: what stands there instead (not with skip)
    survives: why no test can notice it (only for those that do survive)
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
LAYERS = ["merge", "causal", "log", "model", "base", "wire", "replica", "fuzz", "sim"]
PLANTED = """#ifndef WEFT_BASE_PLANTED_HPP
#define WEFT_BASE_PLANTED_HPP

#include <cstdlib>
#include <type_traits>

namespace weft {

inline const int chosen_fault = [] {
    const char* const given = std::getenv("WEFT_FAULT");
    return given == nullptr ? 0 : std::atoi(given);
}();

constexpr bool planted(int number) noexcept {
    return !std::is_constant_evaluated() && chosen_fault == number;
}

}  // namespace weft

#endif
"""


def stop(text):
    sys.exit("faults: " + text)


def read_faults():
    with open(os.path.join(HERE, "faults.txt"), encoding="utf-8") as file:
        paragraphs = re.split(r"\n\s*\n", file.read().strip())
    faults = []
    for paragraph in paragraphs:
        fault = {}
        for line in paragraph.split("\n"):
            if line.startswith("#"):
                continue
            key, _, value = line.partition(": ")
            if key not in ("file", "tests", "at", "right", "wrong", "skip", "survives"):
                stop("what is this line? " + line)
            fault[key] = value
        if fault:
            fault["number"] = len(faults) + 1
            faults.append(fault)
    return faults


def describe(fault):
    if "skip" in fault:
        return f"{fault['file']}: without {fault['skip']}"
    return f"{fault['file']}: {fault['right']}  ->  {fault['wrong']}"


def spot(fault, text):
    """Where the expression or statement stands in the text of its file."""
    pieces = r"\s+".join(re.escape(word) for word in fault["at"].split())
    found = list(re.finditer(pieces, text))
    if len(found) != 1:
        stop(f"{describe(fault)}: there {len(found)} times: {fault['at']}")
    wanted = fault.get("skip", fault.get("right"))
    inner = r"\s+".join(re.escape(word) for word in wanted.split())
    place = re.search(inner, found[0].group(0))
    if place is None:
        stop(f"{describe(fault)}: not in: {fault['at']}")
    begin = found[0].start() + place.start()
    return begin, found[0].start() + place.end()


def plant(faults, include):
    """Rewrites the copy. Only files whose text changes are written, so that builds stay short."""
    by_file = {}
    for fault in faults:
        by_file.setdefault(fault["file"], []).append(fault)
    for name, here in by_file.items():
        with open(os.path.join(SOURCE, "include/weft", name), encoding="utf-8") as file:
            text = file.read()
        spots = sorted(
            ((*spot(fault, text), fault) for fault in here), key=lambda each: each[:2])
        for before, after in zip(spots, spots[1:]):
            if before[1] > after[0]:
                stop(f"{describe(after[2])}: overlaps with {describe(before[2])}")
        for begin, end, fault in reversed(spots):
            right = text[begin:end]
            if "skip" in fault:
                new = f"if (!::weft::planted({fault['number']})) {{ {right} }}"
            else:
                new = f"(::weft::planted({fault['number']}) ? ({fault['wrong']}) : ({right}))"
            text = text[:begin] + new + text[end:]
        text = re.sub(r"(#define WEFT_\w+_HPP\n)", r"\1\n#include <weft/base/planted.hpp>\n", text,
                      count=1)
        write_if_changed(os.path.join(include, name), text)
    write_if_changed(os.path.join(include, "base/planted.hpp"), PLANTED)
    return set(by_file)


def write_if_changed(path, text):
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def copy_tree(tree, planted):
    listed = subprocess.run(["git", "-C", SOURCE, "ls-files", "-z", "--cached", "--others",
                             "--exclude-standard"], check=True, capture_output=True).stdout
    for name in listed.decode().split("\0"):
        source = os.path.join(SOURCE, name)
        if not name or not os.path.isfile(source) or (
                name.startswith("include/weft/") and name[len("include/weft/"):] in planted):
            continue
        target = os.path.join(tree, name)
        if not os.path.exists(target) or os.path.getmtime(source) > os.path.getmtime(target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(source, target)


def build(tree, where, jobs):
    launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
    subprocess.run(["cmake", "-S", tree, "-B", where, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                    "-DCMAKE_CXX_FLAGS=-O1 -D_GLIBCXX_ASSERTIONS -Wno-error -w",
                    "-DWEFT_UNITY_TESTS=ON", "-DWEFT_BUILD_EXAMPLES=OFF", *launcher],
                   check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", where, "-j", str(jobs), "--target",
                    *("weft_tests_" + layer for layer in LAYERS)], check=True)


def run(where, layer, number, limit):
    """The seconds that the layer's tests took, and how they ended: passed, failed, endless."""
    environment = dict(os.environ, WEFT_FAULT=str(number), RC_PARAMS="seed=1")
    began = time.monotonic()
    try:
        ended = subprocess.run([os.path.join(where, "weft_tests_" + layer), "--abort-after=1"],
                               env=environment, timeout=limit, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, check=False)
        how = "passed" if ended.returncode == 0 else "failed"
    except subprocess.TimeoutExpired:
        how = "endless"
    return time.monotonic() - began, how


def known_results(path):
    known = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            for line in file:
                how, _, what = line.rstrip("\n").partition("\t")
                known[what] = how
    return known


def main():
    parser = argparse.ArgumentParser(description="plants faults and sees whether the tests notice")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("build", nargs="?", default=os.path.join(SOURCE, "build/faults"))
    given = parser.parse_args()
    faults = read_faults()
    if given.list:
        for fault in faults:
            print(fault["number"], describe(fault))
        return 0
    tree = os.path.join(given.build, "tree")
    where = os.path.join(given.build, "tests")
    planted = plant(faults, os.path.join(tree, "include/weft"))
    copy_tree(tree, planted)
    build(tree, where, given.jobs)

    usual = {}
    for layer in LAYERS:
        usual[layer], how = run(where, layer, 0, 1200)
        print(f"without a fault: {layer:10} {how} in {usual[layer]:.1f} s", flush=True)
        if how != "passed":
            stop("the tests fail without a fault")

    only = {int(number) for number in given.only.split(",") if number}
    results = os.path.join(given.build, "results.txt")
    known = known_results(results)
    noticed, survivors = 0, []
    for fault in faults:
        if only and fault["number"] not in only:
            continue
        what = describe(fault) + "  at  " + fault["at"]
        how = known.get(what)
        if how is None or only:
            first = fault.get("tests", "").split()
            how = "survived"
            for layer in first + [layer for layer in LAYERS if layer not in first]:
                _, ended = run(where, layer, fault["number"], max(60.0, 10 * usual[layer]))
                if ended != "passed":
                    how = f"{ended} in {layer}"
                    break
            with open(results, "a", encoding="utf-8") as file:
                file.write(f"{how}\t{what}\n")
        print(f"{fault['number']:4} {how:20} {describe(fault)}", flush=True)
        if how == "survived":
            survivors.append(fault)
        else:
            noticed += 1
    total = noticed + len(survivors)
    print(f"\n{noticed} of {total} faults noticed ({100 * noticed / max(1, total):.1f} %)")
    for fault in survivors:
        print(f"  not noticed: {fault['number']} {describe(fault)}")
        print(f"      {fault.get('survives', 'no reason known')}")
    return 0 if 100 * noticed >= 95 * total else 1


if __name__ == "__main__":
    sys.exit(main())
