"""The machine: runs the program by angr from a state to the next system calls and returns."""

import logging

logging.getLogger("angr").setLevel(logging.CRITICAL)  # before the import: it misses an emulator that is not used here

import angr
import claripy
from angr.sim_options import LAZY_SOLVES, NO_SYMBOLIC_SYSCALL_RESOLUTION, SIMPLIFY_MEMORY_WRITES
from angr.sim_options import SIMPLIFY_REGISTER_WRITES, TRACK_CONSTRAINT_ACTIONS
from angr.sim_options import SYMBOL_FILL_UNCONSTRAINED_MEMORY, SYMBOL_FILL_UNCONSTRAINED_REGISTERS

import condition_codes  # noqa: F401, it adds what angr lacks for s390x
from kernel import SI_KERNEL, SI_USER, SIGINFO_BYTES
from memory import ARGUMENT, IMAGE, Layout, Memory
from protocol import MOST_ARGUMENTS
from refusal import NotProven, Refused

# So many blocks without a system call or a return are a loop that makes none. Comparing arguments takes less than 100.
LONGEST_PATH = 400

# A return after more blocks than these is a place where paths meet: they have compared arguments.
SHORT_PATH = 3

# Without a limit of time: to ask Z3 whether it takes one costs more than most of its answers.
new_solver = claripy.backends.z3.solver
claripy.backends.z3.solver = lambda timeout=None, max_memory=None: new_solver(max_memory=max_memory)


def equals(string, flag):
    """The condition that a string equals `flag`, which is in lower case, except for its ASCII case."""
    conditions = []
    for byte, wanted in zip(string, flag.encode() + b"\0"):
        letters = {wanted, ord(chr(wanted).upper())}
        conditions.append(claripy.Or(*(byte == letter for letter in letters)))
    return claripy.And(*conditions)


