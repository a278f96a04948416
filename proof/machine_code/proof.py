"""The proof of one file."""

import time
from dataclasses import dataclass

import cycles
from binary import Binary
from induction import Induction
from machine import Machine


@dataclass(frozen=True)
class Result:
    """What a proof has done."""

    states: int  # the places of the induction, each with its invariant
    paths: int  # from one place to the next
    stack: int  # the bytes below the initial stack pointer that are used
    seconds: float


def prove(platform, path, version):
    """Proves all theorems for a file. Raises `Refused` if one does not hold."""
    start = time.monotonic()
    machine = Machine(platform, Binary(path, platform))
    induction = Induction(machine, f"pause {version}\n".encode())
    induction.prove()
    cycles.check(induction.edges)
    return Result(len(induction.invariants), induction.paths, -machine.memory.lowest, time.monotonic() - start)
