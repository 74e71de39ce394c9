# shellcheck shell=bash
# Sourced by the other scripts: how a step of work is shown, timed, logged and, when it fails, explained.
# Knows nothing about what the steps do.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
LOGS="$ROOT/var/log"
STAMPS="$ROOT/var/stamp"
mkdir -p "$LOGS" "$STAMPS"
cd "$ROOT" || exit 1

export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never} NO_COLOR=${NO_COLOR-1}
if [ "${CI:-}" = true ]; then export CARGO_INCREMENTAL=0; fi

# How often a step that is still running says so, in seconds.
HEARTBEAT=${HEARTBEAT:-20}
STEP_PID=
STEP_LOG=
STEP_SECONDS=0

# "95" -> "1 min 35 s"
duration() {
  if [ "$1" -ge 60 ]; then echo "$(($1 / 60)) min $(($1 % 60)) s"; else echo "$1 s"; fi
}

# A file name for the log of the step of this name.
log_of() {
  echo "$LOGS/$(printf '%s' "$1" | tr '[:upper:]' '[:lower:]' | tr -cs 'a-z0-9' '-' | sed 's/^-//; s/-$//').log"
}

stop_step() {
  [ -n "$STEP_PID" ] && kill -TERM -- "-$STEP_PID" 2>/dev/null
  STEP_PID=
}
trap 'stop_step; echo "Stopped."; exit 130' INT
trap 'stop_step; exit 143' TERM HUP

# step NAME COMMAND...: runs it with its output in a log file and no standard input; returns its exit code.
step() {
  local name=$1 started=$SECONDS said=$SECONDS rc last
  shift
  STEP_LOG=$(log_of "$name")
  echo "== $name"
  # Its own process group: so that Ctrl-C reaches all it started, and nothing is left behind.
  set -m
  "$@" >"$STEP_LOG" 2>&1 </dev/null &
  STEP_PID=$!
  set +m
  while kill -0 "$STEP_PID" 2>/dev/null; do
    sleep 0.2
    if [ $((SECONDS - said)) -ge "$HEARTBEAT" ]; then
      said=$SECONDS
      last=$(tail -c 400 "$STEP_LOG" | tr '\r' '\n' | tr -d '\000-\011\013-\037' | grep -v '^ *$' | tail -n 1 | cut -c1-80)
      echo "   ... $(duration $((SECONDS - started)))  ${last# }"
    fi
  done
  wait "$STEP_PID"
  rc=$?
  STEP_PID=
  STEP_SECONDS=$((SECONDS - started))
  if [ $rc -eq 0 ]; then
    echo "   done in $(duration $STEP_SECONDS)"
  else
    echo "   FAILED: \"$name\" ended with exit code $rc after $(duration $STEP_SECONDS)."
    # The cause often stands far above the end: name the first complaints when they are not among the last lines.
    if [ "$(wc -l <"$STEP_LOG")" -gt 40 ]; then
      head -n -40 "$STEP_LOG" | grep -i -m 6 -E '(^|[^a-z_-])(error|fatal|panicked|not found|cannot|failed)([^a-z_]|$)' |
        cut -c1-200 | sed 's/^/   ! /'
    fi
    echo "   The last lines of its log:"
    tail -n 40 "$STEP_LOG" | sed 's/^/   | /'
    echo "   The whole log: ${STEP_LOG#"$ROOT"/}"
  fi
  return $rc
}

# must NAME COMMAND...: a step without which nothing after it makes sense.
must() {
  step "$@" || { echo "Cannot go on without \"$1\"."; exit 1; }
}

# fresh NAME KEY: whether the step NAME was already done for this KEY (a text that changes when it must be done again).
fresh() {
  [ -f "$STAMPS/$1" ] && [ "$(cat "$STAMPS/$1")" = "$2" ]
}
stamp() {
  printf '%s' "$2" >"$STAMPS/$1"
}

# digest FILE...: one short text that changes with any of the files.
digest() {
  cat "$@" | sha256sum | cut -c1-24
}

# at_least HAVE WANT: compares dotted versions.
at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}
