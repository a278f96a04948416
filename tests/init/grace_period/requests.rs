//! With `-t`, each process is asked to end once: by the request, which is the signal that asked the program to end, or
//! by SIGTERM after the program has ended.

use super::shutdown::{Process1, Shutdown, roles};
use crate::run::{SignalLog, probe_child, sorted};
use nix::sys::signal::Signal::{self, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGWINCH};
use std::process::{Command, Stdio};
use testkit::terminal::CTRL_C;

#[test]
fn a_process_that_received_the_request_is_not_sent_sigterm() {
    // The options, the signal to init, the signal that the program receives, the log then, and the rest of the log. The
    // program writes 77 when it receives the signal.
    type Case = (&'static str, Signal, &'static str, &'static [i32], &'static [i32]);
    let cases: [Case; 8] = [
        ("-g", SIGTERM, "TERM", &[15, 77], &[18]),
        ("-g -r TERM:QUIT", SIGTERM, "QUIT", &[3, 77], &[18]),
        ("-g -r INT:TERM", SIGINT, "TERM", &[15, 77], &[18]),
        ("-g", SIGHUP, "HUP", &[1, 77], &[15, 18]), // many daemons read their configuration again on SIGHUP
        ("-g", SIGINT, "INT", &[2, 77], &[15, 18]),
        ("", SIGTERM, "TERM", &[77], &[15, 18]),
        ("-c -g", SIGTERM, "TERM", &[77], &[15, 18]),
        ("-r TERM:QUIT", SIGTERM, "QUIT", &[77], &[15, 18]),
    ];
    for &role in roles() {
        for (options, signal, name, received, rest) in cases {
            let case = format!("{role:?}, {options:?}, {signal}");
            let mut shutdown = Shutdown::start(role, options, &format!("trap 'echo 77' {name}; PROBE signals 18 & :"));
            shutdown.signal(signal);
            shutdown.assert_next(received, &case);
            shutdown.end_program();
            assert_eq!(shutdown.end(), (rest.to_vec(), Some(7)), "{case}");
        }
    }
}

#[test]
fn a_forwarded_signal_that_ends_the_program_is_the_request() {
    for &role in roles() {
        for (options, signal, expected) in [
            ("-g", SIGTERM, [15, 18]),
            ("-g", SIGINT, [2, 18]),
            ("-g", SIGHUP, [1, 18]),
            ("-g", SIGQUIT, [3, 18]),
            ("-g -r TERM:KILL -r HUP:INT", SIGHUP, [2, 18]),
            ("", SIGTERM, [15, 18]),
            ("", SIGINT, [15, 18]),
        ] {
            for has_terminal in [false, true] {
                let mut shutdown = Shutdown::start_at(has_terminal, role, options, "PROBE signals 18 & :");
                shutdown.signal(signal);
                let (log, status) = shutdown.end();
                let case = format!("{role:?}, {options:?}, {signal}, terminal: {has_terminal}");
                assert_eq!(log, expected, "{case}");
                assert!(status > Some(128), "{case}: {status:?}");
            }
        }
    }
}

/// The program ends by a signal that was forwarded to it alone, after another one was.
#[test]
fn a_signal_that_was_forwarded_earlier_is_no_key() {
    for &role in roles() {
        let script = "trap : INT; trap 'trap - INT; kill -INT $$' USR1; PROBE signals 18 & :";
        let mut shutdown = Shutdown::start_at(true, role, "", script);
        shutdown.signal(SIGINT);
        shutdown.signal(SIGUSR1);
        assert_eq!(shutdown.end(), (vec![15, 18], Some(130)), "{role:?}");
    }
}

#[test]
fn a_process_that_the_handler_started_is_sent_sigterm() {
    for &role in roles() {
        let mut shutdown = Shutdown::start(role, "-g", "trap 'PROBE signals 18 &' TERM; PROBE signals 18 & :");
        shutdown.signal(SIGTERM);
        shutdown.assert_next(&[0, 15], "the first probe child receives SIGTERM, the second one begins");
        shutdown.end_program();
        assert_eq!(shutdown.end(), (vec![15, 18, 18], Some(7)), "{role:?}");
    }
}

#[test]
fn a_process_of_another_session_and_one_that_joined_are_sent_sigterm() {
    for &role in roles() {
        let mut shutdown = Shutdown::start(role, "-g", "trap 'echo 77' TERM; PROBE daemon 18 & :");
        let mut command = Command::new(probe_child());
        command.args(["signals", "18"]).stdout(Stdio::piped());
        // Only process 1 sends signals to processes that are not its descendants.
        let joined = (role == Process1).then(|| {
            let mut process = shutdown.pod.join(command);
            (SignalLog::of(&mut process), process)
        });
        shutdown.signal(SIGTERM);
        shutdown.assert_next(&[77], "the program receives SIGTERM");
        shutdown.end_program();
        if let Some((log, _process)) = joined {
            assert_eq!(sorted(log), [15, 18]);
        }
        assert_eq!(shutdown.end(), (vec![15, 18], Some(7)), "{role:?}");
    }
}

