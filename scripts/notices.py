"""Writes THIRD_PARTY_NOTICES.md from the two lock files and the fonts in the repository.

usage: notices.py [--check]     (--check only says whether the file is up to date)

Whether a licence may be used at all is judged by tests/licences.rs, not here; only fonts, whose licence stands inside
the font file, are judged by both reading and naming them here.
"""

import difflib
import json
import os
import pathlib
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = ROOT / "THIRD_PARTY_NOTICES.md"

# npm packages whose code is in the finished program, beside "dependencies": Svelte's runtime is compiled into the pages.
SHIPPED_FROM_DEVELOPMENT = ["svelte"]

# Folders that hold nothing we wrote or chose.
NOT_OURS = {".git", ".venv", "target", "var", "node_modules", "dist"}

NAME_LICENCE, NAME_LICENCE_URL, NAME_FAMILY, NAME_COPYRIGHT = 13, 14, 1, 0


def slash_to_or(licence):
    """The old way "MIT/Apache-2.0" in today's spelling."""
    return " OR ".join(part.strip() for part in licence.split("/"))


def crates():
    """Third-party crates of the lock file, for every operating system: (name, version, licence, repository)."""
    command = ["cargo", "metadata", "--offline", "--locked", "--format-version", "1"]
    found = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    packages = [p for p in json.loads(found.stdout)["packages"] if p["source"]]
    return sorted(
        (p["name"], p["version"], slash_to_or(p["license"] or "see its file"), p["repository"] or "") for p in packages
    )


def npm_packages():
    """Packages of ui/package-lock.json: (name, version, licence, shipped)."""
    entries = json.loads((ROOT / "ui/package-lock.json").read_text(encoding="utf-8"))["packages"]
    root = entries[""]
    waiting = [*root.get("dependencies", {}), *SHIPPED_FROM_DEVELOPMENT]
    shipped = set()
    while waiting:
        name = waiting.pop()
        entry = entries.get(f"node_modules/{name}")
        if name not in shipped and entry:
            shipped.add(name)
            waiting += entry.get("dependencies", {})
    rows = set()
    for path, entry in entries.items():
        if path:
            name = path.rsplit("node_modules/", 1)[1]
            rows.add((name, entry["version"], entry.get("license", "none given"), name in shipped))
    return sorted(rows)


def font_names(data):
    """The English entries of a font's "name" table (OpenType 1.9, chapter name): number -> text."""
    if data[:4] == b"ttcf":
        (start,) = struct.unpack(">I", data[12:16])
    else:
        start = 0
    (tables,) = struct.unpack(">H", data[start + 4 : start + 6])
    for i in range(tables):
        tag, _, offset, _ = struct.unpack(">4sIII", data[start + 12 + 16 * i : start + 28 + 16 * i])
        if tag == b"name":
            break
    else:
        return {}
    count, storage = struct.unpack(">HH", data[offset + 2 : offset + 6])
    names = {}
    for i in range(count):
        record = data[offset + 6 + 12 * i : offset + 18 + 12 * i]
        platform, _, language, number, length, at = struct.unpack(">6H", record)
        raw = data[offset + storage + at : offset + storage + at + length]
        if platform == 3 and language == 0x409:
            names[number] = raw.decode("utf-16-be", "replace")
        elif platform == 1:
            names.setdefault(number, raw.decode("mac-roman", "replace"))
    return names


def font_licence(path, names):
    """The short name of a font's licence; stops when it is not one that lets us embed the font."""
    text = " ".join(names.get(n, "") for n in (NAME_LICENCE, NAME_LICENCE_URL, NAME_COPYRIGHT)).lower()
    if "open font license" in text or "openfontlicense" in text or "scripts.sil.org/ofl" in text:
        return "OFL-1.1"
    if "bitstream" in text and "permission is hereby granted" in text:
        return "Bitstream-Vera"
    sys.exit(f"{path}: its name table gives no licence that lets us embed it: {text[:200]!r}")


def font_files():
    """The fonts among our files, as paths from the root."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        for name in files:
            if name.endswith((".ttf", ".otf", ".ttc")):
                yield (pathlib.Path(folder) / name).relative_to(ROOT).as_posix()


def fonts():
    """Fonts in the repository: (path, family, licence, copyright)."""
    rows = []
    for path in sorted(font_files()):
        names = font_names((ROOT / path).read_bytes())
        holder = " ".join(names.get(NAME_COPYRIGHT, "").split())[:160]
        rows.append((path, names.get(NAME_FAMILY, "?"), font_licence(path, names), holder))
    return rows


def table(head, rows):
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(str(cell).replace("|", "/") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def notices():
    """The whole text of the file."""
    rust, npm, faces = crates(), npm_packages(), fonts()
    copyleft = [(n, v, f"<{url}>") for n, v, licence, url in rust if "MPL-2.0" in licence]
    parts = [
        "# Third-party notices",
        "Fieldseal itself is licensed under Apache-2.0 (LICENSE). It is built from the parts below, each under its own "
        "licence; the licence texts are in the packages. This file is written by `scripts/notices.py`, and a test fails "
        "when it is out of date.",
        "On Linux the program uses GTK 3 and WebKitGTK of the system (LGPL, linked dynamically, not distributed with it).",
        "## Parts under the Mozilla Public License 2.0",
        "Used unmodified. Their source is at the address given and in the package of that name and version.",
        table(["Crate", "Version", "Source"], copyleft),
    ]
    if faces:
        parts += ["## Fonts", table(["File", "Family", "Licence", "Copyright"], faces)]
    parts += [
        "## npm packages in the program",
        table(["Package", "Version", "Licence"], [row[:3] for row in npm if row[3]]),
        "## npm packages that only build and test",
        table(["Package", "Version", "Licence"], [row[:3] for row in npm if not row[3]]),
        "## Rust crates",
        "Of all operating systems, build tools and test tools included.",
        table(["Crate", "Version", "Licence"], [row[:3] for row in rust]),
    ]
    return "\n\n".join(parts) + "\n"


def main():
    """Writes or checks the file."""
    text = notices()
    before = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
    if sys.argv[1:] == ["--check"]:
        if text != before:
            changes = difflib.unified_diff(before.splitlines(), text.splitlines(), "now", "should be", lineterm="", n=0)
            print(*list(changes)[:20], sep="\n")
            sys.exit(f"{TARGET.name} is out of date: run scripts/notices.py")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        TARGET.write_text(text, encoding="utf-8")
        print(f"{TARGET.name}: {len(text.splitlines())} lines")


if __name__ == "__main__":
    main()
