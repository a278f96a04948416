"""The theorems: what the proof shows of every path, a sentence for each."""

THEOREMS = {
    "the file": "The kernel maps one segment of the file, which is readable and executable, and not writable; the stack is not executable.",
    "calls": "It makes no system call but those of the list, and each with the arguments of the list alone.",
    "memory": "It writes nothing outside of its stack, which needs at most 1,024 bytes; it reads nothing but its file, its stack, and its arguments up to their NUL.",
    "text": "No jump leaves the section .text; each instruction there can be executed; after exit_group comes no instruction that continues.",
    "mask first": "It blocks SIGINT, SIGTERM, SIGCHLD and SIGPIPE, and no others, before any other system call.",
    "privileges": "Right after that it asks the kernel to take its capabilities, and to set no_new_privs, before any other system call.",
    "set up": "It waits for no signal before the action of SIGCHLD is set, with SA_NOCLDWAIT and SA_NOCLDSTOP.",
    "full reap": "Between that and the first wait for a signal, and between two such waits, so also after SIGCHLD, wait4 is called until it returns no child.",
    "rest": "After SIGCHLD the next wait is for SIGINT and SIGTERM alone, for 20 ms; every other wait is for all three signals, without a limit.",
    "statuses": "It exits with 0, 1, 3 or 42 alone, each after its own cause, and after it has tried to write the message of that cause.",
    "errors end it": "If a wait without a limit fails, and not with EINTR, then it makes no other wait, and exits with 42.",
    "guard": "With --guard, as process 1, no path leads from a signal from inside to an exit without another signal, and every one from outside leads to the exit with 0.",
    "reports": "With --guard, it writes a message for each of the first 100 signals from inside, and for no other.",
    "messages": "On standard error it writes only whole messages of the list, only after O_NONBLOCK is set; if it was not set before, the next call is the one that restores the flags.",
    "order": "It makes its calls in the order of the protocol, and in no other.",
    "no spin": "Between two system calls it executes no loop without an end; every cycle of system calls has one in it that waited, or that reaped a child.",
}  # fmt: skip
