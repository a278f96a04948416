"""The page `docs/proof.md`: its tables are those of this program, which writes them."""

import re

from theorems import THEOREMS

THEOREM_TABLE = "| theorem | what holds on every path |\n| --- | --- |\n" + "".join(
    f"| {name} | {sentence} |\n" for name, sentence in THEOREMS.items()
)
COLUMNS = ("platform", "theorems", "states", "paths", "bytes of stack", "seconds", "result")


def result_table(rows):
    """The table of results."""
    lines = [COLUMNS, ["---", *["---:"] * 5, "---"], *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def with_table(text, heading, table):
    """The page with another table under a heading."""
    changed, count = re.subn(rf"(## {heading}\n(?:(?!## ).*\n)*?)(?:\|.*\n)+", lambda found: found[1] + table, text)
    if count != 1:
        raise SystemExit(f"prove: docs/proof.md has no table under {heading!r}")
    return changed


def check(path):
    """Fails if the page states other theorems than those that are proven."""
    text = path.read_text()
    if with_table(text, "Theorems", THEOREM_TABLE) != text:
        raise SystemExit("prove: docs/proof.md has other theorems than theorems.py; PAUSE_WRITE=1 writes them")


def write(path, rows):
    """Writes both tables."""
    text = with_table(path.read_text(), "Theorems", THEOREM_TABLE)
    path.write_text(with_table(text, "Results", result_table(rows)))
