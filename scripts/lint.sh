#!/usr/bin/env bash
# make lint: everything that finds faults without running the program.
set -u -o pipefail
# shellcheck source=scripts/steps.sh
. "$(dirname "$0")/steps.sh"

bad=0
check() {
  step "$@" || bad=1
}
bash scripts/setup.sh lint || exit 1
check "ui: build" npm --prefix ui run build
check "ui: types and markup" npm --prefix ui run check
check "ui: format" npm --prefix ui exec --no -- prettier --check ui --log-level warn
check "rust: format" cargo fmt --all -- --check
check "rust: clippy" cargo clippy --workspace --all-targets --locked -- -D warnings
check "third-party notices" python3 scripts/notices.py --check
if [ $bad -eq 0 ]; then echo "Nothing to complain of."; else echo "There is something to mend, see above."; fi
exit $bad
