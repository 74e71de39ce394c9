"""kill -9 at random moments of reading, drawing and signing: afterwards there is the customer's screen with the ink drawn
so far, or a complete signature; never anything in between."""

import random
import threading
import unittest

from moves import Moves
from visits import PASSPHRASE, PIN, VisitTest, hook, must

# The seed of this run's moments; printed with a failure, so that it can be repeated.
SEED = random.SystemRandom().randrange(1 << 30)


class Crash(VisitTest):
    """A battery that dies in the customer's hands."""

    def restarted(self):
        """After a kill: the passphrase, and then whatever the device remembers."""
        moves = Moves(self.kill_and_reopen(), self.look)
        moves.see("screen-locked", 30)
        moves.write("passphrase", PASSPHRASE)
        moves.tap("unlock")
        moves.page.until(
            lambda: moves.has("screen-hand-over") or moves.has("screen-hand-back"), "no screen of the hand-over", 30
        )
        return moves

    def test_killed_while_drawing_the_ink_is_still_there(self):
        moves = self.begin()
        self.set_up_by_calls(moves, "Radu Exemplaru", "ro")
        self.frozen_sheet(moves)
        moves.turn("Ștefania Țugulea")
        moves.draw()
        strokes = moves.page.until(lambda: (must(moves.page, "hand_over_view")["ink"] or {}).get("strokes"), "no ink is saved")
        moves = self.restarted()
        self.assertEqual(must(moves.page, "hand_over_view")["ink"]["strokes"], strokes)
        moves.page.wait_text("2", f"{hook('ink-pad')}")
        # And it can be signed with, without drawing again.
        moves.read()
        moves.pick("consent")
        moves.tap("sign")
        moves.see("screen-hand-back", 40)

    def test_killed_while_signing_it_is_signed_or_it_is_not(self):
        chance = random.Random(SEED)
        moves = self.begin()
        self.set_up_by_calls(moves, "Radu Exemplaru", "ro")
        self.frozen_sheet(moves)
        moves.turn("Ștefania Țugulea")
        moves.read()
        moves.draw()
        moves.page.until(lambda: must(moves.page, "hand_over_view")["ink"], "no ink is saved")
        tries = 0
        while not moves.has("screen-hand-back"):
            tries += 1
            self.assertLess(tries, 12, f"never signed (seed {SEED})")
            moves.pick("consent")
            pause = chance.uniform(0.0, 0.05 * tries)
            self.tap_and_kill(moves, pause)
            moves = self.restarted()
            view = must(moves.page, "hand_over_view")
            if view["step"] == "reading":
                self.assertTrue(view["ink"]["strokes"], f"the ink is lost (seed {SEED}, try {tries})")
                moves.read()
        moves.take_back(PIN)
        moves.close(PIN)
        moves.see("verdict-good", 30)
        self.verify(self.judge(moves))

    def tap_and_kill(self, moves, pause):
        """Taps "Sign" and kills the program this long after."""
        page = moves.page
        killer = threading.Timer(pause, self.app.kill)
        page.execute("document.querySelector(arguments[0]).click()", hook("sign"))
        killer.start()
        killer.join()


if __name__ == "__main__":
    unittest.main()
