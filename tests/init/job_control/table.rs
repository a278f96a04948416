//! The test cases of job control: where `init` runs, how its program is stopped, and the outcome.

use super::case::Outcome::{BothStopped, Running, Stopped};
use super::case::*;
use testkit::job::Step::{CtrlZ, Fg};
use testkit::job::step::{
    CATCHES, CATCHES_THEN_SIGSTOP, CATCHES_THEN_SIGTSTP, DEFAULT, IGNORES, RAISES_SIGSTOP, RAISES_SIGTSTP,
};

/// No shell above can continue `init`: it is process 1, or its process group is orphaned.
pub const NO_SHELL_ABOVE: &[Case] = &[
    // Ctrl-Z.
    same(ALONE, OWN, &[CtrlZ], Running, "the kernel stops no orphaned group by a key: no process could continue it"),
    same(ALONE, SHARED, &[CtrlZ], Running, "the shared group is orphaned: the kernel drops the signal"),
    same(SESSION_LEADER, SUBREAPER, &[CtrlZ], Running, "a regression: no key could end the program"),
    same(ALONE, BOTH, &[CATCHES, CtrlZ], Running, "the program catches the signal once, and does not stop"),
    same(ALONE, BOTH, &[IGNORES, CtrlZ], Running, "the program ignores the signal"),
    same(ALONE, BOTH, &[CATCHES_THEN_SIGTSTP, CtrlZ], Running, "an editor continues, as it does without init"),
    same(ALONE, BOTH, &[CATCHES_THEN_SIGSTOP, CtrlZ], Stopped, "SIGSTOP is intended: no key sends it"),
    // SIGTSTP to init.
    only(ALONE, OWN, &[TSTP_TO_INIT], Stopped, "the sender wants a stop, and init itself cannot stop"),
    only(ALONE, SHARED, &[TSTP_TO_INIT], Running, "the group is orphaned: the kernel drops the signal"),
    only(ALONE, BOTH, &[CATCHES, TSTP_TO_INIT], Running, "the signal is forwarded once, and the program does not stop"),
    only(ALONE, BOTH, &[IGNORES, TSTP_TO_INIT], Running, "the program ignores the forwarded signal"),
    only(ALONE, BOTH, &[CATCHES_THEN_SIGTSTP, TSTP_TO_INIT], Running, "an editor continues, as after a key"),
    only(ALONE, BOTH, &[CATCHES_THEN_SIGSTOP, TSTP_TO_INIT], Stopped, "SIGSTOP is intended: no key sends it"),
    only(ALONE, REWRITES, &[USR1_TO_INIT], Stopped, "the sender wants a stop"),
    // A signal to the program.
    same(ALONE, BOTH, &[TSTP_TO_PROGRAM], Running, "the kernel stops no orphaned group by SIGTSTP"),
    same(ALONE, BOTH, &[STOP_TO_PROGRAM], Stopped, "SIGSTOP is intended: no key sends it"),
    same(ALONE, BOTH, &[RAISES_SIGTSTP], Running, "the kernel stops no orphaned group by SIGTSTP"),
    same(ALONE, BOTH, &[RAISES_SIGSTOP], Stopped, "SIGSTOP is intended: no key sends it"),
    differs(ALONE, OWN, &[TTIN_TO_PROGRAM], (Stopped, Running), "SIGTTIN is intended: no key sends it"),
    same(ALONE, SHARED, &[TTIN_TO_PROGRAM], Running, "the kernel stops no orphaned group by SIGTTIN"),
    // Several events.
    only(ALONE, OWN, &[CATCHES, TSTP_TO_INIT, DEFAULT, CtrlZ], Running, "the forwarded signal has stopped no process"),
    only(ALONE, OWN, &[IGNORES, TSTP_TO_INIT, DEFAULT, CtrlZ], Running, "the forwarded signal has stopped no process"),
    only(ALONE, OWN, &[CtrlZ, TSTP_TO_INIT], Stopped, "an earlier key has no effect"),
    only(ALONE, OWN, &[CATCHES, CtrlZ, DEFAULT, TSTP_TO_INIT], Stopped, "an earlier key has no effect"),
    only(ALONE, OWN, &[TSTP_TO_INIT, CONT_TO_INIT, CtrlZ], Running, "SIGCONT has ended the stop"),
    only(ALONE, OWN, &[TSTP_TO_INIT, CONT_TO_PROGRAM, CtrlZ], Running, "SIGCONT has ended the stop"),
    only(ALONE, OWN, &[TSTP_TO_INIT, TSTP_TO_INIT, CONT_TO_INIT, CtrlZ], Running, "SIGCONT discards the second one"),
    only(ALONE, OWN, &[TSTP_TO_INIT, TSTP_TO_INIT, CONT_TO_PROGRAM, CtrlZ], Running, "SIGCONT discards the second one"),
    only(ALONE, OWN, &[STOP_TO_PROGRAM, TSTP_TO_INIT, CONT_TO_PROGRAM, CtrlZ], Running, "SIGCONT discards SIGTSTP"),
    only(ALONE, OWN, &[TSTP_TO_INIT, CtrlZ], Stopped, "a key does not continue a stopped program"),
    only(ALONE, OWN, &[TSTP_TO_INIT, CONT_TO_PROGRAM, STOP_TO_PROGRAM, CONT_TO_INIT, CtrlZ], Running, "no stop left"),
];

