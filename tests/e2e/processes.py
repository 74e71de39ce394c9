"""The processes around the program under test: a display, a session with bus and key store, and their clean end."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Where cargo puts what it builds.
BUILT = ROOT / (os.environ.get("CARGO_TARGET_DIR") or "target")
PATIENCE = 20.0


class HarnessError(Exception):
    """Something around the program under test did not do as asked."""


def wait_until(question, what, timeout=PATIENCE, interval=0.03):
    """Asks again and again until the answer is true; returns it."""
    deadline = time.monotonic() + timeout
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise HarnessError(f"{what}: not within {timeout:g} s")
        time.sleep(interval)


def free_port(wished=0):
    """A port nobody listens on now: the one wished for, if that can be."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", wished))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def parents():
    """pid -> parent's pid of every process that can be seen."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                stat = pathlib.Path("/proc", entry, "stat").read_text()
                found[int(entry)] = int(stat.rsplit(")", 1)[1].split()[1])
    return found


def descendants(pid):
    """All processes below this one, children before grandchildren."""
    family, found = parents(), [pid]
    for ancestor in found:
        found += [child for child, parent in family.items() if parent == ancestor]
    return found[1:]


def program_of(pid):
    """The file a process runs, or nothing when it is gone."""
    with contextlib.suppress(OSError):
        return os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")
    return ""


def alive(pid):
    """Whether the process still runs (a zombie does not)."""
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def end(process):
    """Ends a process and everything below it, politely and then not."""
    if process is None:
        return
    family = [process.pid, *descendants(process.pid)]
    for number, patience in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 5.0)):
        for pid in family:
            with contextlib.suppress(OSError):
                os.kill(pid, number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and any(alive(pid) for pid in family):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
    process.wait()


def make_demo(program, env):
    """The demo firm's data, in the folder that `env` names."""
    told = subprocess.run([program, "--make-demo"], env=os.environ | env, capture_output=True, text=True, timeout=300)
    if told.returncode:
        raise HarnessError(f"the demo firm could not be made: {told.stdout[-2000:]}{told.stderr[-2000:]}")


class Screen:
    """A display in memory (Xvfb), on a free number."""

    def __init__(self, width=1280, height=800):
        self.width, self.height = width, height
        self.server = None
        self.display = None

    def start(self):
        """Starts it; returns when it takes connections."""
        xvfb = shutil.which("Xvfb")
        if not xvfb:
            raise HarnessError("Xvfb is missing: install xvfb")
        reading, writing = os.pipe()
        size = f"{self.width}x{self.height}x24"
        self.server = subprocess.Popen(
            [xvfb, "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp", "-noreset", "-ac"],
            pass_fds=[writing], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(writing)
        with os.fdopen(reading, "rb") as answer:
            number = answer.readline().strip().decode()
        if not number:
            end(self.server)
            raise HarnessError("Xvfb did not start")
        self.display = f":{number}"
        return self

    def stop(self):
        """Ends it."""
        end(self.server)
        self.server = None

    __enter__ = start

    def __exit__(self, *_):
        self.stop()


class Session:
    """A private D-Bus session with an unlocked key store and private XDG folders (scripts/session.sh).

    It outlives the program: a restarted program finds its keys again, as after a restart of the tablet's app.
    """

    def __init__(self):
        self.keeper = None
        self.env = None

    def start(self):
        """Starts it; `env` is then what a program in this session needs."""
        tell = "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"
        self.keeper = subprocess.Popen(
            [ROOT / "scripts/session.sh", sys.executable, "-c", tell],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        first = self.keeper.stdout.readline()
        if not first.startswith("{"):
            end(self.keeper)
            raise HarnessError(f"no session: {first.strip() or 'scripts/session.sh said nothing'}")
        self.env = json.loads(first)
        return self

    def stop(self):
        """Ends it and all that was kept in it."""
        if self.keeper:
            self.keeper.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.keeper.wait(5)
            end(self.keeper)
            self.keeper.stdout.close()
        self.keeper = None

    __enter__ = start

    def __exit__(self, *_):
        self.stop()
