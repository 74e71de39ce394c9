"""A mail server for customers' copies: aiosmtpd, which keeps what it takes as a Maildir."""

import email
import email.policy
import socket
import subprocess
import sys

from processes import ROOT, end, free_port, wait_until


class PostOffice:
    """A mail server on a port of its own; what it took is in a folder."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True)
        self.port = free_port()
        self.process = None

    def start(self):
        """Starts it; returns when it takes connections."""
        python = ROOT / ".venv/bin/python"
        words = [python if python.exists() else sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{self.port}"]
        words += ["-c", "aiosmtpd.handlers.Mailbox", self.folder / "mail"]
        with open(self.folder / "smtp.log", "ab") as log:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self.listens, "the mail server")
        return self

    def listens(self):
        """Whether somebody answers at its port."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        """Ends it."""
        if self.process:
            end(self.process)
        self.process = None

    def taken(self):
        """All mails it took."""
        read = lambda path: email.message_from_bytes(path.read_bytes(), policy=email.policy.default)  # noqa: E731
        return [read(path) for path in sorted(self.folder.glob("mail/new/*"))]
