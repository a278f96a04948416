//! Faults that `pause` does not have: a promise must break with each of them.

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spoil {
    /// It does not reap before it first waits.
    NoReapAtStart,
    /// It reaps one child at a time, and waits then.
    ReapsOne,
    /// It gives up its privileges before it blocks the signals.
    MaskSecond,
    /// It does not block SIGINT.
    MaskWithoutSigint,
    /// It does not block SIGCHLD.
    MaskWithoutSigchld,
    /// It sets the action of SIGCHLD after it has reaped, and not before.
    FlagAfterReap,
    /// It does not ask the kernel to reap.
    NoFlag,
    /// It waits for SIGCHLD in the rest alone.
    SigchldInRestAlone,
    /// It does not wait for SIGTERM in a rest.
    RestWithoutSigterm,
    /// It takes a signal that ends a rest for the end of the rest.
    ForgetsSignalInRest,
    /// It rests after SIGCHLD, and does not reap before that.
    SigchldWithoutReap,
    /// Its rest has no limit.
    RestWithoutLimit,
    /// After a rest it rests again.
    RestsForEver,
    /// It never rests.
    NoRest,
    /// It takes the end of a rest for a refusal.
    EndOfRestIsRefusal,
    /// It takes an interruption for a refusal.
    InterruptionIsRefusal,
    /// It waits again after a refusal.
    IgnoresRefusal,
    /// It goes on if it cannot block the signals.
    IgnoresRefusedMask,
    /// Its guard trusts the sender's ID alone.
    GuardTrustsId,
    /// Its guard trusts the code alone.
    GuardTrustsCode,
    /// It ends by SIGCHLD too.
    EndsBySigchld,
    /// It exits with 1 after SIGTERM.
    WrongStatus,
}

impl Spoil {
    /// All of them, each with a promise that it breaks.
    pub const ALL: [(Self, &str); 22] = {
        use Spoil::*;
        [
            (NoReapAtStart, "no zombie stays"),
            (ReapsOne, "no zombie stays"),
            (MaskSecond, "its supervisor never has to kill it"),
            (MaskWithoutSigint, "no request to end is lost"),
            (MaskWithoutSigchld, "no zombie stays"),
            (FlagAfterReap, "no zombie stays"),
            (NoFlag, "where the kernel reaps, an orphan is no zombie while it waits"),
            (SigchldInRestAlone, "no zombie stays"),
            (RestWithoutSigterm, "a request to end wakes it from every sleep"),
            (ForgetsSignalInRest, "no request to end is lost"),
            (SigchldWithoutReap, "SIGCHLD announces each zombie"),
            (RestWithoutLimit, "no zombie stays"),
            (RestsForEver, "it never spins"),
            (NoRest, "it rests between two SIGCHLD"),
            (EndOfRestIsRefusal, "each status has its cause"),
            (InterruptionIsRefusal, "each status has its cause"),
            (IgnoresRefusal, "it never spins"),
            (IgnoresRefusedMask, "a refusal ends it"),
            (GuardTrustsId, "with the guard, no signal from inside ends it"),
            (GuardTrustsCode, "with the guard, no signal from inside ends it"),
            (EndsBySigchld, "each status has its cause"),
            (WrongStatus, "each status has its cause"),
        ]
    };
}
