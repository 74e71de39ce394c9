# shellcheck shell=bash disable=SC2034
# Sourced: the system packages by purpose, and how the missing ones are installed. Debian 12 and Ubuntu 24.04.

# What building needs: the web view, SQLCipher's libcrypto, the linker that .cargo/config.toml names.
PACKAGES_BUILD="build-essential pkg-config libwebkit2gtk-4.1-dev libssl-dev mold ca-certificates"
# What driving the real window on a machine with no display needs.
PACKAGES_WINDOW="xvfb webkit2gtk-driver dbus gnome-keyring fonts-dejavu-core python3 poppler-utils"
# What the rest of the tests needs: readers of sealed PDFs, Python tools, a browser, the pen and finger rig.
PACKAGES_TEST="python3-venv qpdf mupdf-tools openssl libnss3-tools
  xserver-xorg-core xserver-xorg-video-dummy xinput imagemagick openbox"

# What type-checking for Windows needs: a Rust whose standard library comes as source, and the compiler for its C parts.
PACKAGES_FOR_WINDOWS="rustc-web cargo-web rust-web-src libstd-rust-web-dev gcc-mingw-w64-x86-64-win32
  g++-mingw-w64-x86-64-win32"

installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Ubuntu's chromium package is only a door to its snap, which containers do not have: there, one of the usual
# browsers is taken if present, and else the one that the browser tests' own library fetches.
find_chromium() {
  local name
  for name in "${FIELDSEAL_CHROMIUM:-}" chromium google-chrome google-chrome-stable chromium-browser; do
    [ -n "$name" ] && command -v "$name" >/dev/null && command -v "$name" && return
  done
  name=$(cd ui && node -p 'require("playwright-core").chromium.executablePath()' 2>/dev/null)
  [ -x "$name" ] && echo "$name"
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then env DEBIAN_FRONTEND=noninteractive "$@"
  else sudo -n env DEBIAN_FRONTEND=noninteractive "$@"; fi
}

# Explains what to install by hand and stops.
cannot_install() {
  echo "$1"
  echo "Please install these packages (Debian 12 and Ubuntu 24.04 names) and start again:"
  echo "  $2"
  exit 1
}

apt_install() {
  as_root apt-get install -y --no-install-recommends "$@"
}

# install_packages NAME...: installs what is missing; asks for a password at most once, and only at a terminal.
install_packages() {
  local name missing=
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    command -v mold >/dev/null && pkg-config --exists webkit2gtk-4.1 2>/dev/null && return
    cannot_install "This system has no apt-get, so nothing can be installed for you." "$*"
  fi
  for name in "$@"; do installed "$name" || missing="$missing $name"; done
  [ -z "$missing" ] && return
  echo "Missing system packages:$missing"
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || cannot_install "You are not root and there is no sudo." "$missing"
    if ! sudo -n true 2>/dev/null; then
      [ -t 0 ] || cannot_install "sudo would ask for a password, and there is no terminal to ask at." "$missing"
      sudo -v || cannot_install "sudo refused." "$missing"
    fi
  fi
  must "system packages: read the lists" as_root apt-get update
  # shellcheck disable=SC2086
  must "system packages: install" apt_install $missing
}
