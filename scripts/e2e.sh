#!/usr/bin/env bash
# Drives the real program through its real window: the tests in tests/e2e.
# usage: e2e.sh [NAME...]   (names of unittest modules, classes or tests in tests/e2e; without one: all)
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1
scripts/build-e2e.sh --all-targets || exit 1
cd tests/e2e || exit 1
if [ $# -gt 0 ]; then exec python3 -m unittest -v "$@"; fi
exec python3 -m unittest discover -v -s . -p 'test_*.py'
