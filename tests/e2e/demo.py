"""Drives one whole visit of the demo firm through the real window and leaves what came of it in a folder.

usage: demo.py FOLDER   (scripts/run.sh builds the program first; FIELDSEAL_E2E_APP names another one)

Leaves root.pem, every sealed PDF of the demo firm, and pictures of the screens in light and dark.
"""

import os
import pathlib
import shutil
import subprocess
import sys

from calls import call, must
from harness import App
from moves import Moves
from processes import BUILT, Screen, Session, make_demo

PIN = "2580"


class Demo:
    """One run of the demo firm in front of nobody."""

    def __init__(self, out):
        self.out = pathlib.Path(out).resolve()
        shutil.rmtree(self.out, ignore_errors=True)
        (self.out / "screens").mkdir(parents=True)
        self.data = self.out / "data"
        self.program = os.environ.get("FIELDSEAL_E2E_APP") or BUILT / "e2e/fieldseal"

    def run(self):
        """Everything; returns the number of sealed files that were verified."""
        env = {"FIELDSEAL_DATA": str(self.data), "FIELDSEAL_DEMO": "1", "FIELDSEAL_E2E_SAVE": str(self.out)}
        print("  making the demo firm by replaying its weeks", flush=True)
        make_demo(self.program, env)
        with Screen(1280, 800) as screen, Session() as session:
            app = App(self.program, session.env | env | {"DISPLAY": screen.display}, self.out / "program.log")
            try:
                self.visit(Moves(app.page, lambda name: app.page.screenshot(self.out / "screens" / f"{name}.png")))
            finally:
                app.quit()
        return self.verify()

    def visit(self, moves):
        """A visit to a customer of the firm, for one of their machines."""
        print("  a visit: sign in, fill in, freeze, hand over, sign, take back, close", flush=True)
        moves.sign_in(PIN, "Radu Exemplaru")
        moves.tap("view-all")
        moves.look("01-jobs")
        customer, machine = self.customer(moves.page)
        moves.tap("new-document")
        moves.tap(f"choose-{customer['id']}")
        moves.pick(f"equipment-{machine['id']}")
        moves.tap("kind-service_sheet")
        moves.see("screen-editor")
        moves.fill(
            fault="Zgomot la pornire.", work_done="Schimbat rulmentul ventilatorului, verificat sub sarcină.",
            completion="full",
        )  # fmt: skip
        moves.work()
        moves.bring("field-work_done")
        moves.look("02-editor")
        moves.hand_over()
        moves.turn("Ștefania Țugulea-Mărginean")
        moves.read()
        moves.page.execute("scrollTo(0, 0)")
        moves.look("03-hand-over")
        moves.consent_and_sign()
        moves.look("04-hand-back")
        moves.take_back(PIN)
        moves.see("screen-close")
        moves.look("05-close")
        moves.close(PIN)
        moves.see("verdict-good", 30)
        moves.look("06-detail")
        must(moves.page, "save_setting", key="theme", value="dark")
        moves.page.execute("location.reload()")
        moves.see("screen-jobs", 30)
        moves.look("07-jobs-dark")
        must(moves.page, "save_setting", key="theme", value="system")
        self.save_all(moves.page)

    def customer(self, page):
        """A customer who reads what the technician writes, and a machine of theirs."""
        for customer in must(page, "customers", text=""):
            machines = must(page, "equipment_of", customer=customer["id"])
            if customer["language"] == "ro" and machines:
                return customer, machines[0]
        raise SystemExit("the demo firm has no Romanian customer with a machine")

    def save_all(self, page):
        """The root certificate and every file that somebody signed."""
        must(page, "export_root")
        found = must(page, "jobs", view="all")
        rows = found["documents"] + [document for row in found["jobs"] for document in row["documents"]]
        for row in rows:
            if row["number"]:
                call(page, "save_sealed", document=row["id"])

    def verify(self):
        """Our verifier accepts every sealed file; those nobody has signed are not left lying about."""
        for file in self.out.glob("*.pdf"):
            if not file.name.endswith(".sealed.pdf"):
                file.unlink()
        verifier = BUILT / "debug/fieldseal-verify"
        files = sorted(self.out.glob("*.sealed.pdf"))
        if not files:
            raise SystemExit("no sealed file came of it")
        for file in files:
            told = subprocess.run(
                [verifier, file, "--root", self.out / "root.pem"], capture_output=True, text=True, timeout=60
            )
            print(f"  {file.name}: {(told.stdout or told.stderr).strip().splitlines()[0]}", flush=True)
        return len(files)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    number = Demo(sys.argv[1]).run()
    print(f"  {number} sealed files, root.pem and the screens are in {sys.argv[1]}/")
