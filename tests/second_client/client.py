"""A second client of the sync protocol, written from docs/PROTOCOL.md, JOURNAL.md and REGISTER-FORMAT.md alone.

usage: client.py URL CODE

Enrols with a one-time code, opens a session, begins a journal, pushes entries, pulls them back, and checks the server's
checkpoint, the proof that its entries are in the log, and that the log only grew. Ends with an error where anything is
not as the pages say. Needs Python's own library and `cryptography`, nothing of Fieldseal.
"""

import base64
import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from datetime import datetime, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NIL = str(uuid.UUID(int=0))
NOTHING = "0" * 64


def b64(data):
    return base64.b64encode(data).decode()


def unb64(text):
    return base64.b64decode(text, validate=True)


def sha256(data):
    return hashlib.sha256(data).digest()


class Refused(Exception):
    """The server said no; `code` is stable."""

    def __init__(self, status, refusal):
        super().__init__(f"{status} {refusal['code']}: {refusal['message']}")
        self.status, self.code, self.data = status, refusal["code"], refusal.get("data")


class Server:
    """The routes, PROTOCOL.md section 1."""

    def __init__(self, url):
        self.url, self.token = url.rstrip("/"), None

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/v1/{path}", data=data, method=method)
        request.add_header("content-type", "application/json")
        if self.token:
            request.add_header("authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise Refused(error.code, json.loads(error.read())) from None

    def post(self, path, body=None):
        return self.call("POST", path, {} if body is None else body)


class Journal:
    """A device's keys and its chain of entries, JOURNAL.md sections 1 and 2."""

    def __init__(self):
        self.ed25519 = ed25519.Ed25519PrivateKey.generate()
        self.p256 = ec.generate_private_key(ec.SECP256R1())
        self.org = self.device = None
        self.n, self.prev, self.hlc = 0, NOTHING, 0

    def public(self):
        raw = self.ed25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        spki = self.p256.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return raw, spki

    def keys(self, challenge):
        """The keys and the proofs that the device has them, PROTOCOL.md section 2."""
        raw, spki = self.public()
        nonce = unb64(challenge["nonce"])
        text = b"fieldseal/possession/v1\0" + challenge["server_id"].encode() + b"\0" + nonce + raw + spki
        return {
            "nonce": challenge["nonce"],
            "ed25519": b64(raw),
            "p256": b64(spki),
            "ed25519_proof": b64(self.ed25519.sign(text)),
            "p256_proof": b64(self.p256.sign(text, ec.ECDSA(hashes.SHA256()))),
        }

    def answer(self, challenge):
        """The signature that opens a session, PROTOCOL.md section 3."""
        text = b"fieldseal/session/v1\0" + challenge["server_id"].encode() + b"\0" + unb64(challenge["nonce"])
        return b64(self.ed25519.sign(text))

    def write(self, kind, critical, body, doc=None):
        """The next entry, as it goes over the wire."""
        now = time.time_ns() // 1_000_000
        self.hlc = max(now << 16, self.hlc + 1)
        salt, body = os.urandom(16), json.dumps(body).encode()
        header = {
            "v": 1,
            "critical": critical,
            "org": self.org,
            "device": self.device,
            "n": self.n + 1,
            "prev": self.prev,
            "hlc": self.hlc,
            "at": {
                "wall": datetime.now(timezone.utc).isoformat(),
                "zone": "UTC",
                "mono_ms": time.monotonic_ns() // 1_000_000,
                "server_offset_ms": None,
            },
            "head": None,
            "doc": doc,
            "kind": kind,
            "body_hash": sha256(salt + body).hex(),
        }
        header = json.dumps(header, separators=(",", ":")).encode()
        entry_id = sha256(header)
        self.n, self.prev = self.n + 1, entry_id.hex()
        signature = self.ed25519.sign(b"fieldseal/event/v1\0" + entry_id)
        return {"header": b64(header), "signature": b64(signature), "salt": b64(salt), "body": b64(body)}


def check_certificates(enrolled, journal):
    """Everything leads to the root, and the organisation is the root's SHA-256. Gives the log's key."""
    names = ["root", "issuing", "p256", "ed25519", "log"]
    certificates = {name: x509.load_der_x509_certificate(unb64(enrolled[name])) for name in names}
    assert enrolled["org"] == sha256(unb64(enrolled["root"])).hex()
    certificates["issuing"].verify_directly_issued_by(certificates["root"])
    for name in ["p256", "ed25519", "log"]:
        certificates[name].verify_directly_issued_by(certificates["issuing"])

    def key_of(name):
        return certificates[name].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    raw, spki = journal.public()
    assert key_of("p256") == spki and key_of("ed25519").endswith(raw), "the keys that were sent"
    return certificates["log"].public_key()


def checkpoint(note, org, key):
    """Size and root of a signed note, REGISTER-FORMAT.md section 3."""
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    name, size, root = text.splitlines()[:3]
    assert name == f"fieldseal/{org}", name
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    key_id = sha256(name.encode() + b"\n\x01" + raw)[:4]
    for line in signatures.splitlines():
        dash, by, signed = line.split(" ")
        signed = unb64(signed)
        if (dash, by, signed[:4]) == ("\u2014", name, key_id):
            key.verify(signed[4:], text.encode())
            return int(size), unb64(root)
    raise AssertionError("nobody we know signed the checkpoint")


def node(left, right):
    return sha256(b"\x01" + left + right)


def root_by_inclusion(leaf, index, size, proof):
    """The root a proof leads to (RFC 9162 section 2.1.3.2)."""
    at, last, value = index, size - 1, leaf
    for sibling in proof:
        assert last > 0, "the proof is too long"
        if at & 1 or at == last:
            value = node(sibling, value)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            value = node(value, sibling)
        at, last = at >> 1, last >> 1
    assert last == 0, "the proof is too short"
    return value


def roots_by_consistency(old, old_root, new, proof):
    """Both roots a proof leads to (RFC 9162 section 2.1.4.2)."""
    path = ([old_root] if old & (old - 1) == 0 else []) + proof
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for value in path[1:]:
        assert last > 0, "the proof is too long"
        if at & 1 or at == last:
            before, after = node(value, before), node(value, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node(after, value)
        at, last = at >> 1, last >> 1
    assert last == 0, "the proof is too short"
    return before, after


def enrol(server, journal, code):
    """PROTOCOL.md section 2."""
    request = {
        "code": code,
        "keys": journal.keys(server.post("challenge")),
        "label": "second client",
        "app_version": "1",
        "predecessors": [],
    }
    enrolled = server.post("enrol", request)
    journal.org, journal.device = enrolled["org"], enrolled["device"]
    return enrolled


def sign_in(server, journal):
    """PROTOCOL.md section 3."""
    challenge = server.post("challenge")
    request = {"device": journal.device, "nonce": challenge["nonce"], "signature": journal.answer(challenge)}
    server.token = server.post("session", request)["token"]


def hello(server, journal):
    end = {"device": journal.device, "n": journal.n, "id": journal.prev}
    greeting = {
        "oldest": 1,
        "newest": 1,
        "app_version": "1",
        "last": None,
        "journals": [end],
        "unsynced_signatures": 0,
        "oldest_unsynced_ms": None,
    }
    return server.post("hello", greeting)


def push(server, journal, entries):
    """PROTOCOL.md section 4: the same request twice is one; each entry has its envelope."""
    request = {"journal": journal.device, "entries": entries}
    acked = server.post("push", request)
    assert acked == server.post("push", request), "asked again, the server says the same"
    assert (acked["n"], acked["id"]) == (journal.n, journal.prev)
    envelopes = []
    for entry, logged in zip(entries, acked["entries"], strict=True):
        envelope = unb64(logged["envelope"])
        said = json.loads(envelope)
        assert said["event"] == sha256(unb64(entry["header"])).hex()
        assert said["verdict"] == "accepted", said
        envelopes.append(envelope)
    return envelopes


def pull(server, subject):
    """PROTOCOL.md section 6: all of a subject, page by page."""
    entries, cursor = [], {"subject": subject, "after": None}
    while True:
        page = server.post("pull", {"subjects": [cursor], "limit": 2})
        entries += page["entries"]
        for moved in page["cursors"]:
            assert moved["subject"] == subject
            cursor = moved
        if not page["more"]:
            return entries


def check_log(server, journal, key, entries, envelopes, known=None):
    """PROTOCOL.md section 8. Gives the checkpoint."""
    size, root = checkpoint(server.call("GET", "checkpoint")["note"], journal.org, key)
    ids = [sha256(unb64(entry["header"])) for entry in entries]
    request = {"entries": [entry_id.hex() for entry_id in ids], "size": size}
    proofs = {proof["entry"]: proof for proof in server.post("proof/inclusion", request)["proofs"]}
    for entry_id, envelope in zip(ids, envelopes, strict=True):
        proof = proofs[entry_id.hex()]
        assert proof["seq"] == json.loads(envelope)["seq"]
        leaf = sha256(b"\0" + entry_id + sha256(envelope))
        assert root == root_by_inclusion(leaf, proof["seq"], size, [bytes.fromhex(h) for h in proof["hashes"]])
    if known is not None:
        old, old_root = known
        hashes_between = server.post("proof/consistency", {"from": old, "to": size})["hashes"]
        between = [bytes.fromhex(text) for text in hashes_between]
        assert (old_root, root) == roots_by_consistency(old, old_root, size, between)
    return size, root


def main():
    url, code = sys.argv[1:]
    server, journal = Server(url), Journal()
    try:
        enrol(server, journal, "0000-0000-0000")
        raise AssertionError("a wrong code was taken")
    except Refused as refused:
        assert (refused.status, refused.code) == (403, "wrong_code")
    enrolled = enrol(server, journal, code.lower().replace("-", " "))
    key = check_certificates(enrolled, journal)
    sign_in(server, journal)
    welcome = hello(server, journal)
    assert (welcome["protocol"], welcome["standing"]) == (1, "good")
    assert welcome["have"] == [{"device": journal.device, "n": 0, "id": NOTHING}]
    assert checkpoint(welcome["checkpoint"], journal.org, key)[0] <= welcome["size"]

    opened = {
        "device_code": enrolled["device_code"],
        "certificate": sha256(unb64(enrolled["ed25519"])).hex(),
        "root": journal.org,
        "app_version": "1",
        "continues": None,
    }
    first = [journal.write("journal_opened", True, opened)]
    envelopes = push(server, journal, first)
    known = check_log(server, journal, key, first, envelopes)

    document = str(uuid.uuid4())
    second = [journal.write("printed", False, {"by": enrolled["person"]}, document) for _ in range(5)]
    envelopes += push(server, journal, second)
    check_log(server, journal, key, first + second, envelopes, known)

    mine = pull(server, document)
    assert [logged["entry"] for logged in mine] == second, "the bytes as they were written"
    assert [unb64(logged["envelope"]) for logged in mine] == envelopes[1:]
    assert any(logged["entry"] == first[0] for logged in pull(server, NIL)), "journals are everybody's"
    heads = {head["subject"]: head["head"] for head in server.call("GET", "manifest")["subjects"]}
    assert heads[document] == json.loads(envelopes[-1])["seq"]

    try:
        push(server, journal, [dict(second[0], signature=second[1]["signature"])])
        raise AssertionError("a wrong signature was taken")
    except Refused as refused:
        assert (refused.status, refused.code) == (422, "bad_signature")
    lost = journal.write("printed", False, {"by": enrolled["person"]})
    after_it = journal.write("printed", False, {"by": enrolled["person"]})
    try:
        push(server, journal, [after_it])
        raise AssertionError("a gap was taken")
    except Refused as refused:
        assert (refused.status, refused.code, refused.data["n"]) == (409, "gap", 6)
    push(server, journal, [lost, after_it])
    assert hello(server, journal)["have"][0]["n"] == 8
    print("enrolled, pushed, pulled and proven")


if __name__ == "__main__":
    main()
