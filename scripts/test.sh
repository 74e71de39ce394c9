#!/usr/bin/env bash
# make test: installs what is missing, then runs every kind of test once. Ends with a table and "N passed, N failed".
# A part that fails does not stop the parts after it, unless they could say nothing without it.
set -u -o pipefail
# shellcheck source=scripts/steps.sh
. "$(dirname "$0")/steps.sh"
# shellcheck source=scripts/packages.sh
. scripts/packages.sh

table=
passed=0
failed=0

# tests_in LOG: "PASSED FAILED" summed over the closing lines of the runners we use; nothing if there is none.
tests_in() {
  python3 scripts/count_tests.py "$1"
}

# note NAME RESULT PASSED FAILED SECONDS: one line of the table at the end.
note() {
  table+=$(printf '%-34s %-8s %6s passed %4s failed   %s' "$1" "$2" "$3" "$4" "$(duration "$5")")$'\n'
}

# part NAME COMMAND...: one part of the tests. A part without tests of its own (a build, a lint) counts as one.
part() {
  local name=$1 rc counts good bad
  step "$@"
  rc=$?
  counts=$(tests_in "$STEP_LOG")
  good=${counts%% *}
  bad=${counts##* }
  if [ -z "$counts" ]; then good=$((rc == 0)); bad=$((rc != 0)); fi
  if [ $rc -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  passed=$((passed + good))
  failed=$((failed + bad))
  note "$name" "$([ $rc -eq 0 ] && echo ok || echo FAILED)" "$good" "$bad" "$STEP_SECONDS"
  return $rc
}

# not_run NAME WHY: a part that could say nothing counts as failed.
not_run() {
  echo "== $1: not run, because $2"
  failed=$((failed + 1))
  note "$1" "NOT RUN" 0 1 0
}

finish() {
  printf '\n%s\n' "$table"
  [ "$failed" -eq 0 ] || echo "Logs: var/log/"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
  exit
}

has_ui_script() {
  node -e 'process.exit(require("./ui/package.json").scripts?.[process.argv[1]] ? 0 : 1)' "$1"
}
ui_part() {
  has_ui_script "$2" || return 0
  part "$1" npm --prefix ui run "$2"
}

started=$SECONDS
bash scripts/setup.sh test || exit 1
[ -d var/tools/bin ] && export PATH="$ROOT/var/tools/bin:$PATH"
FIELDSEAL_CHROMIUM=$(find_chromium || true)
export FIELDSEAL_CHROMIUM

part "scripts" python3 -m unittest discover -s scripts/tests
part "ui: build" npm --prefix ui run build
# The desktop program embeds ui/dist: without it nothing of it compiles.
if [ ! -f ui/dist/index.html ]; then
  not_run "everything in Rust" "the user interface was not built"
  finish
fi
ui_part "ui: types and markup" check
ui_part "ui: unit tests" test
ui_part "ui: tests in Chromium" test:browser

part "rust: format" cargo fmt --all -- --check
if part "rust: build" cargo build --workspace --all-targets --locked; then
  part "rust: tests" scripts/session.sh cargo nextest run --workspace --locked --no-tests=fail
  part "rust: clippy" cargo clippy --workspace --all-targets --locked -- -D warnings
  if compgen -G 'tests/e2e/test_*.py' >/dev/null; then part "real window" scripts/e2e.sh; fi
else
  not_run "rust: tests" "the build failed"
  not_run "rust: clippy" "the build failed"
  not_run "real window" "the build failed"
fi
echo "All parts took $(duration $((SECONDS - started)))."
finish
