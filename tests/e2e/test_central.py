"""The network returns: what was signed without it reaches a real server; the office sees it, verifies it and clears it in a
window of its own; the tablet gets the news. Closing the window with work left asks once."""

import unittest

from central import Central
from harness import App
from moves import Moves
from post import PostOffice
from processes import Screen, wait_until
from visits import PASSPHRASE, PIN, VisitTest, hook, must
from windows import Desktop

TECHNICIAN = "Radu Exemplaru"
MANAGER = "Ana-Maria Registrescu"
CUSTOMER = "stefania@tugulea.example"


class Office(VisitTest):
    """A tablet, a server and an office desktop."""

    series = "central"

    def setUp(self):
        super().setUp()
        self.central = Central(self.folder / "central")
        self.addCleanup(self.central.stop)
        self.post = PostOffice(self.folder / "post")
        self.addCleanup(self.post.stop)
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

    def send_copies(self, office):
        """The office has sealed sheets sent to their customers."""
        self.post.start()
        mail = must(office.page, "mail_settings") | {
            "enabled": True, "host": "127.0.0.1", "port": self.post.port, "security": "none", "user": "", "password": "",
            "from": "Atelier Exemplu <service@atelier.example>", "kinds": ["service_sheet"],
        }  # fmt: skip
        must(office.page, "save_mail_settings", mail=mail)

    def visit(self, moves):
        """A sheet for a customer with an address, signed and closed."""
        self.frozen_sheet(moves, language="ro", email=CUSTOMER)
        moves.turn("Ștefania Țugulea")
        moves.read()
        moves.consent_and_sign()
        moves.take_back(PIN)
        moves.close(PIN)
        moves.see("verdict-good", 30)
        moves.tap("back")
        moves.see("screen-jobs")

    def test_signed_without_network_then_seen_verified_and_cleared_by_the_office(self):
        technician = self.central.invite(TECHNICIAN, "technician")
        manager = self.central.invite(MANAGER, "admin")
        self.central.start()
        office = self.open_desk(manager)
        self.found_firm(office)
        self.send_copies(office)
        tablet = self.begin()
        self.join(tablet, technician)
        tablet.until_pill("synced")
        self.assertEqual(must(tablet.page, "status")["person"]["name"], TECHNICIAN)

        self.central.stop()
        self.visit(tablet)
        tablet.until_pill("offline")
        tablet.tap("sync-pill")
        tablet.see("sync-sheet")
        tablet.look("offline")
        self.assertGreater(must(tablet.page, "sync_view")["only_here"], 0)
        tablet.page.press("Escape")
        self.assert_asked_before_closing(tablet)

        self.central.start()
        must(tablet.page, "sync_now")
        tablet.until_pill("synced")
        self.assertEqual(must(tablet.page, "sync_view")["only_here"], 0)
        tablet.look("synced")
        [document] = self.documents(tablet.page)
        self.assertEqual(document["sync"], "synced")
        self.assert_customer_has_a_copy(tablet, document)

        must(office.page, "sync_now")
        self.assert_office_sees(office, document)
        office.tap("office-clear")
        office.write("office-reason", "Numele este greșit")
        office.tap("office-ok")
        office.page.until(lambda: not office.has("office-dialog"), "the dialog stays", 20)
        self.assert_tablet_hears(tablet, document)

    def assert_customer_has_a_copy(self, tablet, document):
        """One mail, in the customer's language, with the very file that was sealed."""
        wait_until(self.post.taken, "the customer's copy", 60)
        [mail] = self.post.taken()
        self.assertIn(CUSTOMER, mail["to"])
        self.assertIn(document["number"], mail["subject"])
        [attached] = list(mail.iter_attachments())
        self.assertEqual(attached.get_content_type(), "application/pdf")
        must(tablet.page, "save_sealed", document=document["id"])
        sealed = (self.out / f"{document['number']}.sealed.pdf").read_bytes()
        self.assertEqual(attached.get_content(), sealed, "the copy is not the sealed file")

    def assert_asked_before_closing(self, tablet):
        """Closing with work left asks; "stay" changes nothing."""
        self.assertEqual(Desktop(self.display.display).ask_to_close("Fieldseal"), 1)
        tablet.see("leaving", 10)
        tablet.look("leaving")
        tablet.page.click(f"{hook('leaving')} header button")
        tablet.page.wait_gone(hook("leaving"))
        tablet.see("screen-jobs")

    def assert_office_sees(self, office, document):
        """The row, the pages (fetched when they are looked at), the verdict."""
        page = office.page
        if office.has("to-register"):
            office.tap("to-register")
        row = f"{hook('register-row')}[data-number='{document['number']}']"
        page.until(lambda: page.count(row), "the office does not see the document", 60)
        office.look("register")
        page.click(row)
        office.see("screen-detail", 30)
        office.see("page-1", 30)
        office.tap("tab-verification")
        office.see("verdict-good", 60)
        office.look("detail")
        files = [entry for entry in must(page, "detail", document=document["id"])["timeline"] if entry["kind"] == "signed"]
        self.assertTrue(files, "the signature is not in the timeline")

    def assert_tablet_hears(self, tablet, document):
        """The news of the office arrives and is seen without a hand on the tablet."""

        def heard():
            must(tablet.page, "sync_now")
            [now] = self.documents(tablet.page)
            return now["status"] != document["status"] and now["status"]

        status = wait_until(heard, "the tablet does not hear of it", 60, 1.0)
        self.assertEqual(status, "draft", "cleared, it can be filled in anew")
        tablet.look("cleared")


if __name__ == "__main__":
    unittest.main()