class Machine:
    """A process that executes the program."""

    def __init__(self, platform, binary):
        self.platform = platform
        self.project = angr.Project(binary.path, main_opts={"base_addr": IMAGE}, auto_load_libs=False)
        self.project.simos.syscall = lambda state, allow_unsupported=True: None  # the kernel is kernel.py
        self.bits = self.project.arch.bits
        self.order = self.project.arch.memory_endness
        place = (self.project.arch.sp_offset, self.bits // 8)
        self.sp = next(name for name, where in self.project.arch.registers.items() if where == place)
        self.entry = IMAGE + binary.entry
        self.text = range(IMAGE + binary.text.start, IMAGE + binary.text.stop)
        self.layout = Layout(self.bits, MOST_ARGUMENTS)
        self.memory = Memory(self.layout, binary)
        self.blocks = 0
        self.text_bytes = binary.bytes[binary.text.start - binary.image.start : binary.text.stop - binary.image.start]
        loaded = self.project.loader.memory.load(IMAGE, len(binary.bytes))
        if loaded != binary.bytes:
            raise Refused("the file", "angr's loader changes it")
        self.strings = [
            [claripy.BVS(f"argument {n} byte {i}", 8) for i in range(ARGUMENT)] for n in range(MOST_ARGUMENTS)
        ]
        self.argument_names = frozenset(name for string in self.strings for byte in string for name in byte.variables)
        self.template = self.any_state()

    def any_state(self):
        """A state in which everything is arbitrary. It checks each access to memory."""
        state = self.project.factory.blank_state(
            addr=self.entry,
            add_options={
                NO_SYMBOLIC_SYSCALL_RESOLUTION,
                SYMBOL_FILL_UNCONSTRAINED_MEMORY,
                SYMBOL_FILL_UNCONSTRAINED_REGISTERS,
            },
            remove_options={LAZY_SOLVES, SIMPLIFY_MEMORY_WRITES, SIMPLIFY_REGISTER_WRITES, TRACK_CONSTRAINT_ACTIONS},
        )
        for register, value in self.platform.lifter.items():
            self.set(state, register, claripy.BVV(value, self.width(register)))
        state.inspect.b("mem_read", when=angr.BP_BEFORE, action=self.on_read)
        state.inspect.b("mem_write", when=angr.BP_BEFORE, action=self.on_write)
        return state

    def give_arguments(self, state, argc, asked):
        """Puts `argc` arguments on the stack. After the first, each asks for "version", "guard" or "nothing"."""
        word = self.bits // 8
        words = [claripy.BVV(argc, self.bits), *(self.layout.base(f"argument {n}") for n in range(argc))]
        for n, value in enumerate([*words, claripy.BVV(0, self.bits)]):
            state.memory.store(self.layout.inside("stack", n * word), value, endness=self.order, inspect=False)
        for n, string in enumerate(self.strings[:argc]):
            text = claripy.Concat(*string, claripy.BVV(0, 8))
            state.memory.store(self.layout.inside(f"argument {n}", 0), text, inspect=False)
        for string, wish in zip(self.strings[1:], asked):
            version, guard = equals(string, "-v"), equals(string, "--guard")
            nothing = claripy.Not(claripy.Or(version, guard))
            state.solver.add({"version": version, "guard": guard, "nothing": nothing}[wish])

    def on_read(self, state):
        address, size = state.inspect.mem_read_address, self.length(state.inspect.mem_read_length)
        place = self.layout.place(address)
        self.check_string(state, place, size)
        if place is not None and place[0] == "stack" and place[1] >= 2 * size and size == self.bits // 8:
            state.globals["argument"] = place[1] // size - 1  # its pointer follows argc and the pointers before it
        state.inspect.mem_read_address = claripy.BVV(self.memory.readable(address, size), self.bits)

    def check_string(self, state, place, size):
        """Refuses a read of an argument after its NUL."""
        if place is None or not place[0].startswith("argument"):
            return
        before = self.strings[int(place[0].split()[1])][: max(0, place[1] + size - 1)]
        if before and state.solver.satisfiable(extra_constraints=[claripy.Or(*(byte == 0 for byte in before))]):
            raise Refused("memory", f"it may read {place[0]} after its NUL, at byte {place[1]}")

    def on_write(self, state):
        address, data = state.inspect.mem_write_address, state.inspect.mem_write_expr
        place = self.memory.writable(address, data.length // 8)
        state.inspect.mem_write_address = claripy.BVV(place, self.bits)

    @staticmethod
    def length(size):
        return size if isinstance(size, int) else size.concrete_value

    def unknown(self, name, bits):
        """A value about which nothing is known."""
        return claripy.BVS(name, bits)

    def offset(self, register):
        """Where angr stores a register."""
        return self.project.arch.registers[register][0] if isinstance(register, str) else register

    def width(self, register):
        """The bits of a register."""
        return self.project.arch.registers[register][1] * 8 if isinstance(register, str) else 64

    def get(self, state, register):
        """The content of a register."""
        offset, size = self.offset(register), self.width(register) // 8
        return state.registers.load(offset, size, endness=self.project.arch.register_endness, inspect=False)

    def set(self, state, register, value):
        """Sets the content of a register."""
        assert value.length == self.width(register), register
        state.registers.store(self.offset(register), value, endness=self.project.arch.register_endness, inspect=False)

    def load(self, state, address, size):
        """Reads memory as the kernel does for the program: bytes in the order of their addresses."""
        place = self.memory.readable(address, size)
        # Byte by byte: angr has returned fewer bytes than it was asked for, where known and unknown ones meet.
        return claripy.Concat(*(state.memory.load(place + i, 1, inspect=False) for i in range(size)))

    def run(self, state):
        """Yields each state in which the program makes a system call, returns or has taken an argument, with the kind."""
        paths = [(state, 0)]
        while paths:
            state, length = paths.pop()
            if length > LONGEST_PATH:
                raise Refused("no spin", f"{LONGEST_PATH} blocks without a system call, at {state.addr - IMAGE:#x}")
            for successor in self.step(state):
                kind, argument = successor.history.jumpkind, successor.globals.pop("argument", None)
                if kind.startswith("Ijk_Sys"):
                    yield "call", successor
                elif argument is not None:
                    yield f"argument {argument}", successor
                elif kind == "Ijk_Ret" and length > SHORT_PATH:
                    yield "return", successor
                else:
                    paths.append((successor, length + 1))

    def instructions(self, at):
        """The number of instructions before the next system call, if the lifter does not stop there."""
        instruction = self.platform.call_instruction
        if instruction is None:
            return None
        rest = self.text_bytes[at - self.text.start :]
        words = [rest[i : i + 4] for i in range(0, len(rest), 4)]
        return words.index(instruction) if instruction in words else None

    def step(self, state):
        """Executes one block. Returns the states after it that can be reached."""
        self.blocks += 1
        at = state.addr
        instructions = self.instructions(at)
        if instructions == 0:
            state = state.copy()
            state.regs.ip = at + 4
            state.history.jumpkind = "Ijk_Sys_syscall"
            return [state]
        try:
            successors = self.project.factory.successors(state, num_inst=instructions)
        except angr.errors.SimIRSBNoDecodeError:
            raise Refused("text", f"no instruction can be decoded at {at - IMAGE:#x}") from None
        except (angr.errors.AngrError, angr.errors.SimError, claripy.ClaripyError) as error:
            raise NotProven(f"angr cannot execute the block at {at - IMAGE:#x}: {error}") from error
        reached = []
        for successor in successors.all_successors:
            if any(successor is other for other in successors.unsat_successors):
                assert not successor.solver.satisfiable()
                continue
            target, kind = successor.scratch.target, successor.history.jumpkind
            target = claripy.BVV(target, self.bits) if isinstance(target, int) else target
            if target.symbolic:
                raise Refused("text", f"the block at {at - IMAGE:#x} jumps to an address that is not known: {target}")
            if kind not in ("Ijk_Boring", "Ijk_Call", "Ijk_Ret") and not kind.startswith("Ijk_Sys"):
                raise Refused("text", f"the block at {at - IMAGE:#x} ends with {kind}")
            if target.concrete_value not in self.text:
                raise Refused("text", f"the block at {at - IMAGE:#x} jumps to {target.concrete_value - IMAGE:#x}")
            self.memory.stack_pointer(self.get(successor, self.sp))
            successor.regs.ip = target
            reached.append(successor)
        if not reached:
            raise Refused("text", f"the block at {at - IMAGE:#x} leads nowhere")
        return reached

    def give(self, state, place, outcome, flags):
        """Changes a state as the kernel does when a call returns with this outcome. `flags` stands for status flags."""
        platform = self.platform
        for name in platform.clobbered:
            self.set(state, name, self.unknown(name, self.width(name)))
        value = self.value(state, outcome, flags)
        if platform.error_flag:
            failed = claripy.SLT(value, 0)
            self.set(state, platform.error_flag, claripy.If(failed, claripy.BVV(1, 8), claripy.BVV(0, 8)))
            value = claripy.If(failed, -value, value)
        self.set(state, platform.result, value)
        if place.action[0] in ("wait", "wait64"):
            self.give_details(state, place.action[2], outcome)

    def value(self, state, outcome, flags):
        """The result of a call. An error is negative."""
        if outcome.flags is not None:
            return claripy.ZeroExt(self.bits - flags.length, flags)
        if outcome.low == outcome.high:
            return claripy.BVV(outcome.low, self.bits)
        value = self.unknown("result", self.bits)
        state.solver.add(claripy.SGE(value, outcome.low), claripy.SLE(value, outcome.high))
        state.solver.add(*(value != number for number in outcome.without))
        return value

    def give_details(self, state, offset, outcome):
        """Fills the details of a signal: `siginfo_t` in include/uapi/asm-generic/siginfo.h."""
        base = self.layout.inside("stack", offset)
        state.memory.store(base, self.unknown("details", SIGINFO_BYTES * 8), inspect=False)
        if outcome.signal is None or outcome.signal[1] is None:
            return
        code = state.memory.load(base + 8, 4, endness=self.order, inspect=False)
        pid = state.memory.load(base + (16 if self.bits == 64 else 12), 4, endness=self.order, inspect=False)
        outside = claripy.And(pid == 0, claripy.Or(code == SI_USER, code == SI_KERNEL))
        state.solver.add(outside if outcome.signal[1] else claripy.Not(outside))

    def stops(self, address):
        """Refuses code after `exit_group` that continues if the kernel refuses that call."""
        if self.platform.trap_instruction == self.text_bytes[address - self.text.start :][:4]:
            return
        kind = self.project.factory.block(address, num_inst=1).vex.jumpkind
        if kind not in ("Ijk_NoDecode", "Ijk_SigILL", "Ijk_SigTRAP"):
            raise Refused("text", f"at {address - IMAGE:#x} it continues if exit_group is refused")
