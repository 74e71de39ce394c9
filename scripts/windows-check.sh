#!/usr/bin/env bash
# make windows-check: type-checks the whole workspace for Windows on Debian, with the distribution's Rust beside the
# usual one (its source package is what builds the Windows standard library). Nothing is linked or run.
set -u -o pipefail
# shellcheck source=scripts/steps.sh
. "$(dirname "$0")/steps.sh"
# shellcheck source=scripts/packages.sh
. scripts/packages.sh

bash scripts/setup.sh run || exit 1
# shellcheck disable=SC2086
install_packages $PACKAGES_FOR_WINDOWS
[ -f ui/dist/index.html ] || must "user interface" npm --prefix ui run build
export RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc AWS_LC_SYS_PREBUILT_NASM=1
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$ROOT/target}/windows
# SQLCipher's C is compiled too, and includes OpenSSL's headers: those of this machine are the same. A real build for
# Windows sets OPENSSL_DIR to an OpenSSL for Windows.
export OPENSSL_DIR=$CARGO_TARGET_DIR/openssl
mkdir -p "$OPENSSL_DIR/include/openssl" "$OPENSSL_DIR/lib"
cp -f /usr/include/openssl/*.h /usr/include/"$(gcc -print-multiarch)"/openssl/*.h "$OPENSSL_DIR/include/openssl/"
must "types for Windows" /usr/bin/cargo check --locked --workspace \
  -Zbuild-std=std,panic_unwind,panic_abort --target x86_64-pc-windows-gnu
echo "The workspace fits Windows."
