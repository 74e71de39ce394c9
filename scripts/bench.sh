#!/usr/bin/env bash
# make bench: measures against the aims. Prints a table, writes var/bench.json.
# Every producer prints one JSON object a line: {"name", "value", "unit", "aim", ...}; see scripts/bench.py.
set -u -o pipefail
# shellcheck source=scripts/steps.sh
. "$(dirname "$0")/steps.sh"
# shellcheck source=scripts/packages.sh
. scripts/packages.sh

bash scripts/setup.sh test || exit 1
FIELDSEAL_CHROMIUM=$(find_chromium || true)
export FIELDSEAL_CHROMIUM
must "user interface" npm --prefix ui run build
must "optimised programs (the first time takes long)" cargo build --workspace --bins --benches --release --locked

out=var/bench
rm -rf "$out"
mkdir -p "$out"
bad=0
# producer NAME COMMAND...: its standard output is the figures, its log the rest.
producer() {
  local name=$1
  shift
  # shellcheck disable=SC2016
  step "measure: $name" bash -c 'out=$1; shift; "$@" >"$out"' _ "$out/$name.jsonl" "$@" || bad=1
}
for script in ui/bench/*.mjs; do
  [ -f "$script" ] && producer "ui-$(basename "$script" .mjs)" node "$script"
done
for script in tests/bench/*.py; do
  [ -f "$script" ] && producer "$(basename "$script" .py)" .venv/bin/python "$script"
done
if [ -x target/release/fieldseal-bench ]; then producer core scripts/session.sh target/release/fieldseal-bench; fi

python3 scripts/bench.py "$out" var/bench.json || bad=1
exit $bad
