//! What programs of a language call to wait for their children.

/// Languages by the start of their interpreter's name, each with what to call.
const CALLS: [(&str, &str); 12] = [
    ("bash", SHELL),
    ("busybox", SHELL),
    ("dash", SHELL),
    ("java", STARTED_BEFORE),
    ("ksh", SHELL),
    ("node", STARTED_BEFORE),
    ("perl", "Fix the program: call waitpid for each child, or set $SIG{CHLD} = 'IGNORE'."),
    ("php", "Fix the program: call pcntl_waitpid for each child, or proc_close for each proc_open."),
    ("python", "Fix the program: call wait() or poll() of each Popen, or os.waitpid for each os.fork."),
    ("ruby", "Fix the program: call Process.wait for each child, or Process.detach when it starts."),
    ("sh", SHELL),
    ("zsh", SHELL),
];

const SHELL: &str =
    "Fix the script: call wait for what it starts in the background, before it reads or sleeps for long.";

/// They reap what they have started themselves.
const STARTED_BEFORE: &str = "It reaps what it has started itself. So a script has probably started these in the background, \
    and then become this program by exec: start them elsewhere, or after exec from the program. A library that forks by \
    itself is the other possibility.";

const OTHER: &str = "Fix the program: call waitpid for each child (cmd.Wait in Go, Child::wait in Rust), in a loop after each \
    SIGCHLD, or ignore SIGCHLD if no status is needed. A script that started them and then became this program by exec has to \
    start them elsewhere.";

/// Returns what a program of this name has to call.
pub fn advice(command: &str) -> &'static str {
    CALLS.iter().find(|(name, _)| is_version_of(command, name)).map_or(OTHER, |(_, call)| call)
}

/// Returns whether a command is this one, or a version of it: python, python3, python3.12.
fn is_version_of(command: &str, name: &str) -> bool {
    command.strip_prefix(name).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}
