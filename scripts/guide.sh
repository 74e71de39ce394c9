#!/usr/bin/env bash
# make guide: makes the pictures of the user guide (docs/images) anew, by driving the program through its real window.
set -u -o pipefail
# shellcheck source=scripts/steps.sh
. "$(dirname "$0")/steps.sh"

bash scripts/setup.sh window || exit 1
must "user interface" npm --prefix ui run build
must "program (the first time takes some minutes)" scripts/build-e2e.sh
must "pictures of the guide" python3 tests/e2e/guide.py var/guide
# Few colours: the pictures are screens, and each of them is fetched by everybody who fetches the sources.
for picture in var/guide/*.png; do
  must "reduce $(basename "$picture")" convert "$picture" -strip -colors 64 "PNG8:docs/images/$(basename "$picture")"
done
