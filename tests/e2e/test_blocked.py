"""A tablet that the office blocked: it says so, keeps in sight what was signed on it, and comes back with a new code."""

import unittest

from office import MANAGER, TECHNICIAN, OfficeTest
from visits import PIN, hook, must


class Blocked(OfficeTest):
    """Lost, blocked, found again."""

    series = "blocked"

    def test_a_blocked_tablet_comes_back_with_a_new_code(self):
        technician = self.central.invite(TECHNICIAN, "technician")
        manager = self.central.invite(MANAGER, "admin")
        self.central.start()
        office = self.open_desk(manager)
        self.found_firm(office)
        tablet = self.begin()
        self.join(tablet, technician)
        tablet.until_pill("synced")
        old = must(tablet.page, "central")["device_code"]

        self.central.stop()
        self.sign(tablet)
        self.central.start()
        self.block(office, old)
        must(tablet.page, "sync_now")
        tablet.until_pill("failed")
        tablet.tap("sync-pill")
        tablet.see("sync-sheet")
        tablet.look("pill")
        tablet.page.press("Escape")
        [document] = self.documents(tablet.page)
        self.assertEqual((document["status"], document["sync"]), ("signed", "held"))
        tablet.look("list")

        self.come_back(tablet, self.new_code(office))
        tablet.until_pill("synced")
        self.assertNotEqual(must(tablet.page, "central")["device_code"], old)
        self.let_in(office)
        tablet.page.until(self.synced_again(tablet), "the tablet does not hear that it counts", 60, pause=1.0)
        tablet.look("back")

    def sign(self, moves):
        """A sheet, signed and closed, before the tablet knows that it was blocked."""
        self.frozen_sheet(moves, language="ro")
        moves.turn("Ștefania Țugulea")
        moves.read()
        moves.consent_and_sign()
        moves.take_back(PIN)
        moves.close(PIN)
        moves.see("verdict-good", 30)
        moves.tap("back")
        moves.see("screen-jobs")

    def block(self, office, code):
        """People and devices: the tablet is revoked, with a reason."""
        office.tap("to-office")
        office.see(f"device-revoke-{code}", 30)
        office.tap(f"device-revoke-{code}")
        office.write("reason", "Uitată în dubă")
        office.look("revoke")
        office.tap("reason-ok")
        office.page.until(lambda: not office.has(f"device-revoke-{code}"), "the tablet is not blocked", 30)

    def new_code(self, office):
        """A new code for the technician, as the office reads it out."""
        person = next(one for one in must(office.page, "staff")["people"] if one["name"] == TECHNICIAN)
        office.tap(f"staff-code-{person['id']}")
        office.see("code-text", 30)
        link = office.page.execute(f"return document.querySelector('{hook('code-link')}').value")
        office.tap("code-close")
        return link

    def come_back(self, tablet, link):
        """Settings, where the tablet says that it is blocked, and the code."""
        tablet.tap("settings")
        tablet.see("blocked", 30)
        tablet.bring("blocked")
        tablet.look("settings")
        tablet.write("central-address", link)
        tablet.tap("central-connect")
        tablet.page.until(lambda: not tablet.has("blocked"), "the tablet stays blocked", 60)
        tablet.page.press("Escape")

    def let_in(self, office):
        """What was signed while it was blocked waits for an answer; the office lets it count."""
        office.tap("office-aside")
        office.see("aside-accept", 60)
        office.write("aside-reason", "Dubița era a lui Radu")
        office.look("aside")
        office.tap("aside-accept")
        office.page.until(lambda: not office.has("aside-accept"), "it still waits for an answer", 30)

    def synced_again(self, tablet):
        """Asks whether the document counts for everybody."""

        def counts():
            must(tablet.page, "sync_now")
            [document] = self.documents(tablet.page)
            return document["sync"] == "synced"

        return counts


if __name__ == "__main__":
    unittest.main()
