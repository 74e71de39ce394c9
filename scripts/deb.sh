#!/usr/bin/env bash
# make deb-app, make deb-server: builds one Debian package into var/deb/.   usage: deb.sh app|server
# PROFILE=dev packs an unoptimised build (quick, for trying the package itself).
set -u -o pipefail
# shellcheck source=scripts/steps.sh
. "$(dirname "$0")/steps.sh"

what=${1:-}
profile=${PROFILE:-release}
case $what in app | server) ;; *) echo "usage: deb.sh app|server"; exit 2 ;; esac
bash scripts/setup.sh run || exit 1

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
arch=$(dpkg --print-architecture)
# Builds of one commit are equal: the package's own times are those of the commit.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || date +%s)
export SOURCE_DATE_EPOCH
target=${CARGO_TARGET_DIR:-$ROOT/target}
built=$target/$([ "$profile" = dev ] && echo debug || echo "$profile")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

put() { install -D -m "$1" "$2" "$tree/$3"; }

common() {
  put 644 LICENSE "usr/share/doc/$1/copyright"
  put 644 THIRD_PARTY_NOTICES.md "usr/share/doc/$1/THIRD_PARTY_NOTICES.md"
  put 644 CHANGELOG.md "usr/share/doc/$1/CHANGELOG.md"
}

app() {
  must "user interface" npm --prefix ui run build
  must "program" cargo build --locked --profile "$profile" --bin fieldseal --bin fieldseal-verify --workspace
  common fieldseal
  put 755 "$built/fieldseal" usr/bin/fieldseal
  put 755 "$built/fieldseal-verify" usr/bin/fieldseal-verify
  put 644 packaging/app/fieldseal.desktop usr/share/applications/fieldseal.desktop
  put 644 icons/32x32.png usr/share/icons/hicolor/32x32/apps/fieldseal.png
  put 644 icons/128x128.png usr/share/icons/hicolor/128x128/apps/fieldseal.png
  put 644 icons/128x128@2x.png usr/share/icons/hicolor/256x256/apps/fieldseal.png
  put 644 docs/user-guide/README.md usr/share/doc/fieldseal/user-guide.md
}

server() {
  must "server" cargo build --locked --profile "$profile" -p fieldseal-server
  common fieldseal-server
  put 755 "$built/fieldseal-server" usr/bin/fieldseal-server
  put 644 packaging/server/fieldseal-server.service usr/lib/systemd/system/fieldseal-server.service
  put 644 packaging/server/default etc/default/fieldseal-server
  put 644 docs/administrator-guide.md usr/share/doc/fieldseal-server/administrator-guide.md
  echo /etc/default/fieldseal-server >"$tree/conffiles"
  install -D -m 755 -t "$tree/DEBIAN" packaging/server/postinst packaging/server/prerm
  mv "$tree/conffiles" "$tree/DEBIAN/conffiles"
}

# The libraries the programs really load, with the versions that have what they call.
depends() {
  local work
  work=$(mktemp -d)
  mkdir "$work/debian"
  printf 'Source: fieldseal\n\nPackage: x\nArchitecture: any\n' >"$work/debian/control"
  (cd "$work" && dpkg-shlibdeps -O "$tree"/usr/bin/* 2>/dev/null) | sed -n 's/^shlibs:Depends=//p'
  rm -rf "$work"
}

control() {
  local name=$1 summary=$2 long=$3
  mkdir -p "$tree/DEBIAN"
  cat >"$tree/DEBIAN/control" <<END
Package: $name
Version: $version
Architecture: $arch
Maintainer: Fieldseal <packages@fieldseal.eu>
Section: misc
Priority: optional
Installed-Size: $(du -sk "$tree/usr" | cut -f1)
Depends: $(depends)$([ "$what" = server ] && echo ", passwd")
Description: $summary
 $long
END
}

pack() {
  local name=$1 file
  mkdir -p var/deb
  file=var/deb/${name}_${version}_${arch}.deb
  find "$tree" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  must "package" dpkg-deb --root-owner-group -Zxz --build "$tree" "$file"
  echo "$file ($(du -h "$file" | cut -f1))"
}

case $what in
  app)
    app
    control fieldseal "service sheets, signed on the spot and sealed for good" \
      "Offline-first: fill in, let the customer sign, seal the PDF on the device. With fieldseal-verify."
    pack fieldseal
    ;;
  server)
    server
    control fieldseal-server "central server of Fieldseal" \
      "Takes in what tablets signed without network, keeps the register and its tamper-evident log."
    pack fieldseal-server
    ;;
esac
