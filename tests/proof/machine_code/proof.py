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


class Progress:
    """Prints how far the proof of a platform is, every twenty seconds."""

    def __init__(self, name):
        self.name = name
        self.next = time.monotonic() + 20

    def __call__(self, states, paths):
        if time.monotonic() >= self.next:
            self.next = time.monotonic() + 20
            print(f"{self.name}: {states} states, {paths} paths", flush=True)


def prove(platform, path, version, progress=lambda states, paths: None):
    """Proves all theorems for a file. Raises `Refused` if one does not hold."""
    start = time.monotonic()
    machine = Machine(platform, Binary(path, platform))
    induction = Induction(machine, f"pause {version}\n".encode(), progress)
    induction.prove()
    cycles.check(induction.edges)
    return Result(len(induction.invariants), induction.paths, -machine.memory.lowest, time.monotonic() - start)