/// An interactive shell started `init`. It sees every stop of the program.
pub const SHELL_ABOVE: &[Case] = &[
    // Ctrl-Z.
    same(FOREGROUND, BOTH, &[CtrlZ], BothStopped, "the shell sees the job stop, and continues it"),
    same(FOREGROUND, BOTH, &[CATCHES, CtrlZ], Running, "the program catches the signal once, and does not stop"),
    same(FOREGROUND, BOTH, &[IGNORES, CtrlZ], Running, "the program ignores the signal"),
    same(FOREGROUND, BOTH, &[CATCHES_THEN_SIGTSTP, CtrlZ], BothStopped, "an editor stops, as it does without init"),
    same(FOREGROUND, BOTH, &[CATCHES_THEN_SIGSTOP, CtrlZ], BothStopped, "the shell sees the job stop by SIGSTOP"),
    same(BACKGROUND, BOTH, &[CtrlZ], Running, "a key reaches the foreground only"),
    // SIGTSTP to init.
    only(UNDER_A_SHELL, BOTH, &[TSTP_TO_INIT], BothStopped, "init stops with the program"),
    only(UNDER_A_SHELL, BOTH, &[CATCHES, TSTP_TO_INIT], Running, "the signal is forwarded once, and no process stops"),
    only(UNDER_A_SHELL, BOTH, &[IGNORES, TSTP_TO_INIT], Running, "the program ignores the forwarded signal"),
    only(UNDER_A_SHELL, BOTH, &[CATCHES_THEN_SIGTSTP, TSTP_TO_INIT], BothStopped, "it stops after its handler"),
    only(UNDER_A_SHELL, BOTH, &[CATCHES_THEN_SIGSTOP, TSTP_TO_INIT], BothStopped, "it stops after its handler"),
    // A signal to the program, or Ctrl-Z under a script.
    same(UNDER_A_SHELL, BOTH, &[TSTP_TO_PROGRAM], BothStopped, "the shell sees every stop"),
    same(UNDER_A_SHELL, BOTH, &[STOP_TO_PROGRAM], BothStopped, "the shell sees every stop"),
    same(UNDER_A_SHELL, BOTH, &[RAISES_SIGTSTP], BothStopped, "the shell sees every stop"),
    same(UNDER_A_SHELL, BOTH, &[RAISES_SIGSTOP], BothStopped, "the shell sees every stop"),
    same(FOREGROUND, BOTH, &[TTIN_TO_PROGRAM], BothStopped, "the shell sees every stop"),
    same(SCRIPT_IN_SHELL, BOTH, &[CtrlZ], BothStopped, "the script, part of the job, stops too"),
    same(SCRIPT_IN_SHELL, BOTH, &[CATCHES_THEN_SIGTSTP, CtrlZ], BothStopped, "the script, part of the job, stops too"),
    // Several events.
    only(FOREGROUND, OWN, &[CATCHES, TSTP_TO_INIT, DEFAULT, CtrlZ], BothStopped, "the key stops the job again"),
    only(FOREGROUND, OWN, &[IGNORES, TSTP_TO_INIT, DEFAULT, CtrlZ], BothStopped, "the key stops the job again"),
    only(FOREGROUND, BOTH, &[TSTP_TO_INIT, Fg, CtrlZ], BothStopped, "the key stops the job again"),
    only(FOREGROUND, BOTH, &[CtrlZ, Fg, TSTP_TO_INIT], BothStopped, "the signal stops the job again"),
    only(FOREGROUND, BOTH, &[STOP_TO_PROGRAM, Fg, CtrlZ, Fg, RAISES_SIGTSTP], BothStopped, "the shell sees every stop"),
    only(FOREGROUND, BOTH, &[DEFAULT, CtrlZ, Fg, CATCHES, TSTP_TO_INIT], Running, "init stops with its program alone"),
];

