"""The controls: programs that are spoiled in one place each, and must be refused."""

import shutil
import subprocess
import tempfile
import time
import tomllib
from pathlib import Path

from platforms import PLATFORMS
from proof import prove
from refusal import NotProven, Refused

SPOILS = Path(__file__).with_name("spoils.toml")


def run(root, platforms, version):
    """Builds each spoiled program for these platforms. Returns 1 if one is not refused, or for another reason."""
    failures = 0
    with tempfile.TemporaryDirectory(prefix="prove-", dir=root / "target") as folder:
        copy = Path(folder) / "pause"
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns("target", "dist", ".git"))
        for spoil in tomllib.loads(SPOILS.read_text())["spoil"]:
            source = copy / spoil["file"]
            text = source.read_text()
            if text.count(spoil["old"]) != 1:
                raise SystemExit(f"prove: {spoil['file']} has {spoil['old']!r} not once; mend {SPOILS.name}")
            source.write_text(text.replace(spoil["old"], spoil["new"]))
            build(copy, platforms)
            for name in platforms if "platform" not in spoil else {spoil["platform"]}.intersection(platforms):
                failures += not is_refused(spoil, PLATFORMS[name], copy / "dist/binaries" / name / "pause", version)
            source.write_text(text)
    return int(failures > 0)


def build(copy, platforms):
    """Builds the programs in a copy of the project."""
    script = copy / "build/binaries.sh"
    built = subprocess.run([script, *platforms], capture_output=True, text=True)
    if built.returncode != 0:
        raise SystemExit(f"prove: the spoiled program cannot be built:\n{built.stderr}")


def is_refused(spoil, platform, path, version):
    """Whether the proof refuses a spoiled program, because of the theorem that it breaks. Prints a line."""
    start = time.monotonic()
    try:
        prove(platform, path, version)
        result, reason = "NOT REFUSED", "every theorem holds"
    except Refused as refused:
        result, reason = f"refused: {refused.theorem}", refused.reason
    except NotProven as unknown:
        result, reason = "NOT REFUSED", str(unknown)
    seconds = time.monotonic() - start
    expected = f"refused: {spoil['theorem']}"
    wrong = "" if result == expected else f" ({reason}), where {expected} was expected"
    print(f"{platform.name}: {spoil['name']}: {result}{wrong} ({seconds:.0f} s)", flush=True)
    return not wrong
