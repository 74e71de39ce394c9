"""Makes the pictures of the user guide anew: an English firm from first run to a returned machine, through the real window.

usage: guide.py FOLDER   (scripts/guide.sh builds the program and reduces the pictures)
"""

import os
import pathlib
import sys
import tempfile

from calls import must
from harness import App
from moves import Moves, hook
from processes import BUILT, Screen, Session

FIRM = {
    "firm-name": "Example Service", "firm-legal-name": "Example Service Ltd", "firm-street": "7 Factory Street",
    "firm-city": "Bristol BS1 4ST", "firm-tax-id": "TEST-EN-0007",
}  # fmt: skip
PIN = "2580"
CUSTOMERS = (
    ("The Corner Bakery", "Alice Sampleton", "12 Mill Lane", "Bath", "oven", "Rational", "SCC 61", "The upper door leaks."),
    ("Hôtel Œillet", "Zoë Naïve", "3 Quay Street", "Bristol", "cold room", "Viessmann", "TectoCell", "Warm since Sunday."),
    ("Harbour Dental", "Dr Ömer Fictive", "88 Dock Road", "Cardiff", "steriliser", "Melag", "Vacuklav 40", "Yearly check."),
)
# Names the moves give to their screens, and the pictures of the guide.
WANTED = {
    "first-run-recovery": "02-recovery-code", "jobs": "04-jobs", "editor": "05-editor", "turn": "07-turn",
    "reading": "08-reading", "hand-over-sign": "hand-over", "hand-back": "10-hand-back", "detail": "12-detail",
    "compare": "14-compare",
}  # fmt: skip


class Guide:
    """One run of the firm of the guide."""

    def __init__(self, out):
        self.out = pathlib.Path(out).resolve()
        self.out.mkdir(parents=True, exist_ok=True)
        self.taken = set()

    def run(self):
        """Everything; fails when a picture was not taken."""
        with tempfile.TemporaryDirectory() as folder, Screen(1280, 800) as screen, Session() as session:
            env = session.env | {"FIELDSEAL_DATA": folder, "FIELDSEAL_KEYSTORE": "none", "DISPLAY": screen.display}
            program = os.environ.get("FIELDSEAL_E2E_APP") or BUILT / "e2e/fieldseal"
            self.app = App(program, env, pathlib.Path(folder, "program.log"))
            try:
                self.days(Moves(self.app.page, self.look))
            finally:
                self.app.quit()
        if lacking := set(WANTED.values()) - self.taken:
            raise SystemExit(f"not taken: {', '.join(sorted(lacking))}")

    def look(self, name):
        """Takes a picture the first time a screen of the guide comes by."""
        picture = WANTED.get(name)
        if picture and picture not in self.taken:
            self.app.page.screenshot(self.out / f"{picture}.png")
            self.taken.add(picture)

    def days(self, moves):
        """First run, a visit, an intake and its return."""
        moves.set_up(FIRM, "Robin Exampler", PIN, "en", "four small words here")
        jobs = [self.job(moves.page, index, *customer) for index, customer in enumerate(CUSTOMERS)]
        moves.page.execute("location.reload()")
        moves.see(f"start-{jobs[0]['code']}", 30)
        moves.look("jobs")
        moves.tap(f"start-{jobs[0]['code']}")
        moves.tap(f"start-{jobs[0]['code']}-service_sheet")
        self.visit(moves)
        moves.tap("back")
        moves.see("screen-jobs")
        self.intake(moves, jobs[1]["code"])
        moves.tap("convert-return_protocol")
        self.back(moves)

    def job(self, page, index, name, contact, street, city, kind, make, model, fault):
        """A customer with a machine and a job today."""
        nobody = "00000000-0000-0000-0000-000000000000"
        customer = must(page, "save_customer", customer={
            "id": nobody, "kind": "company", "name": name, "language": "en", "country": "GB", "street": street, "zip": "",
            "city": city, "email": "", "phone": "", "currency": "GBP", "tax_id": "", "contact": contact,
            "contact_role": "manager",
        })  # fmt: skip
        machine = must(page, "save_equipment", equipment={
            "id": nobody, "customer": customer["id"], "kind": kind, "make": make, "model": model,
            "serial": f"DEMO-{index}742", "serial_reason": "", "installed": "", "warranty_until": "", "location": "",
            "accessories": ["door seal", "key"] if index == 1 else [],
        })  # fmt: skip
        day = page.execute("const d = new Date(); d.setMinutes(d.getMinutes() - d.getTimezoneOffset()); return d.toISOString().slice(0, 10)")
        return must(page, "save_job", job={
            "id": nobody, "code": f"J-{index + 1}", "customer": customer["id"], "equipment": machine["id"], "technician": None,
            "work": "repair", "start": f"{day}T{9 + 2 * index:02}:00", "end": f"{day}T{10 + 2 * index:02}:30",
            "zone": "Europe/London", "fault": fault, "site": "", "findings": "", "work_done": "", "recommendations": "",
            "lines": [],
        })  # fmt: skip

    def visit(self, moves):
        """A service sheet, signed and closed."""
        moves.see("screen-editor")
        moves.fill(work_done="Replaced two seals, calibrated the thermostat.", completion="full")
        moves.tap("add-line")
        moves.write("line-0-description", "Door seal")
        moves.write("line-0-quantity", "1.5")
        moves.write("line-0-price", "94.50")
        moves.page.press("Tab")
        moves.bring("field-work_done")
        moves.look("editor")
        self.sign(moves, "Alice Sampleton")
        moves.look("detail")

    def sign(self, moves, name, seed=0.0):
        """Hands over, the customer reads and signs, the technician closes."""
        moves.hand_over()
        moves.turn(name)
        moves.read()
        moves.page.execute("scrollTo(0, 0)")
        moves.look("reading")
        moves.consent_and_sign(seed=seed)
        moves.take_back(PIN)
        moves.close(PIN, seed=seed + 1)
        moves.see("verdict-good", 30)

    def intake(self, moves, code):
        """A machine comes in."""
        moves.tap(f"start-{code}")
        moves.tap(f"start-{code}-intake_protocol")
        moves.see("screen-editor")
        moves.fill(
            condition="Scratch on the lid.", warranty_claim="no", data_consent="no_data", cost_agreement="quote_first",
            pickup_terms="keep_45_days", no_photo_reason="Camera broken.",
        )  # fmt: skip
        moves.set_date("agreed_due", "2027-01-15")
        self.sign(moves, "Zoë Naïve", 0.2)

    def back(self, moves):
        """And goes back without its key."""
        moves.see("screen-editor")
        moves.pick("accessory-0-present")
        moves.pick("accessory-1-missing")
        moves.fill(result="repaired", work_done="New fan.", condition="As it came in.", parts_returned="no")
        moves.page.wait_text("key", f"{hook('comparison')} .missing")
        moves.bring("comparison")
        moves.look("compare")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    Guide(sys.argv[1]).run()
