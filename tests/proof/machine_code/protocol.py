"""The protocol: what `pause` may do next, given what it has done. Everything else is refused."""

from itertools import product
from typing import NamedTuple, Optional

from kernel import SIGCHLD, SIGINT, SIGTERM
from refusal import Refused

# Why it leaves: the message on standard error, if there is one, and the status.
CAUSES = {
    "blocking signals is refused": ("Error: rt_sigprocmask refused\n", 1),
    "the version cannot be written": ("Error: cannot write\n", 1),
    "the version is written": (None, 0),
    "the action is refused": ("Error: rt_sigaction refused\n", 3),
    "the wait is refused": ("Error: rt_sigtimedwait refused\n", 42),
    "SIGINT": ("Shutting down, got signal: Interrupt\n", 0),
    "SIGTERM": ("Shutting down, got signal: Terminated\n", 0),
}
# With --guard: how many signals from inside are reported at most, and how their number changes.
MOST_REPORTS = 100
REPORTS = ("begin with none", "one more", "all are made")
NOT_FIRST = "Warning: pause should be the first process\n"
IGNORED = "Ignored a signal from the pod\n"

SIGNALS = {SIGINT: "SIGINT", SIGTERM: "SIGTERM"}
SHUTDOWN_MESSAGES = [("write", 2, CAUSES[signal][0].encode()) for signal in SIGNALS.values()]

# All arguments that make a difference: their number, and what each asks for after the first, the program's own name.
MOST_ARGUMENTS = 3
ASKED = ("version", "guard", "nothing")
ARGUMENTS = [(0, ()), *((argc, asked) for argc in range(1, MOST_ARGUMENTS + 1) for asked in product(ASKED, repeat=argc - 1))]


class Ghost(NamedTuple):
    """What has happened so far. The program does not have this; the proof keeps it beside the program."""

    # The number of arguments, and what each asks for. None as long as they do not matter.
    arguments: Optional[tuple] = None
    masked: bool = False
    dropped: bool = False  # it has asked the kernel to take its capabilities
    locked: bool = False  # it has asked the kernel for no_new_privs
    identified: bool = False  # it has asked for its process ID
    guarded: bool = False  # --guard, and it is process 1
    prepared: bool = False  # the action of SIGCHLD is set
    reaped: bool = False  # wait4 has said that nothing is left, since the last wait
    rest: bool = False  # the next wait is a rest: the last one took SIGCHLD
    again: bool = False  # the last wait was refused, and is to be made with 64-bit times
    ignored: bool = False  # the last wait took a signal from inside, with --guard
    reports: Optional[str] = None  # what changes about the number of reports right now: see REPORTS
    cause: Optional[str] = None  # why it leaves
    message: Optional[str] = None  # the message on standard error that it writes now
    step: Optional[str] = None  # how far it is with that
    nonblocking: bool = False  # whether the stream was O_NONBLOCK before that


def expected(ghost, version):
    """The actions that may come next. `version` is what `-v` prints."""
    actions = set()
    if ghost.message is not None:
        actions.add({
            "due": ("get flags",),
            "flags are known": ("set flags", "with O_NONBLOCK"),
            "it cannot wait": ("write", 2, ghost.message.encode()),
            "written": ("set flags", "as before"),
        }[ghost.step])  # fmt: skip
        return actions
    if ghost.cause is not None:
        actions.add(("exit", CAUSES[ghost.cause][1]))
    elif not ghost.masked:
        actions.add(("mask",))
    elif not ghost.dropped:
        actions.add(("drop capabilities",))
    elif not ghost.locked:
        actions.add(("no new privileges",))
    elif ghost.arguments is not None and "version" in ghost.arguments[1]:
        actions.add(("write", 1, version))
    elif not ghost.identified:
        actions.add(("getpid",))
    elif not ghost.prepared:
        actions.add(("action",))
    elif not ghost.reaped:
        actions.add(("reap",))
    else:
        actions.add(("wait64" if ghost.again else "wait", ghost.rest))
    return actions


def check(ghost, action, version):
    """Refuses an action that may not come next, and names the theorem that it breaks."""
    action = action[:2] if action[0] in ("wait", "wait64") else action  # without the place of the details
    allowed = expected(ghost, version)
    if action in allowed:
        return
    raise Refused(broken(ghost, action), f"it does {describe(action)}, where it may do {' or '.join(map(describe, allowed))}")


