#!/usr/bin/env bash
# make bench: measures against the aims. Prints a table, writes var/bench.json. What is measured: docs/BENCHMARKS.md.
# Every producer prints one JSON object a line: {"name", "value", "unit", "aim", ...}; see scripts/bench.py.
# "bench.sh central" measures only the server and what an office has of it: built without the typesetter, in minutes.
# FIELDSEAL_BENCH_PROFILE=dev takes the development build instead: to try the measurements, not the program.
set -u -o pipefail
# shellcheck source=scripts/steps.sh
. "$(dirname "$0")/steps.sh"
# shellcheck source=scripts/packages.sh
. scripts/packages.sh

profile=${FIELDSEAL_BENCH_PROFILE:-measured}
programs=target/${profile/#dev/debug}
out=var/bench
bad=0
# producer NAME COMMAND...: its standard output is the figures, its log the rest.
producer() {
  local name=$1
  shift
  # shellcheck disable=SC2016
  step "measure: $name" bash -c 'out=$1; shift; "$@" >"$out"' _ "$out/$name.jsonl" "$@" || bad=1
}
# One after another: they would disturb each other.
central() {
  for group in push week register office; do
    producer "central-$group" "$programs/fieldseal-bench-central" "$out/work" "$group"
  done
}
finish() {
  rm -rf "$out/work" "$out/fieldseal"
  python3 scripts/bench.py "$out" var/bench.json || bad=1
  exit $bad
}

if [ "${1:-}" = central ]; then
  must "the measuring program (the first time takes minutes)" \
    cargo build -p fieldseal-bench-central --profile "$profile" --locked
  # What was measured of the rest before stays in the table.
  mkdir -p "$out"
  rm -f "$out"/central-*.jsonl
  central
  finish
fi

bash scripts/setup.sh test || exit 1
FIELDSEAL_CHROMIUM=$(find_chromium || true)
export FIELDSEAL_CHROMIUM
must "user interface" npm --prefix ui run build
must "optimised programs (the first time takes long)" \
  cargo build --workspace --bins --profile "$profile" --locked --features fieldseal/e2e

rm -rf "$out"
mkdir -p "$out"
# The program that a WebDriver may steer is kept apart, as in scripts/build-e2e.sh.
cp -f --reflink=auto "$programs/fieldseal" "$out/fieldseal"
for group in seal render preview visits journal; do
  producer "core-$group" "$programs/fieldseal-bench" "$out/work" "$group"
done
central
producer "app-start" env FIELDSEAL_BENCH_APP="$out/fieldseal" python3 bench/app_start.py
for script in ui/bench/*.mjs; do
  [ -f "$script" ] && producer "ui-$(basename "$script" .mjs)" node "$script"
done
finish
