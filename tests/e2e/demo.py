"""Drives one whole visit of the demo firm through the real windows, tablet and office, and leaves what came of it in a folder.

usage: demo.py FOLDER   (scripts/run.sh builds the program first; FIELDSEAL_E2E_APP names another one)

Leaves root.pem, every sealed PDF of the demo firm, and pictures of the screens in light and dark. What the tablet sealed
before it joined the office leads to a root of its own, left beside as root-*.pem.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

from calls import call, must
from firm import TECHNICIAN, DemoFirm, tell
from harness import App
from moves import Moves, hook
from processes import BUILT, Screen, Session

PIN = "2580"


class Demo:
    """One run of the demo firm in front of nobody."""

    def __init__(self, out):
        self.out = pathlib.Path(out).resolve()
        shutil.rmtree(self.out, ignore_errors=True)
        (self.out / "screens").mkdir(parents=True)
        self.firm = DemoFirm(self.out / "firm", os.environ.get("FIELDSEAL_E2E_APP") or BUILT / "e2e/fieldseal")
        self.number = ""

    def run(self):
        """Everything; returns the number of sealed files that were verified."""
        self.firm.prepare()
        with self.firm.running(), Session() as session:
            self.at("tablet", (1280, 800), session, self.visit)
            self.at("office", (1440, 900), session, self.office)
        return self.verify()

    def at(self, device, size, session, do):
        """Opens the window of a device on a display of its own and does something there."""
        with Screen(*size) as screen:
            env = session.env | self.firm.env(device) | {"FIELDSEAL_E2E_SAVE": str(self.out), "DISPLAY": screen.display}
            app = App(self.firm.program, env, self.out / f"{device}.log")
            try:
                do(Moves(app.page, lambda name: app.page.screenshot(self.out / "screens" / f"{name}.png")))
            finally:
                app.quit()

    def visit(self, moves):
        """A visit to a customer of the firm, for one of their machines."""
        tell("a visit: sign in, fill in, freeze, hand over, sign, take back, close")
        moves.sign_in(PIN, TECHNICIAN)
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
        self.number = re.search(r"FS-\d{4}-\w+-\d{5}", moves.page.text("h1"))[0]
        moves.look("06-detail")
        must(moves.page, "save_setting", key="theme", value="dark")
        moves.page.execute("location.reload()")
        moves.see("screen-jobs", 30)
        moves.look("07-jobs-dark")
        must(moves.page, "save_setting", key="theme", value="system")
        moves.until_pill("synced", 120)
        self.save_all(moves.page)

    def office(self, moves):
        """The same document at the office: found, verified, with everything that was signed before."""
        tell("the office: sign in, find it in the register, verify everything")
        page = moves.page
        moves.sign_in(PIN, screen="screen-register")
        moves.until_pill("synced", 120)
        row = f"{hook('register-row')}[data-number='{self.number}']"
        page.until(lambda: page.count(row), "the office does not see the visit", 60)
        moves.look("08-register")
        page.choose(hook("filter-status"), "signed")
        page.until(lambda: moves.has("filter-clear"), "the filter is not set")
        moves.tap("verify-all")
        moves.see("verify-result", 180)
        bad = must(page, "register_count", query={"statuses": ["signed"], "verification": "bad"})["rows"]
        if bad:
            raise SystemExit(f"{bad} documents do not verify at the office")
        moves.look("09-register-verified")
        page.click(row)
        moves.see("screen-detail", 30)
        moves.see("page-1", 30)
        moves.see("registered", 30)
        moves.bring("registered")
        moves.look("10-office-detail")
        moves.tap("back")
        self.administration(moves)

    def administration(self, moves):
        """People and devices, what was set aside, mail, retention; and a job for the technician."""
        moves.tap("assign")
        moves.see("assign-dialog")
        moves.look("11-assign")
        moves.page.press("Escape")
        moves.tap("to-office")
        moves.see("screen-office")
        technician = next(one for one in must(moves.page, "staff")["people"] if one["name"] == TECHNICIAN)
        moves.see(f"staff-{technician['id']}", 30)
        moves.look("12-people")
        moves.tap(f"staff-code-{technician['id']}")
        moves.see("code-text", 30)
        moves.look("13-code")
        moves.tap("code-close")
        for name, part in (("14-aside", "aside"), ("15-mail", "mail"), ("16-retention", "retention")):
            moves.tap(f"office-{part}")
            moves.look(name)

    def customer(self, page):
        """A customer who reads what the technician writes, and a machine of theirs."""
        for customer in must(page, "customers", text=""):
            machines = must(page, "equipment_of", customer=customer["id"])
            if customer["language"] == "ro" and machines:
                return customer, machines[0]
        raise SystemExit("the demo firm has no Romanian customer with a machine")

    def save_all(self, page):
        """The root certificates and every file that somebody signed."""
        found = must(page, "jobs", view="all")
        rows = found["documents"] + [document for row in found["jobs"] for document in row["documents"]]
        for row in rows:
            if row["number"]:
                call(page, "save_sealed", document=row["id"])
                must(page, "export_root", document=row["id"])
                call(page, "save_receipt", document=row["id"])

    def verify(self):
        """Our verifier accepts every sealed file; those nobody has signed are not left lying about."""
        for file in self.out.glob("*.pdf"):
            if not file.name.endswith(".sealed.pdf"):
                file.unlink()
        verifier = BUILT / "debug/fieldseal-verify"
        files = sorted(self.out.glob("*.sealed.pdf"))
        if not files:
            raise SystemExit("no sealed file came of it")
        roots = [word for root in sorted(self.out.glob("root*.pem")) for word in ("--root", root)]
        for file in files:
            receipt = file.with_name(file.name.replace(".sealed.pdf", ".receipt.json"))
            words = [verifier, file, *roots, "--receipt", receipt]
            told = subprocess.run(words, capture_output=True, text=True, timeout=60)
            if told.returncode != 0 and "GOOD SO FAR" not in told.stdout:
                raise SystemExit(f"{file.name}: {told.stdout}{told.stderr}")
            tell(f"{file.name}: {(told.stdout or told.stderr).strip().splitlines()[0]}")
        return len(files)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    number = Demo(sys.argv[1]).run()
    print(f"  {number} sealed files, root.pem and the screens are in {sys.argv[1]}/")