/// There is no terminal.
pub const NO_TERMINAL: &[Case] = &[
    // SIGTSTP to init.
    only(ORPHANED, OWN, &[TSTP_TO_INIT], Stopped, "the sender wants a stop, and init itself cannot stop"),
    only(ORPHANED, SHARED, &[TSTP_TO_INIT], Running, "the group is orphaned: the kernel drops the signal"),
    only(CHILD, BOTH, &[TSTP_TO_INIT], BothStopped, "the sender sees init stop, and continues it"),
    only(NO_TTY, BOTH, &[CATCHES, TSTP_TO_INIT], Running, "the signal is forwarded once, and no process stops"),
    only(NO_TTY, BOTH, &[IGNORES, TSTP_TO_INIT], Running, "the program ignores the forwarded signal"),
    only(NO_TTY, OWN, &[CATCHES_THEN_SIGTSTP, TSTP_TO_INIT], Stopped, "the program stops itself"),
    only(ORPHANED, SHARED, &[CATCHES_THEN_SIGTSTP, TSTP_TO_INIT], Running, "the kernel stops no orphaned group"),
    only(CHILD, SHARED, &[CATCHES_THEN_SIGTSTP, TSTP_TO_INIT], Stopped, "the program stops itself"),
    only(NO_TTY, BOTH, &[CATCHES_THEN_SIGSTOP, TSTP_TO_INIT], Stopped, "the program stops itself"),
    // A signal to the program.
    differs(ORPHANED, OWN, &[TSTP_TO_PROGRAM], (Stopped, Running), "under init, its group is not orphaned"),
    same(ORPHANED, SHARED, &[TSTP_TO_PROGRAM], Running, "the kernel stops no orphaned group by SIGTSTP"),
    same(CHILD, BOTH, &[TSTP_TO_PROGRAM], Stopped, "the sender continues it"),
    same(NO_TTY, BOTH, &[STOP_TO_PROGRAM], Stopped, "the sender continues it"),
    differs(ORPHANED, OWN, &[RAISES_SIGTSTP], (Stopped, Running), "under init, its group is not orphaned"),
    same(ORPHANED, SHARED, &[RAISES_SIGTSTP], Running, "the kernel stops no orphaned group by SIGTSTP"),
    same(CHILD, BOTH, &[RAISES_SIGTSTP], Stopped, "SIGCONT continues it"),
    same(NO_TTY, BOTH, &[RAISES_SIGSTOP], Stopped, "SIGCONT continues it"),
    // Several events.
    only(ORPHANED, OWN, &[IGNORES, TSTP_TO_INIT, DEFAULT, TSTP_TO_PROGRAM], Stopped, "SIGCONT continues it"),
    only(CHILD, BOTH, &[IGNORES, TSTP_TO_INIT, DEFAULT, TSTP_TO_PROGRAM], Stopped, "init saw only the first one"),
    only(CHILD, BOTH, &[TSTP_TO_INIT, CONT_TO_INIT, TSTP_TO_PROGRAM], Stopped, "SIGCONT has ended the stop"),
];
