"""The demo firm with its office: a server, the tablet of a technician, and the desktop of who runs the office.

usage: firm.py tablet|office FOLDER   (scripts/run.sh builds the programs first)

Makes it in FOLDER where it is not yet there, starts the server, and opens the window. The server runs as long as any of
the windows is open.
"""

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

from central import Central
from processes import BUILT, HarnessError, free_port, make_demo

TECHNICIAN = "Radu Exemplaru"
MANAGER = "Ana-Maria Registrescu"
ORGANISATION = "Demo Service Group"
PORT_FILE = "port.json"
# Where a server listens if nothing else is said.
USUAL_PORT = 8420


class DemoFirm:
    """The demo firm in a folder."""

    def __init__(self, folder, program):
        self.folder = pathlib.Path(folder).resolve()
        self.program = program
        self.central = None

    def env(self, device):
        """What the program needs to be that device ("tablet" or "office")."""
        return {"FIELDSEAL_DATA": str(self.folder / device), "FIELDSEAL_DEMO": "1"}

    def prepare(self):
        """Makes it, once; a break-off leaves nothing half made."""
        if not (self.folder / PORT_FILE).exists():
            finished, self.folder = self.folder, self.folder.with_name(self.folder.name + ".making")
            try:
                self.make()
                shutil.rmtree(finished, ignore_errors=True)
                self.folder.rename(finished)
            finally:
                self.folder = finished
        port = json.loads((self.folder / PORT_FILE).read_text(encoding="utf-8"))["port"]
        self.central = Central(self.folder / "central", port)

    def make(self):
        """The weeks before, then the office: the first to come in is who runs it, then the tablet with all it signed."""
        shutil.rmtree(self.folder, ignore_errors=True)
        central = Central(self.folder / "central", free_port(USUAL_PORT), ORGANISATION)
        tell("making the demo firm by replaying its weeks")
        make_demo(self.program, self.env("tablet"))
        tell("opening its office: a server, a desktop, and the tablet joins them")
        manager = central.invite(MANAGER, "admin", "en")
        technician = central.invite(TECHNICIAN, "technician", "en")
        try:
            central.start()
            for device, link in (("office", manager), ("tablet", technician)):
                self.join(device, link)
        finally:
            central.stop()
        (self.folder / PORT_FILE).write_text(json.dumps({"port": central.port}), encoding="utf-8")

    def join(self, device, link):
        """Makes a data folder a device of the office."""
        told = subprocess.run(
            [self.program, "--join", link], env=os.environ | self.env(device), capture_output=True, text=True, timeout=120
        )
        if told.returncode:
            raise HarnessError(f"the {device} could not join: {told.stdout}{told.stderr}")

    @contextlib.contextmanager
    def running(self):
        """The server is up meanwhile. Windows of the same firm share one; the last to close stops it."""
        with open(self.folder / "users.lock", "a", encoding="utf-8") as users:
            first = holds(users, fcntl.LOCK_EX)
            if first:
                # One that a killed run left behind.
                self.central.stop_detached()
                self.central.start(detached=True)
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                yield
            finally:
                if holds(users, fcntl.LOCK_EX):
                    self.central.stop_detached()

    def window(self, device):
        """Opens the window; returns its exit code once it is closed."""
        with self.running():
            return subprocess.run([self.program], env=os.environ | self.env(device), check=False).returncode


def holds(file, kind):
    """Whether this lock could be had at once."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def tell(words):
    """What is going on, for who waits."""
    print(f"  {words}", flush=True)


def main():
    """See above."""
    if len(sys.argv) != 3 or sys.argv[1] not in ("tablet", "office"):
        raise SystemExit(__doc__)
    # Ended from outside, it still stops what it started.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    firm = DemoFirm(sys.argv[2], BUILT / "debug/fieldseal")
    try:
        firm.prepare()
        tell(f"the {sys.argv[1]} opens; its server is http://127.0.0.1:{firm.central.port}, everybody's PIN is 2580")
        return firm.window(sys.argv[1])
    except HarnessError as error:
        raise SystemExit(f"  {error}") from error
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
