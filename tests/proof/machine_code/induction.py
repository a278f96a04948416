"""The induction: finds an invariant for each place where paths meet, and checks that every path keeps it.

The places are those where the program makes a system call, has taken the address of an argument, or returns from a
function. For each, and for each history that the protocol tells apart (a ghost), the invariant says which bytes of the
registers and of the stack are constant, or an expression of the addresses and of the flags that `fcntl` returned. All
other bytes are arbitrary.

It begins with what the first path has there, and drops what another path does not have. After that, all paths from there
are executed again, with arbitrary values for all else, and the solver checks that each path to the next place satisfies
the invariant there. When nothing changes any more, every path was checked against the last invariants: that is the proof.
So any number of turns of a loop is covered.
"""

from typing import NamedTuple, Optional

import claripy

import actions
import kernel
import protocol
from memory import IMAGE
from platforms import KEPT_CONDITIONS
from protocol import Ghost
from refusal import Refused

# The bits of a field of POWER's condition register, as VEX numbers them.
LESS, GREATER, EQUAL = 3, 2, 1


class Place(NamedTuple):
    """A place where paths meet, with the history that led there."""

    kind: str  # "start", "call", "argument" and its index, or "return"
    at: int  # the address at which the program continues
    ghost: Ghost
    action: Optional[tuple]  # what it asks the kernel for, if it makes a call
    stack_pointer: int  # the offset from the initial one
    pointers: tuple  # the addresses of code in registers and on the stack, such as where to return to


class Arrival(NamedTuple):
    """A path that has arrived at a place."""

    state: object  # angr's state
    count: object  # the number of reports, as an expression of what it was when the path began
    found: dict  # what was read from the state already: registers by name, words of the stack by offset


