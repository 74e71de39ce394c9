#!/usr/bin/env bash
# Builds the program that a WebDriver may steer as target/e2e/fieldseal.
# usage: build-e2e.sh [TARGETS]   (cargo's choice of targets: --bins, or --all-targets beside a build of all targets)
# It is kept apart, so that target/debug/fieldseal is always the program as it ships.
set -eu
cd "$(dirname "$0")/.."
targets=${1:---bins}
cargo build --workspace "$targets" --locked --features fieldseal/e2e
mkdir -p target/e2e
cp -f --reflink=auto target/debug/fieldseal target/e2e/fieldseal
cargo build --workspace "$targets" --locked
