//! Faults that `init` does not have: a promise must break with each of them.

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spoil {
    /// It takes ESRCH from the pidfd for a refusal. This fault was real.
    AsksOnce,
    /// It waits for another signal if the kernel does not know the status yet. This fault was real.
    LooksOnce,
    /// It takes POLLIN with POLLHUP for no end: the pidfd of a program that is gone. This fault was real.
    IgnoresHangUp,
    /// It forwards each signal twice.
    ForwardsTwice,
    /// It takes a signal that ends a rest for the end of the rest.
    ForgetsSignalInRest,
    /// In a rest it waits for nothing.
    RestWithoutOthers,
    /// Its rest has no limit.
    RestWithoutLimit,
    /// Where the kernel reaps, it does not rest.
    NoRest,
    /// It takes the end of any child for that of the program.
    StatusOfAnyChild,
    /// It blocks the signals after it has started the program.
    MaskAfterFork,
    /// It does not block SIGUSR1.
    MaskWithoutSigusr1,
    /// It does not ask the kernel to reap, where it could.
    NoFlag,
    /// It waits right after it has set the flag, which discards SIGCHLD.
    FlagWithoutLook,
    /// After SIGCHLD it does not look for children.
    SigchldWithoutLook,
    /// After it has reaped a child, it waits without a limit.
    WaitsAfterOne,
    /// It waits for no time.
    NeverSleeps,
    /// It does not set the timer.
    NoTimer,
    /// It does not end the grace period when the timer fires.
    IgnoresTimer,
    /// It leaves at once when the program has ended.
    NoGrace,
    /// It does not wait for processes that are not its children.
    SkipsOutsiders,
    /// It does not ask the others to end.
    NeverAsks,
    /// After another SIGTERM it asks everybody again.
    ForgetsRequest,
    /// With -g it asks the group again when the program has ended.
    ForgetsForwarded,
    /// With -g it signals the program alone, and counts its group as asked.
    NoGroup,
}

impl Spoil {
    /// All of them, each with a promise that it breaks.
    pub const ALL: [(Self, &str); 24] = {
        use Spoil::*;
        [
            (AsksOnce, "it leaves with the program's status alone"),
            (LooksOnce, "when the program has ended, it leaves"),
            (IgnoresHangUp, "when the program has ended, it leaves"),
            (ForwardsTwice, "it forwards no signal twice"),
            (ForgetsSignalInRest, "it forwards each signal"),
            (RestWithoutOthers, "a signal wakes it from every sleep"),
            (RestWithoutLimit, "when the program has ended, it leaves"),
            (NoRest, "it rests between two SIGCHLD"),
            (StatusOfAnyChild, "it leaves with the program's status alone"),
            (MaskAfterFork, "it forwards each signal"),
            (MaskWithoutSigusr1, "it forwards each signal"),
            (NoFlag, "where the kernel reaps, an orphan is no zombie while it waits"),
            (FlagWithoutLook, "when the program has ended, it leaves"),
            (SigchldWithoutLook, "when the program has ended, it leaves"),
            (WaitsAfterOne, "no zombie stays"),
            (NeverSleeps, "it never spins"),
            (NoTimer, "its supervisor kills it only while the program runs"),
            (IgnoresTimer, "when the program has ended, it leaves"),
            (NoGrace, "it leaves while others remain only if the time is over"),
            (SkipsOutsiders, "it leaves while others remain only if the time is over"),
            (NeverAsks, "everybody is asked to end when the grace period begins"),
            (ForgetsRequest, "nobody is asked twice"),
            (ForgetsForwarded, "nobody is asked twice"),
            (NoGroup, "everybody is asked to end when the grace period begins"),
        ]
    };
}
