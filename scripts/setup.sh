#!/usr/bin/env bash
# Makes a machine ready. usage: setup.sh run|window|test|lint   (what for; "test" is everything)
# Installs only what is missing, so a second run takes a second.
set -u -o pipefail
# shellcheck source=scripts/steps.sh
. "$(dirname "$0")/steps.sh"
# shellcheck source=scripts/packages.sh
. scripts/packages.sh

RUST_AT_LEAST=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
NODE_AT_LEAST=20.19.0
NEXTEST=0.9.143

need_rust() {
  local have
  command -v cargo >/dev/null || { echo "Rust is missing: install it with rustup (https://rustup.rs), then start again."; exit 1; }
  have=$(rustc --version | cut -d' ' -f2)
  at_least "$have" "$RUST_AT_LEAST" || {
    echo "Rust $have is too old, $RUST_AT_LEAST or newer is needed: run 'rustup update stable'."; exit 1; }
}

need_node() {
  local have
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "Node.js with npm is missing: install version 22 (https://nodejs.org), then start again."; exit 1
  fi
  have=$(node --version | tr -d v)
  at_least "$have" "$NODE_AT_LEAST" || { echo "Node.js $have is too old, $NODE_AT_LEAST or newer is needed."; exit 1; }
}

npm_packages() {
  local key
  key="$(digest ui/package-lock.json)-$(node --version)"
  [ -d ui/node_modules ] && fresh npm "$key" && return
  must "npm packages" npm --prefix ui ci --ignore-scripts --no-audit --no-fund
  stamp npm "$key"
}

python_tools() {
  local key file=tests/requirements.txt
  key="$(digest "$file")-$(python3 --version)"
  [ -x .venv/bin/python ] && fresh python "$key" && return
  rm -rf .venv
  must "python: own environment" python3 -m venv .venv
  must "python: pinned tools" .venv/bin/python -m pip install --disable-pip-version-check --no-input -r "$file"
  stamp python "$key"
}

# The test runner lands inside the project, so that nobody's own tools change.
nextest() {
  command -v cargo-nextest >/dev/null && return
  [ -x var/tools/bin/cargo-nextest ] && return
  must "cargo-nextest (once, some minutes)" \
    cargo install --locked --debug --root var/tools --target-dir var/tools/target cargo-nextest --version "$NEXTEST"
  rm -rf var/tools/target
}

# All crates of the lock file, those of other systems too: the licence test walks the whole tree offline.
crates() {
  local key
  key=$(digest Cargo.lock)
  fresh crates "$key" && cargo metadata --offline --locked --format-version 1 >/dev/null 2>&1 && return
  must "crates" cargo fetch --locked
  stamp crates "$key"
}

browser() {
  find_chromium >/dev/null && return
  if grep -q '^ID=debian' /etc/os-release 2>/dev/null; then install_packages chromium; return; fi
  must "chromium" node ui/node_modules/playwright-core/cli.js install --with-deps chromium
}

purpose=${1:-test}
case $purpose in
  run) packages=$PACKAGES_BUILD ;;
  lint) packages=$PACKAGES_BUILD ;;
  window) packages="$PACKAGES_BUILD $PACKAGES_WINDOW" ;;
  test) packages="$PACKAGES_BUILD $PACKAGES_WINDOW $PACKAGES_TEST" ;;
  *) echo "usage: setup.sh run|window|test|lint"; exit 2 ;;
esac
need_rust
need_node
# shellcheck disable=SC2086
install_packages $packages
npm_packages
if [ "$purpose" = test ]; then
  browser
  python_tools
  nextest
  crates
fi
