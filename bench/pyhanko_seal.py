"""pyHanko as the peer of our seal: the same file, field, key and certificates, in one process.

usage: pyhanko_seal.py IDENTITY.json FILE.pdf...     prints a JSON list of {"median_ms", "said"}, one per file
"""

import io
import json
import pathlib
import statistics
import sys
import time
from importlib.metadata import version

from asn1crypto import keys, x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD = "customer"
# Seconds spent on each file, about.
BUDGET = 8.0


def signer_of(identity):
    """A signer with the device's own P-256 key and certificates."""
    key = ec.derive_private_key(int(identity["p256_scalar"], 16), ec.SECP256R1())
    der = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificates = [x509.Certificate.load(bytes.fromhex(identity[name])) for name in ("certificate", "issuer")]
    store = SimpleCertificateStore.from_certs(certificates)
    return signers.SimpleSigner(certificates[0], keys.PrivateKeyInfo.load(der), store)


def sign(path, signer):
    """Reads the file and fills the field with a PAdES B-B signature over SHA-256; returns the signed bytes."""
    meta = signers.PdfSignatureMetadata(field_name=FIELD, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256")
    writer = IncrementalPdfFileWriter(io.BytesIO(path.read_bytes()))
    return signers.sign_pdf(writer, meta, signer, existing_fields_only=True).getvalue()


def measured(path, signer):
    """Median CPU time of the whole process over the runs that fit into the budget; the first run is not counted."""
    signed = sign(path, signer)
    if not signed.startswith(path.read_bytes()) or b"ETSI.CAdES.detached" not in signed[path.stat().st_size :]:
        sys.exit(f"{path}: pyHanko did not sign it")
    times = []
    began = time.monotonic()
    while len(times) < 5 or (len(times) < 100 and time.monotonic() - began < BUDGET):
        start = time.process_time()
        sign(path, signer)
        times.append((time.process_time() - start) * 1e3)
    said = f"{version('pyHanko')}, one P-256 signature, least {min(times):.1f} ms CPU of {len(times)} runs"
    return {"median_ms": statistics.median(times), "said": said}


def main():
    """Signs every file many times."""
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    signer = signer_of(json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")))
    print(json.dumps([measured(pathlib.Path(name), signer) for name in sys.argv[2:]]))


if __name__ == "__main__":
    main()
