#!/usr/bin/env bash
# Drives the real program through its real window: builds it with the feature e2e and runs tests/e2e.
# usage: e2e.sh [NAME...]   (names of unittest modules, classes or tests in tests/e2e; without one: all)
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1

built=target/debug/fieldseal
app=target/e2e/fieldseal
# The steerable program is kept apart, so that target/debug/fieldseal is always the one that ships.
cargo build --workspace --bins --locked --features fieldseal/e2e || exit 1
mkdir -p target/e2e
cp -f --reflink=auto "$built" "$app" || exit 1
cargo build --workspace --bins --locked || exit 1

export FIELDSEAL_E2E_APP="$PWD/$app"
cd tests/e2e || exit 1
if [ $# -gt 0 ]; then exec python3 -m unittest -v "$@"; fi
exec python3 -m unittest discover -v -s . -p 'test_*.py'
