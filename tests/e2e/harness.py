"""The real program in its real window, steered by WebKitWebDriver.

    class Visit(WindowTest):
        def test_first_run(self):
            page = self.open()
            page.wait_text("Welcome")
            page = self.kill_and_reopen()

Each test gets a display, a session with key store, and a data folder of its own; what it leaves behind (screenshots, the
program's log) is in var/e2e/<test>/. A failing test leaves a screenshot and the page's text there as well.
FIELDSEAL_E2E_APP names the program (scripts/e2e.sh builds it and sets it).
"""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import unittest

from processes import BUILT, ROOT, HarnessError, Screen, Session, alive, descendants, end, free_port, parents, program_of, wait_until
from webdriver import Page, Unreachable, WebDriverError, call

sys.path.insert(0, str(ROOT / "tests/rig"))


# Drawn straight into the window, as the program asks for where there is no graphics processor, a page that stands still
# is never drawn anew, and the web view waits in vain for the frame that its driver wants to have as a picture.
PICTURES = {"WEBKIT_DISABLE_DMABUF_RENDERER": "0"}


class App:
    """One run of the program, with the driver that started it. Without `pictures` it draws as it does for its users."""

    def __init__(self, program, env, log, arguments=(), pictures=True):
        self.program = str(pathlib.Path(program).resolve())
        env = PICTURES | env if pictures else env
        self.driver = None
        self.page = None
        self.log = pathlib.Path(log)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.start(env, arguments)

    def start(self, env, arguments):
        """Starts driver and program; returns when the page can be asked."""
        webdriver = shutil.which("WebKitWebDriver")
        if not webdriver:
            raise HarnessError("WebKitWebDriver is missing: install webkit2gtk-driver")
        port = free_port()
        env = env | {"TAURI_WEBVIEW_AUTOMATION": "true", "NO_AT_BRIDGE": "1", "GDK_BACKEND": "x11"}
        with open(self.log, "ab") as log:
            self.driver = subprocess.Popen(
                [webdriver, f"--port={port}"], env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            wait_until(lambda: self.answers(port), "WebKitWebDriver")
            self.page = Page(port, self.program, arguments)
        except (HarnessError, Unreachable, WebDriverError) as error:
            self.kill()
            raise HarnessError(f"the program did not come up: {error}\n{self.log_tail()}") from error

    def answers(self, port):
        """Whether the driver takes calls."""
        if self.driver.poll() is not None:
            raise HarnessError(f"WebKitWebDriver ended with {self.driver.returncode}")
        with contextlib.suppress(Unreachable):
            return call(port, "GET", "/status", limit=2.0) is not None
        return False

    def pids(self):
        """The program's own processes (its workers too), not the web view's."""
        family = descendants(self.driver.pid)
        started = {program_of(pid) for pid, parent in parents().items() if parent == self.driver.pid}
        return [pid for pid in family if program_of(pid) in started]

    def kill(self):
        """kill -9 to the program, as a dead battery would; nothing of it gets a last word."""
        for pid in self.pids():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        end(self.driver)

    def quit(self):
        """Ends it in an orderly way."""
        with contextlib.suppress(Unreachable, WebDriverError):
            if self.page:
                self.page.close()
        with contextlib.suppress(HarnessError):
            wait_until(lambda: not any(alive(pid) for pid in self.pids()), "the program's end", 5.0)
        end(self.driver)

    def log_tail(self, lines=25):
        """The last lines the program printed."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class WindowTest(unittest.TestCase):
    """A test that opens the program. Subclasses may set `env`, `arguments`, `size` and `rig`."""

    env: dict = {}
    arguments: tuple = ()
    size = (1280, 800)
    # True: on an X server with a real pen and touch screen (self.display is then the Rig of tests/rig/rig.py).
    rig = False

    def setUp(self):
        self.folder = ROOT / "var/e2e" / self.id().removeprefix("__main__.")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.data = self.folder / "data"
        self.app = None
        self.program = os.environ.get("FIELDSEAL_E2E_APP") or BUILT / "e2e/fieldseal"
        self.display = self.make_display()
        self.addCleanup(self.display.stop)
        self.display.start()
        self.session = Session()
        self.addCleanup(self.session.stop)
        self.session.start()
        self.addCleanup(self.close)

    def make_display(self):
        """The display this test runs on."""
        if not self.rig:
            return Screen(*self.size)
        from rig import Rig

        return Rig(*self.size)

    @property
    def page(self):
        """What the window shows."""
        return self.app.page

    def open(self, **env):
        """Starts the program on this test's data; returns its page."""
        env = {"FIELDSEAL_DATA": str(self.data), "DISPLAY": self.display.display} | self.env | env
        self.app = App(self.program, self.session.env | env, self.folder / "program.log", self.arguments)
        return self.app.page

    def close(self):
        """Ends the program; after a failure what it showed is kept first."""
        if self.app is None:
            return
        if self.failed():
            self.keep("failure")
        self.app.quit()
        self.app = None

    def kill_and_reopen(self, **env):
        """kill -9, then start again on the same data in the same session."""
        self.app.kill()
        return self.open(**env)

    def keep(self, name):
        """Saves a screenshot and the page's text under this name; returns the picture's path."""
        picture = self.folder / f"{name}.png"
        try:
            self.page.screenshot(picture)
            (self.folder / f"{name}.txt").write_text(self.page.execute("return document.body.innerText"), encoding="utf-8")
        except WebDriverError:
            pass
        except Unreachable as error:
            # A page that is gone has no picture; one that is there and gives none makes every test slow.
            if isinstance(error.__cause__, TimeoutError):
                raise
        return picture

    def failed(self):
        """Whether this test has failed so far."""
        result = self._outcome.result
        return any(test is self for test, _ in [*result.failures, *result.errors]) or not self._outcome.success