#[test]
fn a_second_sigterm_reaches_only_processes_started_since_the_first() {
    for &role in roles() {
        // This shell outlives the program, and starts a second probe child on SIGHUP.
        let child = "trap '' TERM; trap 'PROBE signals 10 &' HUP; PROBE signals 10 & while :; do wait; done";
        let mut shutdown = Shutdown::start(role, "", &format!("( {child} ) & :"));
        shutdown.end_program();
        shutdown.assert_next(&[15, 18], "the first probe child is asked to end");
        shutdown.signal(SIGHUP);
        shutdown.assert_next(&[0, 1], "the first probe child receives SIGHUP, the second one begins");
        shutdown.signal(SIGTERM);
        shutdown.assert_next(&[15], "the second probe child is asked to end");
        shutdown.signal(SIGWINCH); // has a higher number: a pending SIGTERM would be delivered before it
        shutdown.assert_next(&[28, 28], "both receive SIGWINCH, and no SIGTERM before it");
        shutdown.signal(SIGUSR1);
        assert_eq!(shutdown.end(), (vec![10, 10], Some(7)), "{role:?}");
    }
}

#[test]
fn a_second_sigterm_reaches_none_outside_of_the_group_that_got_the_first() {
    for &role in roles() {
        let mut shutdown = Shutdown::start(role, "-g", "trap 'echo 77' TERM; PROBE daemon 10 & :");
        shutdown.signal(SIGTERM);
        shutdown.assert_next(&[77], "the program receives SIGTERM");
        shutdown.end_program();
        shutdown.assert_next(&[15, 18], "the other process is asked to end");
        shutdown.signal(SIGTERM);
        shutdown.signal(SIGWINCH);
        shutdown.assert_next(&[28], "it receives SIGWINCH, and no SIGTERM before it");
        shutdown.signal(SIGUSR1);
        assert_eq!(shutdown.end(), (vec![10], Some(7)), "{role:?}");
    }
}

#[test]
fn a_process_that_ignores_another_signal_is_not_asked_again() {
    for &role in roles() {
        let traps = "trap '' USR1; trap 'echo 77' TERM; trap 'echo 78' WINCH; trap exit HUP";
        let script = format!("( {traps}; PROBE signals 10 & while :; do wait; done ) & :");
        let mut shutdown = Shutdown::start(role, "", &script);
        shutdown.end_program();
        shutdown.assert_next(&[15, 18, 77], "both are asked to end");
        shutdown.signal(SIGTERM);
        shutdown.signal(SIGWINCH);
        shutdown.assert_next(&[28, 78], "both receive SIGWINCH, and no SIGTERM before it");
        shutdown.signal(SIGHUP);
        shutdown.assert_next(&[1], "the shell ends");
        shutdown.signal(SIGUSR1);
        assert_eq!(shutdown.end(), (vec![10], Some(7)), "{role:?}");
    }
}

#[test]
fn a_process_that_ignores_the_rewritten_request_is_sent_sigterm() {
    for &role in roles() {
        let ignores = "( trap '' HUP; trap 'echo 77; exit' TERM; echo 0; while :; do sleep 0.1; done ) &";
        let mut shutdown = Shutdown::start(role, "-g -r TERM:HUP", &format!("trap 'echo 70' HUP; {ignores} :"));
        shutdown.signal(SIGTERM);
        shutdown.assert_next(&[70], "the program receives SIGHUP");
        shutdown.end_program();
        assert_eq!(shutdown.end(), (vec![77], Some(7)), "{role:?}");
    }
}

#[test]
fn a_key_that_ends_the_program_is_the_request() {
    for &role in roles() {
        for options in ["", "-g", "-c"] {
            let mut shutdown = Shutdown::start_at(true, role, options, "PROBE signals 18 & :");
            shutdown.keyboard.as_mut().expect("there is a terminal").types(CTRL_C);
            assert_eq!(shutdown.end(), (vec![2, 18], Some(130)), "{role:?}, {options:?}");
        }
    }
}

#[test]
fn a_key_is_the_request_also_for_a_process_whose_id_is_greater_than_the_newest() {
    for &role in roles() {
        let script = "PROBE signals 18 & echo 1 > /proc/sys/kernel/ns_last_pid && echo 0";
        let mut shutdown = Shutdown::start_at(true, role, "", script);
        shutdown.assert_next(&[0], "the probe child has begun, and the IDs begin anew");
        shutdown.keyboard.as_mut().expect("there is a terminal").types(CTRL_C);
        assert_eq!(shutdown.end(), (vec![2, 18], Some(130)), "{role:?}");
    }
}
