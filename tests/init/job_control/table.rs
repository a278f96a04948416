//! The table of job control: where `init` is, how its program is stopped, and what comes of it.

use super::row::*;
use Is::{BothStopped, GoesOn, Stopped};
use testkit::job::Step::{CtrlZ, Fg};
use testkit::job::step::{
    CATCHES, CATCHES_THEN_SIGSTOP, CATCHES_THEN_SIGTSTP, DEFAULT, IGNORES, RAISES_SIGSTOP, RAISES_SIGTSTP,
};

/// Nobody above can continue `init`: it is process 1, or its process group is orphaned.
pub const NOBODY_ABOVE: &[Row] = &[
    as_without(ALONE, OWN, &[CtrlZ], GoesOn, "nobody could continue it; the kernel stops no orphaned group by a key"),
    as_without(
        ALONE,
        SHARED,
        &[CtrlZ],
        GoesOn,
        "its group is that of init, which is orphaned: the kernel drops the signal",
    ),
    as_without(
        SESSION_LEADER,
        SUBREAPER,
        &[CtrlZ],
        GoesOn,
        "once the program was left stopped, and no key could end it",
    ),
    as_without(ALONE, BOTH, &[CATCHES, CtrlZ], GoesOn, "the program catches the signal once, and does not stop"),
    as_without(ALONE, BOTH, &[IGNORES, CtrlZ], GoesOn, "the program ignores the signal"),
    as_without(ALONE, BOTH, &[CATCHES_THEN_SIGTSTP, CtrlZ], GoesOn, "an editor goes on, as it does without init"),
    as_without(ALONE, BOTH, &[CATCHES_THEN_SIGSTOP, CtrlZ], Stopped, "only its sender can have meant SIGSTOP"),
    //
    only(ALONE, OWN, &[TSTP_TO_INIT], Stopped, "the sender wants it stopped, and init cannot be stopped with it"),
    only(ALONE, SHARED, &[TSTP_TO_INIT], GoesOn, "the kernel drops what is forwarded to a member of an orphaned group"),
    only(ALONE, BOTH, &[CATCHES, TSTP_TO_INIT], GoesOn, "the signal is forwarded once, and the program does not stop"),
    only(ALONE, BOTH, &[IGNORES, TSTP_TO_INIT], GoesOn, "the program ignores what is forwarded"),
    only(ALONE, BOTH, &[CATCHES_THEN_SIGTSTP, TSTP_TO_INIT], GoesOn, "the stop is the program's own, as by a key"),
    only(ALONE, BOTH, &[CATCHES_THEN_SIGSTOP, TSTP_TO_INIT], Stopped, "only its sender can have meant SIGSTOP"),
    //
    as_without(ALONE, BOTH, &[TSTP_TO_PROGRAM], GoesOn, "the kernel stops no orphaned group by SIGTSTP"),
    as_without(ALONE, BOTH, &[STOP_TO_PROGRAM], Stopped, "only its sender can have meant SIGSTOP"),
    as_without(ALONE, BOTH, &[RAISES_SIGTSTP], GoesOn, "the kernel stops no orphaned group by SIGTSTP"),
    as_without(ALONE, BOTH, &[RAISES_SIGSTOP], Stopped, "only its sender can have meant SIGSTOP"),
    unlike(ALONE, OWN, &[TTIN_TO_PROGRAM], (Stopped, GoesOn), "it has the terminal, so somebody has sent this"),
    as_without(ALONE, SHARED, &[TTIN_TO_PROGRAM], GoesOn, "the kernel stops no orphaned group by SIGTTIN"),
    //
    only(ALONE, OWN, &[CATCHES, TSTP_TO_INIT, DEFAULT, CtrlZ], GoesOn, "no stop came of what was forwarded"),
    only(ALONE, OWN, &[IGNORES, TSTP_TO_INIT, DEFAULT, CtrlZ], GoesOn, "no stop came of what was forwarded"),
    only(ALONE, OWN, &[CtrlZ, TSTP_TO_INIT], Stopped, "the key before it does not matter"),
    only(ALONE, OWN, &[CATCHES, CtrlZ, DEFAULT, TSTP_TO_INIT], Stopped, "the key before it does not matter"),
    only(ALONE, OWN, &[TSTP_TO_INIT, CONT_TO_INIT, CtrlZ], GoesOn, "the stop that was wanted is over"),
    only(ALONE, OWN, &[TSTP_TO_INIT, CONT_TO_PROGRAM, CtrlZ], GoesOn, "the stop that was wanted is over"),
    only(ALONE, OWN, &[TSTP_TO_INIT, TSTP_TO_INIT, CONT_TO_INIT, CtrlZ], GoesOn, "SIGCONT discards the second one"),
    only(ALONE, OWN, &[TSTP_TO_INIT, TSTP_TO_INIT, CONT_TO_PROGRAM, CtrlZ], GoesOn, "SIGCONT discards the second one"),
    only(ALONE, OWN, &[STOP_TO_PROGRAM, TSTP_TO_INIT, CONT_TO_PROGRAM, CtrlZ], GoesOn, "SIGCONT discards what waits"),
    only(ALONE, OWN, &[TSTP_TO_INIT, CtrlZ], Stopped, "a key does not continue what is stopped"),
    only(ALONE, OWN, &[TSTP_TO_INIT, CONT_TO_PROGRAM, STOP_TO_PROGRAM, CONT_TO_INIT, CtrlZ], GoesOn, "no stop is left"),
];

