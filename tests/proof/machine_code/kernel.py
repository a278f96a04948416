"""The kernel's contract: what each system call may return, and what it writes."""

from dataclasses import dataclass

SIGINT, SIGPIPE, SIGTERM, SIGCHLD = 2, 13, 15, 17
EINTR, EAGAIN = 4, 11
O_NONBLOCK = 0o4000
SI_USER, SI_KERNEL = 0, 0x80
GREATEST_ERROR = 4095  # MAX_ERRNO in include/linux/err.h
GREATEST_INT = 2**31 - 1
SIGINFO_BYTES = 128  # SI_MAX_SIZE in include/uapi/asm-generic/siginfo.h


@dataclass(frozen=True)
class Outcome:
    """A class of results of a call. The results are those from `low` to `high`, except `without`."""

    name: str
    low: int
    high: int
    without: tuple = ()
    signal: tuple = None  # (number, whether it is from outside): the signal that was taken
    flags: bool = None  # whether the status flags that the call returned have O_NONBLOCK

    @property
    def is_error(self):
        return self.high < 0


def exactly(name, value, **details):
    return Outcome(name, value, value, **details)


ERROR = Outcome("an error", -GREATEST_ERROR, -1)
DONE = (exactly("done", 0), ERROR)
DONE_OR_NOT = (Outcome("done, or an error", -GREATEST_ERROR, 0),)  # it makes no difference to the protocol


def signals_of(rest):
    """The outcomes of a wait in which a signal is taken. A rest waits for SIGINT and SIGTERM alone."""
    for number, name in ((SIGINT, "SIGINT"), (SIGTERM, "SIGTERM")):
        for outside in (True, False):
            origin = "outside" if outside else "inside"
            yield exactly(f"{name} from {origin}", number, signal=(number, outside))
    if not rest:
        yield exactly("SIGCHLD", SIGCHLD, signal=(SIGCHLD, None))


def outcomes(action):
    """All outcomes of an action, which `actions.py` describes. `exit` has none: it does not return."""
    match action:
        case ("mask",) | ("action",) | ("set flags", _):
            return DONE
        case ("drop capabilities",) | ("no new privileges",):
            return DONE_OR_NOT
        case ("getpid",):
            return (exactly("is 1", 1), Outcome("is another", 2, GREATEST_INT), ERROR)
        case ("reap",):
            return (Outcome("a child", 1, GREATEST_INT), exactly("nothing is left", 0), ERROR)
        case ("wait" | "wait64", rest, _):
            errors = (
                exactly("EINTR", -EINTR),
                exactly("EAGAIN", -EAGAIN),
                Outcome("another error", -GREATEST_ERROR, -1, without=(-EINTR, -EAGAIN)),
            )
            return (*signals_of(rest), *errors)
        case ("get flags",):
            names = (("flags with O_NONBLOCK", True), ("flags without O_NONBLOCK", False))
            return (*(Outcome(name, 0, GREATEST_INT, flags=has) for name, has in names), ERROR)
        case ("write", _, text):
            return (exactly("all", len(text)), Outcome("a part", 0, len(text) - 1), ERROR)
        case ("exit", _):
            return ()
    raise AssertionError(action)
