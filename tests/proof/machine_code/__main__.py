"""Proves the theorems for the files in dist/binaries, for all platforms or for those that are named.

usage: python tests/proof/machine_code [--write] [--controls] [PLATFORM...]

--write writes the tables of docs/proof.md. Without it, the theorems there must be those that are proven. --controls proves nothing of dist/binaries: it builds
spoiled programs, and fails if one of them is not refused.
"""

import sys
import tomllib
from pathlib import Path

import controls
import page
from platforms import PLATFORMS
from proof import Progress, prove
from refusal import NotProven, Refused
from theorems import THEOREMS

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/proof.md"


def main():
    options = {argument for argument in sys.argv[1:] if argument.startswith("--")}
    names = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    unknown = [*(options - {"--write", "--controls"}), *(set(names) - set(PLATFORMS))]
    if unknown:
        sys.exit(f"prove: {unknown[0]} is neither an option nor one of {', '.join(PLATFORMS)}")
    if "--write" in options and names:
        sys.exit("prove: the tables of docs/proof.md are of all platforms; leave PLATFORMS out")
    version = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["version"]
    if "--controls" in options:
        sys.exit(controls.run(ROOT, names or ["linux/amd64", "linux/arm64"], version))
    if "--write" not in options:
        page.check(PAGE)
    rows = [row(name, version) for name in names or PLATFORMS]
    print(f"\nTheorems about /pause on every path (docs/proof.md); /init is not proven.\n\n{page.result_table(rows)}", end="")
    if "--write" in options:
        page.write(PAGE, rows)
    sys.exit(any(cells[-1] != "proven" and not PLATFORMS[cells[0]].not_proven for cells in rows))


def row(name, version):
    """Proves one file. Returns the row of the table."""
    if PLATFORMS[name].not_proven:
        print(f"{name}: not proven: {PLATFORMS[name].not_proven}", flush=True)
        return [name, "0", "–", "–", "–", "–", "not proven"]
    path = ROOT / "dist/binaries" / name / "pause"
    if not path.exists():
        sys.exit(f"prove: there is no {path.relative_to(ROOT)}; run `make binaries PLATFORMS={name}`")
    print(f"{name}: {path.stat().st_size} bytes", flush=True)
    try:
        result = prove(PLATFORMS[name], path, version, Progress(name))
    except Refused as refused:
        report(refused)
        return [name, str(len(THEOREMS)), "–", "–", "–", "–", f"refused: {refused.theorem}"]
    except NotProven as unknown:
        print(f"{name}: not proven: {unknown}", flush=True)
        return [name, str(len(THEOREMS)), "–", "–", "–", "–", "not proven"]
    print(f"{name}: proven in {result.seconds:.0f} s", flush=True)
    numbers = (result.states, result.paths, result.stack, round(result.seconds))
    return [name, str(len(THEOREMS)), *(f"{number:,}" for number in numbers), "proven"]


def report(refused):
    """Says which theorem does not hold, and on which path."""
    print(f"refused: {refused.theorem}. {THEOREMS[refused.theorem]}\n  But {refused.reason}.")
    for step in refused.trace or ():
        print(f"    {step}")


if __name__ == "__main__":
    main()