def broken(ghost, action):
    """The theorem that an action breaks which may not come next."""
    kind = action[0]
    waits = kind in ("wait", "wait64")
    if ghost.cause is None and not ghost.masked:
        return "mask first"
    if ghost.cause is None and not (ghost.dropped and ghost.locked):
        return "privileges"
    if ghost.ignored and (kind == "exit" or action in SHUTDOWN_MESSAGES):
        return "guard"
    if ghost.ignored and ghost.step in (None, "due"):
        return "reports"
    if ghost.cause == "the wait is refused" and (waits or kind == "reap"):
        return "errors end it"
    if ghost.step == "written":
        return "messages"  # the flags must be restored first
    if ghost.message is not None and kind in ("get flags", "set flags", "write"):
        return "statuses" if kind == "write" and action[2] != ghost.message.encode() else "messages"
    if ghost.cause is not None or kind == "exit":
        return "statuses"
    if ghost.message in (None, IGNORED) and waits:
        return "set up" if not ghost.prepared else "full reap" if not ghost.reaped else "rest"
    return "order"


def describe(action):
    """An action in words."""
    return " ".join(str(part) for part in action)


def after(ghost, action, outcome, platform):
    """What may have happened when this outcome of an action is known."""
    ghost = after_call(ghost, action, outcome, platform)
    if action[0] == "no new privileges":
        # It may look at its arguments from here on. Before, no matter what they are, it has done the same.
        return [ghost._replace(arguments=arguments) for arguments in ARGUMENTS]
    if action[0] == "action" and ghost.guarded:
        return [ghost._replace(reports="begin with none")]
    if action[0] in ("wait", "wait64") and ghost.ignored:
        # The last one is executed first. If it leaves instead, then its message there tells which theorem that breaks.
        one_more = ghost._replace(message=IGNORED, step="due", reports="one more")
        return [ghost._replace(reports="all are made"), one_more]
    return [ghost]


def after_call(ghost, action, outcome, platform):
    """What has happened when this outcome of an action is known."""
    if ghost.message is not None:
        return after_message(ghost, outcome)
    match action[0]:
        case "mask":
            return leave(ghost, "blocking signals is refused") if outcome.is_error else ghost._replace(masked=True)
        case "drop capabilities":
            return ghost._replace(dropped=True)
        case "no new privileges":
            return ghost._replace(locked=True)
        case "write":
            return leave(ghost, f"the version {'is' if outcome.name == 'all' else 'cannot be'} written")
        case "getpid":
            guarded = "guard" in ghost.arguments[1] and outcome.name == "is 1"
            ghost = ghost._replace(identified=True, guarded=guarded, arguments=None)
            if outcome.name == "is 1":
                return ghost
            return ghost._replace(message=NOT_FIRST, step="due")
        case "action":
            return leave(ghost, "the action is refused") if outcome.is_error else ghost._replace(prepared=True)
        case "reap":
            return ghost._replace(reaped=outcome.name != "a child", ignored=False)
        case "wait" | "wait64":
            return after_wait(ghost, action, outcome, platform)
    raise AssertionError(action)


def after_message(ghost, outcome):
    """What has happened when a call of a message has returned. An error of `fcntl` drops the message."""
    if ghost.step == "it cannot wait":
        if ghost.nonblocking:
            return ghost._replace(message=None, step=None, nonblocking=False)
        return ghost._replace(step="written")
    if outcome.is_error or ghost.step == "written":
        return ghost._replace(message=None, step=None, nonblocking=False)
    if ghost.step == "flags are known":
        return ghost._replace(step="it cannot wait")
    return ghost._replace(step="flags are known", nonblocking=outcome.flags)


def after_wait(ghost, action, outcome, platform):
    """What has happened when a wait has returned."""
    was_rest = ghost.rest
    refused = outcome.name == "another error"
    if refused and action[0] == "wait" and platform.time64:
        return ghost._replace(again=True)
    ghost = ghost._replace(reaped=False, rest=False, again=False)
    if outcome.signal is not None:
        number, outside = outcome.signal
        if number == SIGCHLD:
            return ghost._replace(rest=True)
        if ghost.guarded and not outside:
            return ghost._replace(ignored=True)
        return leave(ghost, SIGNALS[number])
    if outcome.name != "EINTR" and not was_rest:
        return leave(ghost, "the wait is refused")
    return ghost


def leave(ghost, cause):
    """It leaves for this cause, after the message if there is one."""
    message = CAUSES[cause][0]
    return ghost._replace(cause=cause, message=message, step=message and "due")
