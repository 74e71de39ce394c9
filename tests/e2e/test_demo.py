"""What `make run` leaves on a machine without a display: the demo firm with its office, driven through both windows."""

import unittest

from demo import Demo
from processes import ROOT


class DemoFirm(unittest.TestCase):
    """The demo firm, from nothing."""

    def test_the_demo_firm_with_its_office_leaves_what_it_says(self):
        """Red if the tablet could not join, its earlier files did not verify at the office, or a file were missing."""
        out = ROOT / "var/e2e" / self.id()
        sealed = Demo(out).run()
        self.assertGreater(sealed, 15)
        self.assertEqual(len(list(out.glob("root*.pem"))), 2, "the office's root, and that of the tablet alone")
        self.assertFalse([path for path in out.glob("firm/central/server.pid")], "the server was not stopped")
        for name in ("01-jobs", "06-detail", "08-register", "09-register-verified", "10-office-detail"):
            self.assertTrue((out / "screens" / f"{name}.png").exists(), name)


if __name__ == "__main__":
    unittest.main()
