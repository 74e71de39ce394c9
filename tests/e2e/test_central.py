"""The network returns: what was signed without it reaches a real server; the office sees it, verifies it and clears it in a
window of its own; the tablet gets the news. Closing the window with work left asks once."""

import unittest

from office import MANAGER, TECHNICIAN, OfficeTest
from post import PostOffice
from processes import wait_until
from visits import PIN, hook, must
from windows import Desktop

CUSTOMER = "stefania@tugulea.example"


class Office(OfficeTest):
    """A visit without network, and what the office makes of it."""

    series = "central"

    def setUp(self):
        super().setUp()
        self.post = PostOffice(self.folder / "post")
        self.addCleanup(self.post.stop)

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
