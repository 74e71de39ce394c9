"""What tests with an office have in common: a tablet, a real server, and an office's desktop in a window of its own."""

from central import Central
from harness import App
from moves import Moves
from processes import Screen
from visits import PASSPHRASE, PIN, VisitTest, hook, must

TECHNICIAN = "Radu Exemplaru"
MANAGER = "Ana-Maria Registrescu"


class OfficeTest(VisitTest):
    """A tablet, a server and an office desktop."""

    def setUp(self):
        super().setUp()
        self.central = Central(self.folder / "central")
        self.addCleanup(self.central.stop)
        self.desk = None
        self.addCleanup(self.close_desk)

    def close_desk(self):
        """Ends the office's program."""
        if self.desk:
            self.desk.quit()

    def open_desk(self, link):
        """The office's desktop with a display and a data folder of its own, joined by its code."""
        screen = Screen(1440, 900)
        self.addCleanup(screen.stop)
        screen.start()
        env = {"FIELDSEAL_DATA": str(self.folder / "office"), "DISPLAY": screen.display, "FIELDSEAL_E2E_SAVE": str(self.out)}
        self.desk = App(self.program, self.session.env | env, self.folder / "office.log")
        page = self.desk.page
        moves = Moves(page, lambda name: self.keep_as(page, f"office-{name}"))
        self.join(moves, link)
        return moves

    def keep_as(self, page, name):
        """A picture of another window than the tablet's."""
        page.screenshot(self.folder / f"{name}.png")

    def join(self, moves, link):
        """First run with a code of the office, through the screens."""
        moves.see("screen-first-run", 30)
        moves.pick("beginning-office")
        moves.write("central-address", link)
        moves.look("join")
        moves.tap("next")
        moves.write("new-pin", PIN)
        moves.write("new-pin-again", PIN)
        moves.tap("next")
        moves.pick("store-file")
        moves.write("new-passphrase", PASSPHRASE)
        moves.tap("next")
        moves.see("recovery-groups", 60)
        groups = moves.page.execute(
            "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent.trim())",
            f"{hook('recovery-groups')} code",
        )
        for index, group in enumerate(groups):
            if moves.has(f"recovery-{index}"):
                moves.write(f"recovery-{index}", group)
        moves.tap("next")
        moves.see("ink-pad")
        moves.tap("next")
        moves.page.until(lambda: moves.has("screen-jobs") or moves.has("screen-register"), "no list comes", 30)

    def found_firm(self, office):
        """What stands at the head of every document; the tablets have it from here."""
        branch = {
            "country": "RO", "legal_name": "Atelier Exemplu SRL", "street": "Strada Fabricii 7",
            "city": "400620 Cluj-Napoca", "tax_id": "TEST-RO-0007", "email": "", "phone": "",
        }  # fmt: skip
        must(office.page, "save_firm", firm={"name": "Atelier Exemplu", "color": "#0b5f63", "logo": None, "branches": [branch]})
        office.page.until(lambda: not must(office.page, "sync_view")["queue"], "the firm does not reach the server", 30)
