//! `init` gets a signal when its parent ends (`-p`), and forwards it.

use crate::run::{SignalLog, kill_in, probe_child};
use std::process::{Command, Stdio};
use testkit::platform::EmulatorLimit;
use testkit::process_table::rows;
use testkit::programs::{init, pause};
use testkit::{Pod, until};

#[test]
fn with_p_init_forwards_the_parent_death_signal() {
    for (options, expected) in [
        ("-p USR1", Some(libc::SIGUSR1)),
        ("-pSIGINT", Some(libc::SIGINT)),
        ("-p 34", Some(34)),
        ("-p 34 -p USR1", Some(libc::SIGUSR1)), // the last one counts
        ("", None),
    ] {
        if expected.is_some_and(|signal| signal >= 32) && EmulatorLimit::OwnSignals.applies() {
            continue;
        }
        // The parent of init is a shell, which kills itself when its standard input ends.
        let pod = Pod::with(pause());
        let init = format!("{:?}", init()).replace('"', "");
        let script = format!("TINI_VERBOSITY=0 {init} {options} -- {} signals & read line; kill -9 $$", probe_child());
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut shell = pod.join(shell);
        let mut log = SignalLog::of(&mut shell);
        drop(shell.streams().stdin.take());
        until("the shell has killed itself", || shell.status().is_some());
        let init = rows(&pod).into_iter().find(|row| row.ppid == 1 && row.state != 'Z').expect("init is alive");
        if let Some(signal) = expected {
            assert_eq!(log.next(), Some(signal));
        }
        kill_in(&pod, "USR2", &init.pid.to_string());
        assert_eq!(log.next(), Some(libc::SIGUSR2), "the next signal that the program receives");
    }
}
