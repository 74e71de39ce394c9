"""Runs the tests of this folder. A failure is told when it happens, not after the last test: the end of a log is cut off first.

usage: python3 tests/e2e [NAME...]   (unittest modules, classes or tests; without one: all)
"""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent


class Told(unittest.TextTestResult):
    """Tells each failure at once, and all of them again at the end."""

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.tell(self.failures)

    def addError(self, test, err):
        super().addError(test, err)
        self.tell(self.errors)

    def tell(self, kind):
        """The newest of a kind."""
        self.stream.writeln(kind[-1][1])
        self.stream.flush()


if __name__ == "__main__":
    loader, names = unittest.defaultTestLoader, sys.argv[1:]
    suite = loader.loadTestsFromNames(names) if names else loader.discover(str(HERE), "test_*.py")
    runner = unittest.TextTestRunner(verbosity=2, resultclass=Told)
    raise SystemExit(not runner.run(suite).wasSuccessful())
