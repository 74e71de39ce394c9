#!/usr/bin/env python3
"""Asks five independent readers about sealed PDFs: pyHanko, pdfsig, openssl, mutool, qpdf.

  readers.py --root ROOT.pem [--at 2026-11-22T12:00:00Z] [--verifier PATH/fieldseal-verify] FILE.pdf...

Prints one JSON object on standard output and one line of counts on standard error. Exit 0 when every reader accepts
every signature of every file, 1 when one of them does not, 2 when a reader is missing or the question is wrong.

None of these readers knows the device seal; fieldseal-verify does and is asked as well when its path is given.
"""
import argparse
import datetime
import io
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOOLS = {"pdfsig": "poppler-utils", "certutil": "libnss3-tools", "openssl": "openssl", "mutool": "mupdf-tools", "qpdf": "qpdf"}


def run(*command):
    """Exit code and all output of a program that must end within a minute."""
    done = subprocess.run(command, capture_output=True, timeout=60)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def opinion(ok, says):
    """What one reader answers: accepted or not, and its words, shortened."""
    return {"ok": bool(ok), "says": " | ".join(line.strip() for line in says.splitlines() if line.strip())[-600:]}


def signatures_of(data):
    """Byte range and signature value of every filled signature field, in the order of signing, read by pyHanko."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    embedded = PdfFileReader(io.BytesIO(data), strict=True).embedded_signatures
    found = []
    for signature in embedded:
        a, b, c, d = (int(n) for n in signature.byte_range)
        found.append((data[a:a + b] + data[c:c + d], bytes(signature.pkcs7_content)))
    return found


def ask_pyhanko(data, root, at):
    """Full PAdES validation with analysis of later revisions."""
    from asn1crypto import pem, x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    with open(root, "rb") as f:
        anchor = x509.Certificate.load(pem.unarmor(f.read())[2])
    embedded = list(PdfFileReader(io.BytesIO(data), strict=True).embedded_signatures)
    good, words = bool(embedded), []
    for number, signature in enumerate(embedded, 1):
        context = ValidationContext(trust_roots=[anchor], moment=at, allow_fetching=False, best_signature_time=at)
        status = validate_pdf_signature(signature, context)
        last = number == len(embedded)
        whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        good = good and status.bottom_line and status.trusted and (whole or not last)
        words.append(f"{signature.field_name}: {status.summary()}")
    return opinion(good, "\n".join(words))


def ask_pdfsig(path, count, nss):
    """Poppler with NSS, which trusts the root."""
    code, text = run("pdfsig", "-nssdir", nss, path)
    blocks = re.split(r"(?m)^Signature #\d+:", text)[1:]
    signed = [b for b in blocks if "Signature Validation:" in b]
    valid = [b for b in signed if "Signature is Valid." in b]
    trusted = [b for b in signed if "Certificate is Trusted." in b]
    # Poppler 22.12 answers "Unknown issue" for the second signature by one certificate, of whatever kind.
    doubtful = [b for b in signed if "Unknown issue with Certificate" in b]
    whole = sum("Total document signed" in b and "Not total" not in b for b in signed)
    good = code == 0 and len(valid) == count and trusted and len(trusted) + len(doubtful) == count and whole == 1
    return opinion(good, "\n".join(re.findall(r"Signature Validation: .*|Certificate Validation: .*|.*otal document.*", text)) or text)


def ask_openssl(found, root, at, folder):
    """`openssl cms -verify -cades` over the covered bytes of each signature."""
    good, words = bool(found), []
    for number, (covered, message) in enumerate(found, 1):
        content, cms = os.path.join(folder, "covered"), os.path.join(folder, "cms")
        for name, data in ((content, covered), (cms, message)):
            with open(name, "wb") as f:
                f.write(data)
        code, text = run("openssl", "cms", "-verify", "-cades", "-inform", "DER", "-in", cms, "-binary", "-content", content,
                         "-CAfile", root, "-purpose", "any", "-attime", str(int(at.timestamp())), "-out", os.devnull)
        good = good and code == 0
        words.append(f"{number}: {text}")
    return opinion(good, "\n".join(words))


def ask_mutool(path, count):
    """MuPDF checks digests and changes; it has no way to be told about our root, so trust is not asked."""
    _, text = run("mutool", "sign", "-v", path)
    unchanged = text.count("The document is unchanged since signing.")
    edited = text.count("The signature is valid but there have been edits since signing.")
    wrong = re.search(r"[Dd]igest error|not a signature|[Ee]xception|error:(?! Self-signed| Unknown)", text.replace("Certificate error:", ""))
    return opinion(unchanged == 1 and unchanged + edited == count and not wrong, text)


def ask_qpdf(path):
    """Syntax of the whole file."""
    code, text = run("qpdf", "--check", path)
    return opinion(code == 0, text)


def ask_fieldseal(program, path, root, at):
    """Our own verifier, which judges device seals and statements as well."""
    code, text = run(program, path, "--root", root, "--at", at.isoformat())
    return opinion(code == 0, text.splitlines()[0] if text else "")


def ask_all(path, options, nss, folder):
    """The opinions of every reader about one file."""
    with open(path, "rb") as f:
        data = f.read()
    try:
        found = signatures_of(data)
        readers = {"pyhanko": ask_pyhanko(data, options.root, options.at)}
    except Exception as error:  # pyHanko raises many kinds for files it does not accept
        found, readers = [], {"pyhanko": opinion(False, f"{type(error).__name__}: {error}")}
    readers["pdfsig"] = ask_pdfsig(path, len(found), nss)
    readers["openssl"] = ask_openssl(found, options.root, options.at, folder)
    readers["mutool"] = ask_mutool(path, len(found))
    readers["qpdf"] = ask_qpdf(path)
    if options.verifier:
        readers["fieldseal"] = ask_fieldseal(options.verifier, path, options.root, options.at)
    return {"file": path, "signatures": len(found), "ok": all(r["ok"] for r in readers.values()), "readers": readers}


def moment(text):
    """A moment in ISO 8601; without a zone it is UTC."""
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return at if at.tzinfo else at.replace(tzinfo=datetime.timezone.utc)


def main():
    parser = argparse.ArgumentParser(description="independent readers about sealed PDFs")
    parser.add_argument("pdf", nargs="+")
    parser.add_argument("--root", required=True, help="root certificate (PEM)")
    parser.add_argument("--at", type=moment, default=datetime.datetime.now(datetime.timezone.utc), help="moment of judging")
    parser.add_argument("--verifier", help="path of fieldseal-verify, to ask it too")
    options = parser.parse_args()
    missing = [f"{tool} (package {package})" for tool, package in TOOLS.items() if not shutil.which(tool)]
    try:
        import pyhanko  # noqa: F401
    except ImportError:
        missing.append("pyhanko (tests/requirements.txt)")
    unreadable = [p for p in [*options.pdf, options.root] if not os.access(p, os.R_OK)]
    if missing or unreadable:
        print("readers: " + "; ".join([f"missing: {m}" for m in missing] + [f"cannot read {p}" for p in unreadable]), file=sys.stderr)
        return 2
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        nss = os.path.join(folder, "nss")
        os.mkdir(nss)
        run("certutil", "-N", "-d", nss, "--empty-password")
        code, text = run("certutil", "-A", "-d", nss, "-n", "root", "-t", "CT,C,C", "-i", options.root)
        if code != 0:
            print(f"readers: the root is not accepted by NSS: {text}", file=sys.stderr)
            return 2
        files = [ask_all(path, options, nss, folder) for path in options.pdf]
    asked = [r["ok"] for f in files for r in f["readers"].values()]
    print(json.dumps({"ok": all(asked), "files": files}, indent=1, ensure_ascii=False))
    print(f"readers: {sum(asked)} passed, {len(asked) - sum(asked)} failed", file=sys.stderr)
    return 0 if all(asked) else 1


if __name__ == "__main__":
    sys.exit(main())
