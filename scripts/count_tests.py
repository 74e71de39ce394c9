"""Reads the closing lines of a test runner from its log and prints "PASSED FAILED", or nothing if there are none.

Knows cargo-nextest, vitest, Python's unittest and the plain "N passed, N failed" and "N of M ... passed".
"""

import re
import sys

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
NEXTEST = re.compile(r"^\s*Summary \[.*\] +\d+(?:/\d+)? tests? run: (.*)$")
VITEST = re.compile(r"^\s*Tests\s+(.*\d+ (?:passed|failed).*)\(\d+\)\s*$")
PLAIN = re.compile(r"^\s*(?:\w+: )?(\d+) passed, (\d+) failed(?:, \d+ skipped)?\s*$")
SHARE = re.compile(r"^\s*(\d+) of (\d+) [\w ]+ passed\s*$")
UNITTEST_RAN = re.compile(r"^Ran (\d+) tests? in ")
UNITTEST_END = re.compile(r"^FAILED \((.*)\)\s*$")


def amount(text, words):
    """Sums the numbers before (nextest, vitest) or after "=" (unittest) one of the words."""
    return sum(int(a or b) for w in words for a, b in re.findall(rf"(\d+) {w}\b|\b{w}=(\d+)", text))


def counts(lines):
    """The sum over all runners in the log as (passed, failed), or None when no runner spoke."""
    passed = failed = 0
    heard = False
    for line in (ANSI.sub("", raw) for raw in lines):
        if found := NEXTEST.match(line) or VITEST.match(line):
            passed += amount(found[1], ["passed"])
            failed += amount(found[1], ["failed", "timed out", "exec failed"])
        elif found := PLAIN.match(line):
            passed += int(found[1])
            failed += int(found[2])
        elif found := SHARE.match(line):
            passed += int(found[1])
            failed += int(found[2]) - int(found[1])
        elif found := UNITTEST_RAN.match(line):
            passed += int(found[1])
        elif found := UNITTEST_END.match(line):
            bad = amount(found[1], ["failures", "errors", "unexpected successes"])
            passed -= bad
            failed += bad
        else:
            continue
        heard = True
    return (passed, failed) if heard else None


def main():
    """Prints the counts of the log named on the command line."""
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        total = counts(log)
    if total:
        print(*total)


if __name__ == "__main__":
    main()
