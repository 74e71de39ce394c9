#!/usr/bin/env bash
# make run, make office: starts the demo firm's server, and the program as the technician's tablet or as the office's
# desktop beside it. With no display: drives a whole demo visit through the real windows under Xvfb and leaves what it
# made in var/demo/.
# usage: run.sh [tablet|office]
set -u -o pipefail
# shellcheck source=scripts/steps.sh
. "$(dirname "$0")/steps.sh"

device=${1:-tablet}
display=yes
[ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || display=no

# The pages are built again only when something of theirs changed.
build_ui() {
  local key
  key=$(find ui/src ui/index.html ui/package-lock.json ui/vite.config.ts locales -type f -print0 2>/dev/null |
    sort -z | xargs -0 sha256sum | sha256sum | cut -c1-24)
  [ -f ui/dist/index.html ] && fresh ui "$key" && return
  must "user interface" npm --prefix ui run build
  stamp ui "$key"
}

if [ $display = yes ]; then
  bash scripts/setup.sh run || exit 1
  build_ui
  must "programs (the first time takes some minutes)" cargo build --workspace --bins --locked
  echo "Starting the demo firm. Its data is in var/run/."
  trap - INT TERM HUP
  exec python3 tests/e2e/firm.py "$device" var/run
fi

echo "There is no display here: a demo visit will be driven through the real windows, off screen."
bash scripts/setup.sh window || exit 1
build_ui
must "programs (the first time takes some minutes)" scripts/build-e2e.sh
if ! step "demo visit" python3 tests/e2e/demo.py var/demo; then exit 1; fi
echo "The demo visit left in var/demo/:"
find var/demo -maxdepth 2 -type f -not -name '*.log' | sort | sed 's/^/  /'
