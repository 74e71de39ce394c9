#!/usr/bin/env bash
# Runs a command in a session of its own: private D-Bus, private unlocked key store, private XDG folders.
# So tests meet a real key store and never the user's. usage: session.sh COMMAND...
set -u
[ $# -gt 0 ] || { echo "usage: session.sh COMMAND..."; exit 2; }

if [ "${FIELDSEAL_SESSION:-}" != inside ]; then
  home=$(mktemp -d "${TMPDIR:-/tmp}/fieldseal-session.XXXXXX")
  mkdir -m 700 "$home/run"
  mkdir "$home/data" "$home/config" "$home/cache" "$home/state"
  export FIELDSEAL_SESSION=inside XDG_RUNTIME_DIR="$home/run" XDG_DATA_HOME="$home/data" \
    XDG_CONFIG_HOME="$home/config" XDG_CACHE_HOME="$home/cache" XDG_STATE_HOME="$home/state" NO_AT_BRIDGE=1
  unset DBUS_SESSION_BUS_ADDRESS GNOME_KEYRING_CONTROL
  dbus-run-session -- "${BASH_SOURCE[0]}" "$@"
  rc=$?
  rm -rf "$home"
  exit $rc
fi

unset FIELDSEAL_SESSION
printf 'session' | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
keyring=$!
# The daemon is there once it has taken its name on the bus.
asked=0
until dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
  string:org.freedesktop.secrets 2>/dev/null | grep -q 'boolean true'; do
  asked=$((asked + 1))
  if [ $asked -gt 100 ] || ! kill -0 $keyring 2>/dev/null; then
    echo "session.sh: the key store did not start"; exit 1
  fi
  sleep 0.1
done
"$@"
rc=$?
kill $keyring 2>/dev/null
wait $keyring 2>/dev/null
exit $rc
