//! The controls: a program that spins, hangs, exits with a wrong status or writes no message fails a test.

use crate::run::{Observed, run};
use crate::scenario::{End, Place, Program, Scenario, Setting, Starts, Timing, exits, works};
use std::path::Path;
use std::time::Duration;
use testkit::platform::EmulatorLimit;

#[test]
fn a_faulty_program_is_noticed() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    const SPINS: &str = "while :; do :; done";
    const SPINS_ON_SIGTERM: &str = "trap 'while :; do :; done' TERM; while :; do wait; read line < /dev/zero; done";
    // The script of a shell that runs instead of a program under test, the outcome of a correct program, and the end of
    // the shell.
    for (options, normal, end) in [
        (&["-c", SPINS], works(&[]), End::Spins),
        (&["-c", SPINS_ON_SIGTERM], works(&[]), End::Spins),
        (&["-c", "trap '' TERM; exec sleep 1000"], works(&[]), End::Hangs),
        (&["-c", "exit 7"], exits(1, &[]), End::Early(7)),
        (&["-c", "exit 1"], exits(1, &["Error: rt_sigprocmask refused"]), End::Early(1)),
    ] {
        let shell = Scenario {
            name: "a faulty program",
            program: Program::Other(Path::new("/bin/sh")),
            place: Place::Process1,
            options,
            starts: Starts::Nothing,
            setting: Setting::Plain,
            normal,
        };
        let timeout = if end == End::Hangs { Duration::from_secs(2) } else { Timing::normal().timeout };
        let observed = run(&shell, None, None, Timing { timeout, ..Timing::normal() });
        assert_eq!(observed.end, end, "{options:?}: {observed:?}");
        assert_ne!(observed, Observed::of(&normal, None), "{options:?}");
    }
}
