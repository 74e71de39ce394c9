"""The key store of the system: it opens the device by itself, and when its keys are gone the recovery code does."""

import unittest

from moves import Moves
from processes import Session
from visits import FIRM, PASSPHRASE, PIN, VisitTest, must


class Keys(VisitTest):
    """A tablet whose keys are in the key store of the system."""

    series = "keys"

    def test_the_key_store_opens_it_and_the_recovery_code_when_the_keys_are_gone(self):
        moves = self.begin()
        code = moves.set_up(FIRM, "Radu Exemplaru", PIN, "ro")
        self.assertEqual(must(moves.page, "status")["key_store"], "system")
        self.frozen_sheet(moves)
        [before] = self.documents(moves.page)

        # The same session after a kill: nothing is asked but the PIN.
        moves = Moves(self.kill_and_reopen(), self.look)
        moves.sign_in(PIN)

        # Another key store, as after the system was set up anew: no first run, but a locked door.
        self.app.kill()
        self.session.stop()
        self.session = Session()
        self.addCleanup(self.session.stop)
        self.session.start()
        moves = Moves(self.open(), self.look)
        moves.see("screen-locked", 30)
        moves.look("keys-gone")
        self.assertEqual(must(moves.page, "status")["problem"]["code"], "keys_gone")
        moves.tap("use-recovery")
        moves.write("recovery-code", "AAAAA-" + code[6:])
        moves.pick("store-file")
        moves.write("new-passphrase", PASSPHRASE)
        moves.tap("recover")
        moves.page.until(lambda: moves.page.count("[role=alert]"), "a wrong code is not refused", 30)
        moves.see("screen-locked")
        moves.write("recovery-code", code.lower())
        moves.tap("recover")
        moves.sign_in(PIN)
        [after] = self.documents(moves.page)
        self.assertEqual((after["number"], after["status"]), (before["number"], before["status"]))


if __name__ == "__main__":
    unittest.main()
