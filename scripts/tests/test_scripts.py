"""The scripts that the verdict of `make test` hangs on: steps, counting, figures, notices."""

import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS))

import bench  # noqa: E402
import count_tests  # noqa: E402
import notices  # noqa: E402


def shell(script):
    """Runs lines of bash with steps.sh sourced, in a copy of the scripts so that no log of ours is touched."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["cp", "-r", SCRIPTS, folder], check=True)
        text = f'. "{folder}/scripts/steps.sh"\n{script}'
        return subprocess.run(["bash", "-c", text], capture_output=True, text=True, timeout=60, check=False)


class Steps(unittest.TestCase):
    def test_a_good_step_says_its_name_and_hides_its_output(self):
        done = shell('step "read the lists" echo noise')
        self.assertIn("== read the lists", done.stdout)
        self.assertIn("done in", done.stdout)
        self.assertNotIn("noise", done.stdout)

    def test_a_failed_step_says_which_why_and_where(self):
        done = shell("step 'make tea' bash -c 'echo error: no water; seq 100; exit 7'; echo rc=$?")
        for part in ("make tea", "exit code 7", "! error: no water", "| 100", "var/log/make-tea.log", "rc=7"):
            self.assertIn(part, done.stdout)

    def test_nothing_goes_on_after_a_step_that_must_be(self):
        done = shell("must build false; echo went on")
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("went on", done.stdout)

    def test_a_long_step_shows_that_it_lives(self):
        done = shell("HEARTBEAT=1; step wait bash -c 'echo compiling; sleep 1.6'")
        self.assertRegex(done.stdout, r"\.\.\. \d s +compiling")

    def test_a_step_cannot_ask_and_so_cannot_hang(self):
        self.assertIn("rc=1", shell("step ask bash -c 'read answer'; echo rc=$?").stdout)

    def test_a_stamp_holds_for_its_key_only(self):
        done = shell("stamp npm a; fresh npm a && echo one; fresh npm b || echo two; fresh other a || echo three")
        self.assertEqual(done.stdout.split(), ["one", "two", "three"])

    def test_versions_are_compared_by_number(self):
        done = shell("at_least 1.100.0 1.92 && echo a; at_least 1.92 1.92 && echo b; at_least 1.9.1 1.92 || echo c")
        self.assertEqual(done.stdout.split(), ["a", "b", "c"])


class Counting(unittest.TestCase):
    def check(self, log, expected):
        self.assertEqual(count_tests.counts(log.splitlines()), expected)

    def test_nextest(self):
        self.check("     Summary [   1.2s] 9 tests run: 5 passed (1 slow), 3 failed, 1 timed out, 4 skipped", (5, 4))
        self.check("\x1b[32m     Summary\x1b[0m [   1.2s] 135 tests run: 135 passed, 0 skipped", (135, 0))
        self.check("     Summary [   1.2s] 2/9 tests run: 1 passed, 1 failed, 0 skipped", (1, 1))

    def test_vitest(self):
        self.check(" Test Files  1 passed (1)\n      Tests  2 failed | 12 passed (14)", (12, 2))

    def test_unittest(self):
        self.check("Ran 5 tests in 1.2s\n\nOK", (5, 0))
        self.check("Ran 5 tests in 1.2s\n\nFAILED (failures=1, errors=2)", (2, 3))

    def test_plain_lines_are_summed(self):
        self.check("3 of 4 browser checks passed\nreaders: 10 passed, 1 failed, 2 skipped\n2 passed, 0 failed", (15, 2))

    def test_a_log_without_a_closing_line_counts_nothing(self):
        self.check("test result: 3 passed by and 2 failed to stop", None)


class Figures(unittest.TestCase):
    def test_aims_have_two_directions(self):
        self.assertEqual(bench.meets(1.9, "<=2"), "yes")
        self.assertEqual(bench.meets(2.1, "<=2"), "NO")
        self.assertEqual(bench.meets(98, ">= 98"), "yes")
        self.assertEqual(bench.meets(1, None), "")

    def test_the_ratio_is_taken_from_the_peer(self):
        self.assertEqual(bench.completed({"name": "a", "value": 2, "unit": "ms", "peer_value": 50})["ratio"], 25)

    def test_a_figure_without_a_value_is_refused(self):
        with self.assertRaises(SystemExit):
            bench.completed({"name": "a", "unit": "ms"})
        with self.assertRaises(SystemExit):
            bench.completed({"name": "a", "value": 1, "unit": "ms", "goal": 3})


def font(entries):
    """The smallest file with a name table: entries are number -> text."""
    storage = b"".join(text.encode("utf-16-be") for text in entries.values())
    records, at = b"", 0
    for number, text in entries.items():
        length = len(text.encode("utf-16-be"))
        records += struct.pack(">6H", 3, 1, 0x409, number, length, at)
        at += length
    name = struct.pack(">3H", 0, len(entries), 6 + len(records)) + records + storage
    return struct.pack(">I4H4sIII", 0x10000, 1, 0, 0, 0, b"name", 0, 28, len(name)) + name


class Notices(unittest.TestCase):
    def test_the_licence_is_read_from_the_font(self):
        names = notices.font_names(font({1: "Face", 13: "Under the SIL Open Font License, Version 1.1."}))
        self.assertEqual(names[1], "Face")
        self.assertEqual(notices.font_licence("face.ttf", names), "OFL-1.1")

    def test_a_font_without_a_known_licence_is_refused(self):
        with self.assertRaises(SystemExit):
            notices.font_licence("face.ttf", notices.font_names(font({1: "Face", 13: "All rights reserved."})))


if __name__ == "__main__":
    unittest.main()
