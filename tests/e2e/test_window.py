"""The window on a desktop: all of the screen is the customer's, keys on the screen, papers for the printer, no camera."""

import os
import pathlib
import shutil
import stat
import subprocess
import unittest

from harness import HarnessError
from processes import end, wait_until
from visits import PASSPHRASE, PIN, VERIFIER, VisitTest, hook, must


class Desktop(VisitTest):
    """A tablet with a window manager, larger than the window."""

    series = "window"
    size = (1600, 1000)

    def setUp(self):
        super().setUp()
        manager = shutil.which("openbox")
        if not manager:
            raise HarnessError("openbox is missing: install openbox")
        env = os.environ | self.session.env | {"DISPLAY": self.display.display}
        self.manager = subprocess.Popen(
            [manager, "--sm-disable"], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.addCleanup(end, self.manager)

    def sees(self, moves):
        """Width and height of the page."""
        return tuple(moves.page.execute("return [innerWidth, innerHeight]"))

    def test_the_whole_screen_is_the_customers_until_the_tablet_is_back(self):
        moves = self.begin()
        self.set_up_by_calls(moves, "Radu Exemplaru", "ro")
        self.frozen_sheet(moves)
        before = self.sees(moves)
        self.assertLess(before[0], self.size[0])
        moves.turn("Ștefania Țugulea")
        moves.page.until(lambda: self.sees(moves) == self.size, "the customer does not have the whole screen")
        moves.look("full-screen")
        # Also after a dead battery.
        moves = type(moves)(self.kill_and_reopen(), self.look)
        moves.see("screen-locked", 30)
        moves.write("passphrase", PASSPHRASE)
        moves.tap("unlock")
        moves.see("screen-hand-over", 30)
        moves.page.until(lambda: self.sees(moves) == self.size, "after a restart the customer does not have the whole screen")
        moves.tap("give-back")
        moves.take_back(PIN)
        moves.page.until(lambda: self.sees(moves) != self.size, "the technician's window stays as large as the screen")

    def test_a_customer_without_keys_types_on_the_screen(self):
        moves = self.begin()
        self.set_up_by_calls(moves, "Radu Exemplaru", "ro")
        must(moves.page, "save_setting", key="on_screen_keyboard", value=True)
        moves.page.execute("location.reload()")
        moves.see("screen-jobs", 30)
        self.frozen_sheet(moves, "Ana")
        moves.turn("Ana")
        moves.read()
        self.tap_key(moves, "customer-name", "ș")
        moves.page.until(lambda: moves.page.value(hook("customer-name")) == "Anaș", "the key does not type")
        moves.look("keyboard")
        field, keys = (moves.page.box(css) for css in (hook("customer-name"), ".keyboard"))
        self.assertLessEqual(field["y"] + field["height"], keys["y"], "the keys lie over the field")

    def tap_key(self, moves, field, key):
        """Goes into a field and taps a key of the screen."""
        moves.tap(field)
        moves.page.press("End")
        moves.page.click_text(key)

    def test_what_goes_to_the_printer_is_the_sealed_file_and_goes_away_again(self):
        seen = self.folder / "viewer"
        viewer = self.viewer(seen)
        moves = self.begin(PATH=f"{viewer}:{os.environ['PATH']}")
        self.set_up_by_calls(moves, "Radu Exemplaru", "ro")
        self.frozen_sheet(moves)
        moves.turn("Ștefania Țugulea")
        moves.read()
        moves.consent_and_sign()
        moves.take_back(PIN)
        moves.close(PIN)
        moves.tap("print")
        wait_until(lambda: seen.exists() and seen.read_text().endswith("\n"), "no viewer was called")
        paper = pathlib.Path(seen.read_text().strip())
        self.assertTrue(paper.name.endswith(".pdf"), paper)
        self.assertEqual(stat.S_IMODE(paper.stat().st_mode), 0o600, "nobody else reads it")
        must(moves.page, "export_root")
        told = subprocess.run([VERIFIER, paper, "--root", self.out / "root.pem"], capture_output=True, text=True, timeout=60)
        self.assertEqual(told.returncode, 0, told.stdout + told.stderr)
        [document] = self.documents(moves.page)
        kinds = [entry["kind"] for entry in must(moves.page, "detail", document=document["id"])["timeline"]]
        self.assertIn("printed", kinds)
        self.app.kill()
        moves = type(moves)(self.open(), self.look)
        moves.page.until(lambda: not paper.exists(), "the copy lies there after the next start", 30)

    def viewer(self, seen):
        """A folder with a PDF viewer that notes what it was asked to show."""
        folder = self.folder / "bin"
        folder.mkdir()
        program = folder / "xdg-open"
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" > "{seen}.part" && mv "{seen}.part" "{seen}"\n')
        program.chmod(0o755)
        return folder

    def test_no_camera_is_said_in_words(self):
        moves = self.begin()
        self.set_up_by_calls(moves, "Radu Exemplaru", "ro")
        moves.new_customer("Ana", "Calea Galați 1", "Brăila")
        moves.begin("intake_protocol")
        moves.see("add-photo")
        if not moves.has("camera"):
            self.skipTest("this web view has no camera interface: the button is not there")
        moves.tap("camera")
        moves.see("no-camera", 30)
        moves.look("no-camera")


if __name__ == "__main__":
    unittest.main()
