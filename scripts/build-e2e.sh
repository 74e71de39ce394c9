#!/usr/bin/env bash
# Builds the program that a WebDriver may steer as e2e/fieldseal in cargo's target folder.
# usage: build-e2e.sh [TARGETS]   (cargo's choice of targets: --bins, or --all-targets beside a build of all targets)
# It is kept apart, so that debug/fieldseal is always the program as it ships.
set -eu
cd "$(dirname "$0")/.."
targets=${1:---bins}
built=${CARGO_TARGET_DIR:-target}
cargo build --workspace "$targets" --locked --features fieldseal/e2e
mkdir -p "$built/e2e"
cp -f --reflink=auto "$built/debug/fieldseal" "$built/e2e/fieldseal"
cargo build --workspace "$targets" --locked
