//! With `-t`, each process is asked to end once: by the signal that asked the program, or by SIGTERM when that has ended.

use crate::run::{Told, piped, probe_child};
use nix::sys::signal::Signal::{self, SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGWINCH};
use std::fs;
use std::io;
use std::process::{Command, Stdio};
use tempfile::TempDir;
use testkit::deadline::until_some;
use testkit::platform::EmulatorLimit;
use testkit::programs::pause;
use testkit::terminal::{CTRL_C, Keyboard, take_control};
use testkit::{Pod, PodProcess};

/// Where `init` runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Process1,
    Subreaper,
}

/// As process 1, and as a subreaper if there can be one.
fn places() -> &'static [Place] {
    if EmulatorLimit::NoSubreaper.applies() { &[Place::Process1] } else { &[Place::Process1, Place::Subreaper] }
}

/// `init` with a grace period that is never over here, and a shell as its program.
struct Shutdown {
    pod: Pod,
    /// If it is not the process 1 of the pod.
    subreaper: Option<PodProcess>,
    /// What the witnesses tell. One of them has begun.
    told: Told,
    folder: TempDir,
}

impl Shutdown {
    /// Starts it with this script, which starts a witness. Then the shell waits, and ends with 7 when it is told to.
    #[track_caller]
    fn of(place: Place, options: &str, script: &str) -> Self {
        Self::start(place, options, script, |_| {}, || Ok(()))
    }

    #[track_caller]
    fn start(
        place: Place,
        options: &str,
        script: &str,
        change: impl FnOnce(&mut Command),
        last_step: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let file = folder.path().join("pid");
        let script = format!("echo $$ > {}; trap 'exit 7' USR2; {script}; while :; do wait; done", file.display());
        let mut words = vec!["-t", "600"];
        words.extend(options.split_whitespace());
        words.extend(["--", "sh", "-c", &script]);
        if place == Place::Subreaper {
            words.insert(0, "-s");
        }
        let mut command = piped(&words);
        change(&mut command);
        let (mut pod, mut subreaper) = match place {
            Place::Process1 => (Pod::start_after(command, last_step), None),
            Place::Subreaper => {
                let pod = Pod::with(pause());
                let init = pod.join_after(command, last_step);
                (pod, Some(init))
            }
        };
        let told = Told::by(subreaper.as_mut().unwrap_or_else(|| pod.init()));
        Self { pod, subreaper, told, folder }
    }

    /// Sends a signal to `init`.
    #[track_caller]
    fn signal(&mut self, signal: Signal) {
        self.subreaper.as_mut().unwrap_or_else(|| self.pod.init()).signal(signal as i32);
    }

    /// The next things that are told, in order of their numbers.
    #[track_caller]
    fn hears<const N: usize>(&mut self, expected: [i32; N]) {
        let mut heard = [(); N].map(|()| self.told.next().expect("somebody is left"));
        heard.sort();
        assert_eq!(heard, expected);
    }

