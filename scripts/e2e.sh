#!/usr/bin/env bash
# Drives the real program through its real window: the tests in tests/e2e.
# usage: e2e.sh [NAME...]   (names of unittest modules, classes or tests in tests/e2e; without one: all)
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1
scripts/build-e2e.sh --all-targets || exit 1
exec python3 tests/e2e "$@"
