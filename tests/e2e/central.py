"""A real central server beside the windows: started, stopped and asked for codes as an administrator does."""

import contextlib
import http.client
import os
import signal
import subprocess

from processes import BUILT, HarnessError, alive, end, free_port, program_of, wait_until

SERVER = BUILT / "debug/fieldseal-server"


class Central:
    """A server on a data folder and a port of its own."""

    def __init__(self, folder, port=None, organisation="Atelier Exemplu"):
        self.folder = folder
        self.env = os.environ | {"FIELDSEAL_SERVER_ORGANISATION": organisation}
        folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.process = None

    def invite(self, name, role, language="ro"):
        """Adds a person; returns the link of their one-time code. Only while the server does not run."""
        words = ["add-person", "--data", self.folder / "data", "--name", name, "--role", role]
        words += ["--language", language, "--listen", f"127.0.0.1:{self.port}"]
        told = subprocess.run([SERVER, *words], env=self.env, capture_output=True, text=True, timeout=120)
        links = [line for line in told.stdout.splitlines() if line.startswith("fieldseal://")]
        if told.returncode or not links:
            raise HarnessError(f"no code for {name}: {told.stdout}{told.stderr}")
        return links[0]

    def start(self, detached=False):
        """Starts it; returns when it answers. Detached it outlives who started it, until `stop_detached`."""
        with open(self.folder / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                [SERVER, "serve", "--data", self.folder / "data", "--listen", f"127.0.0.1:{self.port}"],
                env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=detached,
            )  # fmt: skip
        if detached:
            self.pid_file().write_text(str(self.process.pid), encoding="ascii")
        wait_until(self.is_well, "the server", 60)
        return self

    def is_well(self):
        """Whether it answers that it can read and write."""
        if self.process.poll() is not None:
            raise HarnessError(f"the server ended with {self.process.returncode}, see {self.folder / 'server.log'}")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        return False

    def stop(self):
        """Stops it, as a machine that is switched off properly."""
        if self.process:
            end(self.process)
        self.process = None

    def pid_file(self):
        """Names the detached server."""
        return self.folder / "server.pid"

    def stop_detached(self):
        """Stops the server that somebody started detached."""
        with contextlib.suppress(OSError, ValueError):
            pid = int(self.pid_file().read_text(encoding="ascii"))
            if program_of(pid) == str(SERVER.resolve()):
                os.kill(pid, signal.SIGTERM)
                if self.process:
                    self.process.wait(20)
                wait_until(lambda: not alive(pid), "the server's end")
            self.pid_file().unlink()