class Induction:
    """The proof for one machine."""

    def __init__(self, machine, version, progress):
        self.progress = progress  # is called with the number of states and of paths, now and then
        self.machine = machine
        self.platform = machine.platform
        self.version = version
        self.invariants = {}  # place -> {location: byte}; a location is (register, byte) or an offset on the stack
        self.edges = {}  # (place, outcome or None) -> the places that follow
        self.paths = 0
        self.came_from = {}  # place -> (place, outcome)
        self.start = Place("start", machine.entry, Ghost(), None, 0, ())
        high, low = claripy.BVS("flags above", 19), claripy.BVS("flags below", 11)
        self.flags = {
            has: claripy.Concat(claripy.BVV(0, 1), high, claripy.BVV(int(has), 1), low) for has in (True, False)
        }
        self.flag_names = self.flags[True].variables
        self.reports = claripy.BVS("reports", 32)  # the number of signals from inside that were reported
        self.ghost_names = machine.layout.names | self.flag_names | self.reports.variables

    def prove(self):
        """Finds the invariants, then checks them. Refuses the program if a path breaks a theorem."""
        self.invariants[self.start] = self.at_entry()
        changed = [self.start]  # the newest comes first: so a path that breaks a theorem is found early
        while changed:
            place = changed.pop()
            self.progress(len(self.invariants), self.paths)
            for outcome, following, arrival in self.explore(place):
                self.edges.setdefault((place, outcome), set()).add(following)
                self.paths += 1
                if self.weaken(following, arrival):
                    self.came_from.setdefault(following, (place, outcome))
                    if following not in changed:
                        changed.append(following)

    def at_entry(self):
        """What the kernel promises about registers at the start."""
        if self.platform.entry is None:
            return {}
        value = self.machine.entry.to_bytes(self.machine.bits // 8, "little")
        return {(self.platform.entry, i): byte for i, byte in enumerate(value)}

    def explore(self, place):
        """Yields what comes after a place: the outcome of its call, the next place, and the arrival there."""
        try:
            if place.kind != "call":
                yield from self.run(place, None, place.ghost, self.state_at(place, place.ghost))
                return
            protocol.check(place.ghost, place.action, self.version)
            if place.action[0] == "exit":
                self.machine.stops(place.at)
            for outcome in kernel.outcomes(place.action):
                for ghost in protocol.after(place.ghost, place.action, outcome, self.platform):
                    state = self.state_at(place, ghost, self.flag_names if outcome.flags is not None else frozenset())
                    self.machine.give(state, place, outcome, self.flags.get(outcome.flags))
                    yield from self.run(place, outcome, ghost, state)
        except Refused as refused:
            refused.trace = refused.trace or self.trace(place)
            raise

    def run(self, place, outcome, ghost, state):
        """Yields what comes after a place, as `explore`, on the paths of this state."""
        count = self.count(state, ghost)
        ghost = ghost._replace(reports=None)
        try:
            for kind, reached in self.machine.run(state):
                yield outcome, self.place(kind, ghost, reached), Arrival(reached, count, {})
        except Refused as refused:
            refused.trace = [*self.trace(place), *([outcome.name] if outcome else [])]
            raise

    def count(self, state, ghost):
        """The number of reports at the next place, as an expression of what it was."""
        reports, most = self.reports, protocol.MOST_REPORTS
        if ghost.guarded and ghost.prepared:
            state.solver.add(claripy.ULE(reports, most))
        if ghost.reports == "begin with none":
            return claripy.BVV(0, 32)
        if ghost.reports == "one more":
            state.solver.add(claripy.ULT(reports, most))
            return reports + 1
        if ghost.reports == "all are made":
            state.solver.add(reports == most)
        return reports

    def place(self, kind, ghost, state):
        """The place of a state."""
        machine = self.machine
        action = actions.action(actions.Call(machine, state), self.flags[ghost.nonblocking]) if kind == "call" else None
        stack_pointer = machine.memory.stack_pointer(machine.get(state, machine.sp))
        pointers = self.pointers(state, stack_pointer)
        return Place(kind, state.addr, ghost, action, stack_pointer, pointers)

    def pointers(self, state, stack_pointer):
        """The addresses of code that the program may still jump to."""
        machine, found = self.machine, []
        for name in self.platform.registers:
            value = machine.get(state, name)
            if not value.symbolic and value.concrete_value in machine.text:
                found.append((name, value.concrete_value))
        word = machine.bits // 8
        for offset in range(stack_pointer, 0, word):
            if not machine.memory.written.isdisjoint(range(offset, offset + word)):
                value = machine.load(state, machine.layout.base("stack") + offset, word)
                value = value if machine.order == "Iend_BE" else claripy.Reverse(value)
                if not value.symbolic and value.concrete_value in machine.text:
                    found.append((offset, value.concrete_value))
        return tuple(found)

    def at(self, location, arrival):
        """The byte at a location."""
        machine, found = self.machine, arrival.found
        if isinstance(location, int):
            word = machine.bits // 8
            first, low, unit = location - location % word, 8 * (word - 1 - location % word), 8
            if first not in found:
                found[first] = machine.load(arrival.state, machine.layout.base("stack") + first, word)
            value = found[first]
        else:
            name, i = location
            unit = unit_of(name)
            low = unit * i
            if name not in found:
                found[name] = machine.get(arrival.state, name)
            value = found[name]
        if value.symbolic:
            return value[low + unit - 1 : low]
        return (value.concrete_value >> low) & ((1 << unit) - 1)

    def locations(self):
        """The locations that an invariant may speak of: the registers, and what was ever written of the stack."""
        for name in self.platform.registers:
            yield from ((name, i) for i in range(self.machine.width(name) // unit_of(name)))
        yield from self.machine.memory.written

    def facts(self, arrival):
        """The bytes that are constant on this path, or expressions of what the ghost knows."""
        facts, state, reports = {}, arrival.state, self.reports
        for location in self.locations():
            byte = self.at(location, arrival)
            if isinstance(byte, int):
                facts[location] = byte
            elif not byte.symbolic:
                facts[location] = claripy.simplify(byte).concrete_value
            elif byte.variables <= self.ghost_names:
                facts[location] = byte if arrival.count is reports else claripy.replace(byte, reports, reports - 1)
            elif byte.variables & state.solver._solver.variables - self.machine.argument_names:
                values = state.solver.eval_upto(byte, 2)
                if len(values) == 1:
                    facts[location] = values[0]
        if not arrival.count.symbolic:
            self.count_down(facts)
        return facts

    def count_down(self, facts):
        """Guesses where the program counts the reports that are left: where it has their number at the beginning.

        Guesses too where POWER keeps the comparison of that number with 0: where it is greater at the beginning.
        """
        left = protocol.MOST_REPORTS - self.reports
        words = []
        for name in self.platform.registers:
            if unit_of(name) == 8:
                words.append([(name, i) for i in range(4)])
            elif [facts.get((name, bit)) for bit in (LESS, GREATER, EQUAL)] == [0, 1, 0]:
                equal = claripy.If(left == 0, claripy.BVV(1, 1), claripy.BVV(0, 1))
                facts.update({(name, GREATER): ~equal, (name, EQUAL): equal})
        for first in [offset for offset in facts if isinstance(offset, int) and offset % 4 == 0]:
            order = range(4) if self.machine.order == "Iend_LE" else range(3, -1, -1)
            words.append([first + i for i in order])
        for word in words:
            parts = [facts.get(location) for location in word]
            if all(isinstance(part, int) for part in parts) and parts == [protocol.MOST_REPORTS, 0, 0, 0]:
                facts.update({location: left[8 * i + 7 : 8 * i] for i, location in enumerate(word)})

    def weaken(self, place, arrival):
        """Drops from the invariant of a place what this path does not have. Returns whether it has changed."""
        if place not in self.invariants:
            self.invariants[place] = self.facts(arrival)
            return True
        invariant = self.invariants[place]
        broken = [location for location, byte in invariant.items() if not self.holds(location, byte, arrival)]
        for location in broken:
            del invariant[location]
        return bool(broken)

    def holds(self, location, byte, arrival):
        """Whether a byte is always what the invariant says."""
        found = self.at(location, arrival)
        if isinstance(found, int) and isinstance(byte, int):
            return byte == found
        if not isinstance(byte, int) and arrival.count is not self.reports:
            byte = claripy.replace(byte, self.reports, arrival.count)
        differ = found != byte
        return claripy.is_false(differ) or not arrival.state.solver.satisfiable(extra_constraints=[differ])

    def state_at(self, place, ghost, without=frozenset()):
        """An arbitrary state that satisfies the invariant of a place, but for what depends on the symbols `without`."""
        machine = self.machine
        state = machine.template.copy()
        state.regs.ip = place.at
        if ghost.arguments is not None:
            machine.give_arguments(state, *ghost.arguments)
        stack = machine.layout.base("stack") + place.stack_pointer
        machine.set(state, machine.sp, stack)
        known = {
            location: byte
            for location, byte in self.invariants[place].items()
            if isinstance(byte, int) or byte.variables.isdisjoint(without)
        }
        for name in self.platform.registers:
            unit = unit_of(name)
            parts = [self.value(known.get((name, i)), unit, name) for i in range(machine.width(name) // unit)]
            machine.set(state, name, claripy.Concat(*reversed(parts)))
        for first, length in runs(location for location in known if isinstance(location, int)):
            bytes_there = [self.value(known[offset], 8) for offset in range(first, first + length)]
            state.memory.store(machine.layout.inside("stack", first), claripy.Concat(*bytes_there), inspect=False)
        return state

    def value(self, known, bits, name=None):
        """What is known, as an expression: an arbitrary value if nothing is known."""
        if known is None:
            return self.machine.unknown(f"any {name}", bits)
        return claripy.BVV(known, bits) if isinstance(known, int) else known

    def trace(self, place):
        """The calls and outcomes that first led to a place."""
        steps = []
        while place is not None:
            if place.action is not None:
                steps.append(f"{protocol.describe(place.action)} (returns to {place.at - IMAGE:#x})")
            place, outcome = self.came_from.get(place, (None, None))
            if outcome is not None:
                steps.append(outcome.name)
        return steps[::-1]


def unit_of(register):
    """The bits of a register that are known or unknown together."""
    return 1 if register in KEPT_CONDITIONS else 8


def runs(offsets):
    """Yields the first of each run of successive offsets, and the length of the run."""
    first, length = None, 0
    for offset in sorted(offsets):
        if length and offset == first + length:
            length += 1
            continue
        if length:
            yield first, length
        first, length = offset, 1
    if length:
        yield first, length