/// An interactive shell started `init`: what the program does, the shell sees.
pub const SHELL_ABOVE: &[Row] = &[
    as_without(FOREGROUND, BOTH, &[CtrlZ], BothStopped, "the shell sees the job stop, and continues it"),
    as_without(FOREGROUND, BOTH, &[CATCHES, CtrlZ], GoesOn, "the program catches the signal once, and does not stop"),
    as_without(FOREGROUND, BOTH, &[IGNORES, CtrlZ], GoesOn, "the program ignores the signal"),
    as_without(
        FOREGROUND,
        BOTH,
        &[CATCHES_THEN_SIGTSTP, CtrlZ],
        BothStopped,
        "an editor stops, as it does without init",
    ),
    as_without(FOREGROUND, BOTH, &[CATCHES_THEN_SIGSTOP, CtrlZ], BothStopped, "a stop by SIGSTOP is seen as well"),
    as_without(BACKGROUND, BOTH, &[CtrlZ], GoesOn, "the key is not for a job in the background"),
    //
    only(UNDER_A_SHELL, BOTH, &[TSTP_TO_INIT], BothStopped, "init stops along with the program that it stopped"),
    only(UNDER_A_SHELL, BOTH, &[CATCHES, TSTP_TO_INIT], GoesOn, "the signal is forwarded once, and nobody stops"),
    only(UNDER_A_SHELL, BOTH, &[IGNORES, TSTP_TO_INIT], GoesOn, "the program ignores what is forwarded"),
    only(UNDER_A_SHELL, BOTH, &[CATCHES_THEN_SIGTSTP, TSTP_TO_INIT], BothStopped, "the program stops, if later"),
    only(UNDER_A_SHELL, BOTH, &[CATCHES_THEN_SIGSTOP, TSTP_TO_INIT], BothStopped, "the program stops, if later"),
    //
    as_without(UNDER_A_SHELL, BOTH, &[TSTP_TO_PROGRAM], BothStopped, "the shell sees the job stop, whoever stopped it"),
    as_without(UNDER_A_SHELL, BOTH, &[STOP_TO_PROGRAM], BothStopped, "the shell sees the job stop, whoever stopped it"),
    as_without(UNDER_A_SHELL, BOTH, &[RAISES_SIGTSTP], BothStopped, "the shell sees the job stop, whoever stopped it"),
    as_without(UNDER_A_SHELL, BOTH, &[RAISES_SIGSTOP], BothStopped, "the shell sees the job stop, whoever stopped it"),
    as_without(FOREGROUND, BOTH, &[TTIN_TO_PROGRAM], BothStopped, "the shell sees the job stop, whoever stopped it"),
    as_without(SCRIPT_UNDER_A_SHELL, BOTH, &[CtrlZ], BothStopped, "the script is a part of the job, and stops as well"),
    as_without(SCRIPT_UNDER_A_SHELL, BOTH, &[CATCHES_THEN_SIGTSTP, CtrlZ], BothStopped, "the script stops as well"),
    //
    only(FOREGROUND, OWN, &[CATCHES, TSTP_TO_INIT, DEFAULT, CtrlZ], BothStopped, "the key stops it as ever"),
    only(FOREGROUND, OWN, &[IGNORES, TSTP_TO_INIT, DEFAULT, CtrlZ], BothStopped, "the key stops it as ever"),
    only(FOREGROUND, BOTH, &[TSTP_TO_INIT, Fg, CtrlZ], BothStopped, "the key stops it as ever"),
    only(FOREGROUND, BOTH, &[CtrlZ, Fg, TSTP_TO_INIT], BothStopped, "the signal stops it as ever"),
    only(FOREGROUND, BOTH, &[STOP_TO_PROGRAM, Fg, CtrlZ, Fg, RAISES_SIGTSTP], BothStopped, "every stop is seen"),
];

