"""A finger on a real touch screen signs: through the X server, GTK and the web view, not by a script."""

import math
import unittest

from visits import PIN, VisitTest, hook, must


class Finger(VisitTest):
    """A customer without a pen."""

    series = "finger"
    rig = True

    def test_a_finger_signs(self):
        moves = self.begin()
        self.set_up_by_calls(moves, "Radu Exemplaru", "ro")
        self.frozen_sheet(moves)
        moves.turn("Ștefania Țugulea")
        moves.read()
        pad = f"{hook('ink-pad')} [role=img]"
        moves.page.find(pad)
        moves.page.execute("document.querySelector(arguments[0]).scrollIntoView({block: 'center', behavior: 'instant'})", pad)
        box = moves.page.box(pad)
        origin = moves.page.execute("return {x: window.screenX, y: window.screenY, s: window.devicePixelRatio}")

        def place(x, y):
            across, down = box["x"] + x * box["width"], box["y"] + y * box["height"]
            return (origin["x"] + across) * origin["s"], (origin["y"] + down) * origin["s"]

        wave = [place(0.15 + 0.6 * t / 60, 0.45 - 0.18 * math.sin(t / 5)) for t in range(61)]
        self.display.touch_stroke(wave)
        ink = moves.page.until(lambda: must(moves.page, "hand_over_view")["ink"], "the finger draws nothing")
        self.assertEqual(len(ink["strokes"]), 1, "one touch is one stroke")
        self.assertGreater(len(ink["strokes"][0]), 40, "most of the finger's way is lost")
        moves.pick("consent")
        moves.look("signed-by-finger")
        moves.tap("sign")
        moves.page.until(lambda: moves.has("screen-hand-back") or moves.has("confirm-small"), "not signed", 40)
        moves.take_back(PIN)
        moves.close(PIN)
        moves.see("verdict-good", 30)
        verdict = self.verify(self.judge(moves))
        [stated] = [row["acceptance"] for row in verdict["signatures"] if row["acceptance"]["slot"] == "customer"]
        self.assertEqual((stated["method"], stated["pointer"]), ("drawn", "touch"))


if __name__ == "__main__":
    unittest.main()
