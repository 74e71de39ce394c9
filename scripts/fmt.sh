#!/usr/bin/env bash
# make fmt: puts every file into the project's one style.
set -eu
cd "$(dirname "$0")/.."
cargo fmt --all
npm --prefix ui exec --no -- prettier --write ui --log-level warn