    /// Lets the program end, by a signal that does not pass through `init`.
    #[track_caller]
    fn end_program(&self) {
        let pid = until_some("the program has begun", || {
            fs::read_to_string(self.folder.path().join("pid")).ok().filter(|pid| pid.ends_with('\n'))
        });
        let mut shell = Command::new("sh");
        // This shell is in the pod too, and asked to end if it is slow.
        shell.args(["-c", r#"trap '' TERM; kill -USR2 "$0""#, pid.trim()]);
        assert!(self.pod.join(shell).wait().status.success());
    }

    /// All that is still told, and the status of `init`.
    #[track_caller]
    fn rest(self) -> (Vec<i32>, Option<i32>) {
        let mut heard = self.told.rest();
        heard.sort();
        let status = match self.subreaper {
            Some(init) => init.wait().status,
            None => self.pod.wait().status,
        };
        (heard, status.code())
    }
}

#[test]
fn who_was_sent_the_request_already_is_not_sent_sigterm() {
    // A signal to init; the one that the program reacts to; what is heard of it, 77 by the program; and at the end.
    type Case = (&'static str, Signal, &'static str, &'static [i32], &'static [i32]);
    let cases: [Case; 8] = [
        ("-g", SIGTERM, "TERM", &[15, 77], &[18]),
        ("-g -r TERM:QUIT", SIGTERM, "QUIT", &[3, 77], &[18]),
        ("-g -r INT:TERM", SIGINT, "TERM", &[15, 77], &[18]),
        ("-g", SIGHUP, "HUP", &[1, 77], &[15, 18]), // it has read its configuration anew
        ("-g", SIGINT, "INT", &[2, 77], &[15, 18]),
        ("", SIGTERM, "TERM", &[77], &[15, 18]),
        ("-c -g", SIGTERM, "TERM", &[77], &[15, 18]),
        ("-r TERM:QUIT", SIGTERM, "QUIT", &[77], &[15, 18]),
    ];
    for &place in places() {
        for (options, signal, name, heard, rest) in cases {
            let script = format!("trap 'echo 77' {name}; {} signals 18 & :", probe_child());
            let mut shutdown = Shutdown::of(place, options, &script);
            shutdown.signal(signal);
            let mut at_once: Vec<i32> = heard.iter().filter_map(|_| shutdown.told.next()).collect();
            at_once.sort();
            assert_eq!(at_once, heard, "{place:?}, {options:?}, {signal}");
            shutdown.end_program();
            assert_eq!(shutdown.rest(), (rest.to_vec(), Some(7)), "{place:?}, {options:?}, {signal}");
        }
    }
}

#[test]
fn a_forwarded_signal_that_ended_the_program_was_the_request() {
    for &place in places() {
        for (options, signal, rest) in [
            ("-g", SIGTERM, [15, 18]),
            ("-g", SIGINT, [2, 18]),
            ("-g", SIGHUP, [1, 18]),
            ("-g -r TERM:KILL -r HUP:INT", SIGHUP, [2, 18]),
            ("", SIGTERM, [15, 18]),
            ("", SIGINT, [15, 18]),
        ] {
            let mut shutdown = Shutdown::of(place, options, &format!("{} signals 18 & :", probe_child()));
            shutdown.signal(signal);
            let (heard, status) = shutdown.rest();
            assert_eq!(heard, rest, "{place:?}, {options:?}, {signal}");
            assert!(status > Some(128), "{place:?}, {options:?}, {signal}: {status:?}");
        }
    }
}

#[test]
fn who_cleans_up_is_not_disturbed() {
    // A second SIGTERM would make it tell 98.
    const CHILD: &str = "count() { i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done; }; \
        trap \"trap 'echo 98; exit' TERM; count; echo 99; exit\" TERM; echo 0; while :; do sleep 0.05; done";
    for &place in places() {
        for options in ["-g", ""] {
            let mut shutdown = Shutdown::of(place, options, &format!("( {CHILD} ) & :"));
            shutdown.signal(SIGTERM);
            assert_eq!(shutdown.rest(), (vec![99], Some(143)), "{place:?}, {options:?}");
        }
    }
}

#[test]
fn who_was_started_by_the_handler_is_sent_sigterm() {
    for &place in places() {
        let script = format!("trap '{0} signals 18 &' TERM; {0} signals 18 & :", probe_child());
        let mut shutdown = Shutdown::of(place, "-g", &script);
        shutdown.signal(SIGTERM);
        shutdown.hears([0, 15]);
        shutdown.end_program();
        assert_eq!(shutdown.rest(), (vec![15, 18, 18], Some(7)), "{place:?}");
    }
}

#[test]
fn who_is_in_another_session_or_came_from_outside_is_sent_sigterm() {
    for &place in places() {
        let script = format!("trap 'echo 77' TERM; {0} daemon 18 & :", probe_child());
        let mut shutdown = Shutdown::of(place, "-g", &script);
        let mut command = Command::new(probe_child());
        command.args(["signals", "18"]).stdout(Stdio::piped());
        // Only process 1 asks others than its descendants.
        let guest = (place == Place::Process1).then(|| {
            let mut guest = shutdown.pod.join(command);
            (Told::by(&mut guest), guest)
        });
        shutdown.signal(SIGTERM);
        shutdown.hears([77]);
        shutdown.end_program();
        if let Some((told, _guest)) = guest {
            assert_eq!(told.rest(), [15, 18]);
        }
        assert_eq!(shutdown.rest(), (vec![15, 18], Some(7)), "{place:?}");
    }
}

#[test]
fn a_second_sigterm_reaches_those_that_were_started_since() {
    for &place in places() {
        // It outlives the program, and starts another witness.
        let child = "trap '' TERM; trap 'WITNESS signals 10 &' HUP; WITNESS signals 10 & while :; do wait; done";
        let script = format!("( {child} ) & :").replace("PROBE", probe_child());
        let mut shutdown = Shutdown::of(place, "", &script);
        shutdown.end_program();
        shutdown.hears([15, 18]);
        shutdown.signal(SIGHUP);
        shutdown.hears([0, 1]);
        shutdown.signal(SIGTERM);
        shutdown.hears([15]);
        shutdown.signal(SIGWINCH); // it comes after a SIGTERM that is there
        shutdown.hears([28, 28]);
        shutdown.signal(SIGUSR1);
        assert_eq!(shutdown.rest(), (vec![10, 10], Some(7)), "{place:?}");
    }
}

#[test]
fn a_key_that_ended_the_program_was_the_request() {
    for &place in places() {
        for options in ["", "-g"] {
            let mut keyboard = None;
            let at_terminal = |command: &mut Command| {
                keyboard = Some(Keyboard::of(command));
                command.stdout(Stdio::piped());
            };
            let script = format!("{} signals 18 & :", probe_child());
            let shutdown = Shutdown::start(place, options, &script, at_terminal, take_control);
            keyboard.as_mut().expect("it was made").types(CTRL_C);
            assert_eq!(shutdown.rest(), (vec![2, 18], Some(130)), "{place:?}, {options:?}");
        }
    }
}
