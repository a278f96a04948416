"""The list of system calls: what each may be called with. Everything else is refused."""

import claripy

from kernel import O_NONBLOCK, SIGCHLD, SIGINFO_BYTES, SIGINT, SIGPIPE, SIGTERM
from refusal import Refused

SIG_SETMASK = 2
CAPABILITY_VERSION_3 = 0x20080522  # include/uapi/linux/capability.h
PR_SET_NO_NEW_PRIVS = 38
SA_NOCLDSTOP, SA_NOCLDWAIT = 1, 2
WNOHANG, WALL = 1, 0x40000000
F_GETFL, F_SETFL = 3, 4
REST_NANOSECONDS = 20_000_000
SIGSET_BYTES = 8
MASK = (SIGINT, SIGTERM, SIGCHLD, SIGPIPE)


def bits(signals):
    """The kernel's set of signals."""
    return sum(1 << (signal - 1) for signal in signals)


class Call:
    """A system call that the program is about to make."""

    def __init__(self, machine, state):
        self.machine = machine
        self.state = state
        names = {number: name for name, number in machine.platform.calls.items()}
        number = self.only(machine.get(state, machine.platform.number), "the number of a system call")
        self.name = names.get(number, f"number {number}")
        if number not in names:
            raise Refused("calls", f"it makes the system call {number}")

    def only(self, value, what):
        """The only value that an expression can have."""
        if not value.symbolic:
            return value.concrete_value
        values = self.state.solver.eval_upto(value, 2)
        if len(values) != 1:
            raise Refused("calls", f"{what} can have several values")
        return values[0]

    def word(self, index):
        """An argument that fills a register: a `long` or a pointer."""
        return self.machine.get(self.state, self.machine.platform.arguments[index])

    def number(self, index):
        """The value of an argument that fills a register."""
        return self.only(self.word(index), f"argument {index} of {self.name}")

    def int(self, index):
        """The value of an argument that is an `int`: the kernel ignores the upper half of the register."""
        value = self.only(self.word(index)[31:0], f"argument {index} of {self.name}")
        return value - 2**32 if value >= 2**31 else value

    def integers(self, index, count, size):
        """The integers of `size` bytes each to which an argument points."""
        return self.integers_at(self.word(index), count, size)

    def integers_at(self, address, count, size):
        data = self.machine.load(self.state, address, count * size)
        what = f"the memory that {self.name} reads"
        order = "little" if self.machine.order == "Iend_LE" else "big"
        value = self.only(data, what).to_bytes(count * size, "big")
        return [int.from_bytes(value[i * size : (i + 1) * size], order) for i in range(count)]

    def claim(self, index, value, wanted):
        """Refuses an argument that is not the wanted one."""
        if value != wanted:
            raise Refused("calls", f"argument {index} of {self.name} is {value}, not {wanted}")

    def nothing(self, *indices):
        """Refuses arguments that are not null."""
        for index in indices:
            self.claim(index, self.number(index), 0)


def action(call, flags):
    """What a call does, as the protocol names it. `flags` is what `fcntl` last returned as the status flags."""
    return CALLS[call.name](call, flags)


def rt_sigprocmask(call, _):
    call.claim(0, call.int(0), SIG_SETMASK)
    call.claim(1, call.integers(1, 1, SIGSET_BYTES), [bits(MASK)])
    call.nothing(2)
    call.claim(3, call.number(3), SIGSET_BYTES)
    return ("mask",)


def capset(call, _):
    call.claim(0, call.integers(0, 2, 4), [CAPABILITY_VERSION_3, 0])
    call.claim(1, call.integers(1, 6, 4), [0] * 6)
    return ("drop capabilities",)


def prctl(call, _):
    call.claim(0, call.int(0), PR_SET_NO_NEW_PRIVS)
    call.claim(1, call.number(1), 1)
    call.nothing(2, 3, 4)
    return ("no new privileges",)


def getpid(call, _):
    return ("getpid",)


def rt_sigaction(call, _):
    word = call.machine.bits // 8
    call.claim(0, call.int(0), SIGCHLD)
    fields = 3 if call.machine.platform.has_restorer else 2
    mask = call.word(1) + fields * word
    call.claim(1, call.integers(1, fields, word), [0, SA_NOCLDWAIT | SA_NOCLDSTOP, 0][:fields])
    call.claim(1, call.integers_at(mask, 1, SIGSET_BYTES), [0])
    call.nothing(2)
    call.claim(3, call.number(3), SIGSET_BYTES)
    return ("action",)


def wait4(call, _):
    call.claim(0, call.int(0), -1)
    call.nothing(1, 3)
    call.claim(2, call.int(2), WNOHANG | WALL)
    return ("reap",)


def rt_sigtimedwait(call, _, name="wait", time_bytes=None):
    (awaited,) = call.integers(0, 1, SIGSET_BYTES)
    rest = call.number(2) != 0 if not call.word(2).symbolic else True
    wanted = (SIGINT, SIGTERM) if rest else (SIGINT, SIGTERM, SIGCHLD)
    call.claim(0, awaited, bits(wanted))
    if rest:
        call.claim(2, call.integers(2, 2, time_bytes or call.machine.bits // 8), [0, REST_NANOSECONDS])
    call.claim(3, call.number(3), SIGSET_BYTES)
    call.machine.memory.writable(call.word(1), SIGINFO_BYTES, "the kernel")
    below = call.machine.memory.stack_pointer(call.machine.get(call.state, call.machine.sp))
    details = call.machine.layout.place(call.word(1))[1]
    if details < below:
        raise Refused("memory", "the kernel writes details of a signal below the stack pointer")
    return (name, rest, details)


def rt_sigtimedwait_time64(call, _):
    return rt_sigtimedwait(call, _, name="wait64", time_bytes=8)


def fcntl(call, flags):
    call.claim(0, call.int(0), 2)
    command = call.int(1)
    if command == F_GETFL:
        return ("get flags",)
    call.claim(1, command, F_SETFL)
    value = call.word(2)
    for name, wanted in (("with O_NONBLOCK", flags | O_NONBLOCK), ("as before", flags)):
        wanted = claripy.ZeroExt(value.length - wanted.length, wanted)
        if not call.state.solver.satisfiable(extra_constraints=[value != wanted]):
            return ("set flags", name)
    raise Refused("messages", f"it sets the status flags {value}, which are neither as before nor with O_NONBLOCK")


def write(call, _):
    descriptor, length = call.int(0), call.number(2)
    if not 0 < length <= 64:
        raise Refused("calls", f"it writes {length} bytes")
    data = call.machine.load(call.state, call.word(1), length)
    return ("write", descriptor, call.only(data, "the text that it writes").to_bytes(length, "big"))


def exit_group(call, _):
    return ("exit", call.int(0) & 0xFF)


CALLS = {
    function.__name__: function
    for function in (
        rt_sigprocmask, capset, prctl, getpid, rt_sigaction, wait4, rt_sigtimedwait, rt_sigtimedwait_time64, fcntl,
        write, exit_group,
    )
}  # fmt: skip
