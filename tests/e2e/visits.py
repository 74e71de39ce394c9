"""What whole visits have in common: a firm that is set up, pictures of the screens, and judges for what was sealed."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

from calls import call, must
from harness import WindowTest
from moves import Moves, hook
from processes import BUILT, ROOT

FIRM = {
    "firm-name": "Atelier Exemplu",
    "firm-legal-name": "Atelier Exemplu SRL",
    "firm-street": "Strada Fabricii 7",
    "firm-city": "400620 Cluj-Napoca",
    "firm-tax-id": "TEST-RO-0007",
}
PIN = "2580"
PASSPHRASE = "patru cuvinte mici aici"
VERIFIER = pathlib.Path(os.environ.get("FIELDSEAL_VERIFY") or BUILT / "debug/fieldseal-verify")
READERS = ROOT / "tests/readers/readers.py"


class VisitTest(WindowTest):
    """A test of a visit. `series` names its pictures in var/screens/."""

    series = ""

    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"
        self.out.mkdir()
        self.env = {"FIELDSEAL_E2E_SAVE": str(self.out)} | self.env

    def begin(self, **env):
        """Opens the program; returns someone in front of it."""
        return Moves(self.open(**env), self.look)

    def look(self, name):
        """Keeps a picture of the screen."""
        picture = self.keep(name)
        if self.series and picture.exists():
            screens = ROOT / "var/screens"
            screens.mkdir(parents=True, exist_ok=True)
            shutil.copy(picture, screens / f"{self.series}-{name}.png")

    def set_up_by_calls(self, moves, person, language, country="RO"):
        """A firm that is set up already, and its first person signed in: by the calls that the screens make."""
        branch = {
            "country": country, "legal_name": "Atelier Exemplu SRL", "street": "Strada Fabricii 7",
            "city": "400620 Cluj-Napoca", "tax_id": "TEST-RO-0007", "email": "", "phone": "",
        }  # fmt: skip
        request = {
            "firm": {"name": "Atelier Exemplu", "color": "#0b5f63", "logo": None, "branches": [branch]},
            "person": person, "language": language, "pin": PIN, "key_store": "passphrase_file", "passphrase": PASSPHRASE,
        }  # fmt: skip
        done = must(moves.page, "first_run", request=request)
        groups = done["recovery_code"].split("-")
        must(moves.page, "confirm_recovery", groups=[groups[index] for index in done["ask_groups"]])
        # The mark goes with the page: what is asked after this is asked of the new one.
        moves.page.execute("window.old = true; location.reload()")
        moves.page.until(lambda: moves.page.execute("return window.old !== true"), "the page does not come again", 30)
        moves.see("screen-jobs", 30)
        return done["recovery_code"]

    def frozen_sheet(self, moves, customer="Ștefania Țugulea", language=None, email=None):
        """A service sheet that is ready to be signed, with the customer's card on screen."""
        moves.new_customer(customer, "Calea Galați 1", "Brăila", language, email)
        moves.begin("service_sheet")
        moves.fill(fault="Nu pornește.", work_done="Înlocuit garnitura ușii.", completion="full")
        moves.work()
        moves.hand_over()

    def documents(self, page):
        """All documents on the tablet: job rows' and loose ones."""
        found = must(page, "jobs", view="all")
        return found["documents"] + [document for row in found["jobs"] for document in row["documents"]]

    def judge(self, moves):
        """Saves the file on screen and the root certificate; every verifier must accept them. Returns the file."""
        moves.tap("save-as")
        moves.page.until(lambda: list(self.out.glob("*.sealed.pdf")), "no file was saved")
        moves.tap("show-root")
        moves.tap("export-root")
        moves.page.until((self.out / "root.pem").exists, "no root certificate was saved")
        file = max(self.out.glob("*.sealed.pdf"), key=lambda path: path.stat().st_mtime)
        self.verify(file)
        return file

    def verify(self, file):
        """Our verifier and five independent readers accept every signature of a saved file; returns our verdict."""
        root = self.out / "root.pem"
        ours = subprocess.run([VERIFIER, file, "--root", root, "--json"], capture_output=True, text=True, timeout=60)
        self.assertEqual(ours.returncode, 0, ours.stdout + ours.stderr)
        own = ROOT / ".venv/bin/python"
        python = own if own.exists() else sys.executable
        theirs = subprocess.run([python, READERS, "--root", root, file], capture_output=True, text=True, timeout=120)
        self.assertEqual(theirs.returncode, 0, theirs.stdout + theirs.stderr)
        return json.loads(ours.stdout)

    def refused(self, page, command, **arguments):
        """The code with which a command is refused; fails when it is not."""
        outcome, problem = call(page, command, **arguments)
        self.assertEqual(outcome, "refused", f"{command} was not refused: {problem}")
        return problem.get("code") if isinstance(problem, dict) else problem


__all__ = ["FIRM", "PASSPHRASE", "PIN", "VisitTest", "call", "hook", "must"]
