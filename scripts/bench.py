"""Joins the figures of all producers into one table and one JSON list.

usage: bench.py FOLDER RESULT.json     (FOLDER holds *.jsonl, one JSON object a line)

A figure: name, value, unit, aim (a number with "<=" or ">=" before it, or null), floor (the least the machine needs for
it), peer (another program that does the same, measured in the same run) with peer_value, how (how it was measured).
"""

import json
import pathlib
import sys

FIELDS = ["name", "value", "unit", "aim", "floor", "peer", "peer_value", "ratio", "how"]


def figures(folder):
    """All figures, in the order of file and line; other output lines are passed over."""
    for file in sorted(pathlib.Path(folder).glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("{"):
                yield json.loads(line)


def completed(figure):
    """The figure with every field; the ratio is how many times faster (or better) than the peer we are."""
    full = {field: figure.get(field) for field in FIELDS}
    if unknown := set(figure) - set(FIELDS):
        sys.exit(f"{figure.get('name')}: unknown fields {sorted(unknown)}")
    if full["name"] is None or full["value"] is None or full["unit"] is None:
        sys.exit(f"a figure without name, value or unit: {figure}")
    if full["ratio"] is None and full["peer_value"] and full["value"]:
        full["ratio"] = round(full["peer_value"] / full["value"], 2)
    return full


def meets(value, aim):
    """"yes", "NO", or nothing where there is no aim."""
    if aim is None:
        return ""
    sign, number = str(aim)[:2], float(str(aim)[2:])
    if sign not in ("<=", ">="):
        sys.exit(f"an aim must begin with <= or >=: {aim}")
    return "yes" if (value <= number if sign == "<=" else value >= number) else "NO"


def short(value):
    """A cell of the table."""
    if value is None:
        return ""
    return f"{value:.3g}" if isinstance(value, float) and abs(value) < 1000 else str(value)


def main():
    """Writes the list, prints the table, says how many aims were met."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    rows = [completed(figure) for figure in figures(sys.argv[1])]
    if not rows:
        sys.exit("no producer gave a figure")
    pathlib.Path(sys.argv[2]).write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    head = ["name", "value", "unit", "aim", "met", "floor", "peer", "peer value", "ratio"]
    cells = [head]
    for row in rows:
        met = meets(row["value"], row["aim"])
        keys = [row["name"], row["value"], row["unit"], row["aim"], met, row["floor"], row["peer"], row["peer_value"]]
        cells.append([short(cell) for cell in [*keys, row["ratio"]]])
    widths = [max(len(line[i]) for line in cells) for i in range(len(head))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    aims = [meets(row["value"], row["aim"]) for row in rows]
    print(f"\n{aims.count('yes')} of {len(aims) - aims.count('')} aims met; all figures in {sys.argv[2]}")


if __name__ == "__main__":
    main()