/// There is no terminal.
pub const NO_TERMINAL_AT_ALL: &[Row] = &[
    only(ORPHANED, OWN, &[TSTP_TO_INIT], Stopped, "the sender wants it stopped, and init cannot be stopped with it"),
    only(
        ORPHANED,
        SHARED,
        &[TSTP_TO_INIT],
        GoesOn,
        "the kernel drops what is forwarded to a member of an orphaned group",
    ),
    only(CHILD, BOTH, &[TSTP_TO_INIT], BothStopped, "the sender wants to see init stop, and continues it"),
    only(NO_TERMINAL, BOTH, &[CATCHES, TSTP_TO_INIT], GoesOn, "the signal is forwarded once, and nobody stops"),
    only(NO_TERMINAL, BOTH, &[IGNORES, TSTP_TO_INIT], GoesOn, "the program ignores what is forwarded"),
    only(NO_TERMINAL, OWN, &[CATCHES_THEN_SIGTSTP, TSTP_TO_INIT], Stopped, "the stop is the program's own"),
    only(
        ORPHANED,
        SHARED,
        &[CATCHES_THEN_SIGTSTP, TSTP_TO_INIT],
        GoesOn,
        "the kernel stops no orphaned group by SIGTSTP",
    ),
    only(CHILD, SHARED, &[CATCHES_THEN_SIGTSTP, TSTP_TO_INIT], Stopped, "the stop is the program's own"),
    only(NO_TERMINAL, BOTH, &[CATCHES_THEN_SIGSTOP, TSTP_TO_INIT], Stopped, "the stop is the program's own"),
    //
    unlike(ORPHANED, OWN, &[TSTP_TO_PROGRAM], (Stopped, GoesOn), "its group is not orphaned; its sender continues it"),
    as_without(ORPHANED, SHARED, &[TSTP_TO_PROGRAM], GoesOn, "the kernel stops no orphaned group by SIGTSTP"),
    as_without(CHILD, BOTH, &[TSTP_TO_PROGRAM], Stopped, "whoever stopped it continues it"),
    as_without(NO_TERMINAL, BOTH, &[STOP_TO_PROGRAM], Stopped, "whoever stopped it continues it"),
    unlike(ORPHANED, OWN, &[RAISES_SIGTSTP], (Stopped, GoesOn), "its group is not orphaned: the kernel stops it"),
    as_without(ORPHANED, SHARED, &[RAISES_SIGTSTP], GoesOn, "the kernel stops no orphaned group by SIGTSTP"),
    as_without(CHILD, BOTH, &[RAISES_SIGTSTP], Stopped, "SIGCONT continues it"),
    as_without(NO_TERMINAL, BOTH, &[RAISES_SIGSTOP], Stopped, "SIGCONT continues it"),
    //
    only(ORPHANED, OWN, &[IGNORES, TSTP_TO_INIT, DEFAULT, TSTP_TO_PROGRAM], Stopped, "SIGCONT continues it"),
    only(CHILD, BOTH, &[IGNORES, TSTP_TO_INIT, DEFAULT, TSTP_TO_PROGRAM], Stopped, "init was not to stop for this one"),
    only(CHILD, BOTH, &[TSTP_TO_INIT, CONT_TO_INIT, TSTP_TO_PROGRAM], Stopped, "the stop that was wanted is over"),
];
