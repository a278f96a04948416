//! The table of signal names.

use super::text::{padded, parse_number, unpadded};
use crate::sys::signal::HIGHEST_SIGNAL;
use core::ffi::c_int;

/// A name without `SIG`, padded with NULs, and its signal. A table of pointers to the names would need relocations.
type Name = ([u8; 6], u8);

/// All signals below 32: signal N is at N-1. SIGIOT, SIGPOLL and SIGCLD are other names of three of them, and `init`
/// does not accept them.
static NAMES: [Name; 31] = [
    name("HUP", libc::SIGHUP),
    name("INT", libc::SIGINT),
    name("QUIT", libc::SIGQUIT),
    name("ILL", libc::SIGILL),
    name("TRAP", libc::SIGTRAP),
    name("ABRT", libc::SIGABRT),
    name("BUS", libc::SIGBUS),
    name("FPE", libc::SIGFPE),
    name("KILL", libc::SIGKILL),
    name("USR1", libc::SIGUSR1),
    name("SEGV", libc::SIGSEGV),
    name("USR2", libc::SIGUSR2),
    name("PIPE", libc::SIGPIPE),
    name("ALRM", libc::SIGALRM),
    name("TERM", libc::SIGTERM),
    name("STKFLT", libc::SIGSTKFLT),
    name("CHLD", libc::SIGCHLD),
    name("CONT", libc::SIGCONT),
    name("STOP", libc::SIGSTOP),
    name("TSTP", libc::SIGTSTP),
    name("TTIN", libc::SIGTTIN),
    name("TTOU", libc::SIGTTOU),
    name("URG", libc::SIGURG),
    name("XCPU", libc::SIGXCPU),
    name("XFSZ", libc::SIGXFSZ),
    name("VTALRM", libc::SIGVTALRM),
    name("PROF", libc::SIGPROF),
    name("WINCH", libc::SIGWINCH),
    name("IO", libc::SIGIO),
    name("PWR", libc::SIGPWR),
    name("SYS", libc::SIGSYS),
];

const fn name(name: &str, signal: c_int) -> Name {
    (padded(name.as_bytes()).expect("it is short"), signal as u8)
}

/// Returns the name of a signal without `SIG`, if it has a name.
pub fn name_of(signal: c_int) -> Option<&'static [u8]> {
    let (name, _) = NAMES.get((signal as usize).wrapping_sub(1))?;
    Some(unpadded(name))
}

/// Returns the signal that `text` names: with or without `SIG`, or as a number from 1 to 64.
pub fn parse_signal(text: &[u8]) -> Option<c_int> {
    let signal = match parse_number(text) {
        Some(number) => number,
        None => {
            let bare = padded(text.strip_prefix(b"SIG").unwrap_or(text))?;
            NAMES.iter().find(|(name, _)| *name == bare)?.1.into()
        }
    };
    (1..=HIGHEST_SIGNAL).contains(&signal).then_some(signal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_has_a_name_and_a_number() {
        for (letters, number) in NAMES {
            let bare: Vec<u8> = letters.into_iter().filter(|letter| *letter != 0).collect();
            let signal = Some(c_int::from(number));
            assert_eq!(parse_signal(&bare), signal);
            assert_eq!(parse_signal(&[b"SIG", &bare[..]].concat()), signal);
            assert_eq!(parse_signal(number.to_string().as_bytes()), signal);
            assert_eq!(name_of(number.into()), Some(&bare[..]));
        }
        assert_eq!([0, 32, 34, 64].map(name_of), [None; 4]);
        assert_eq!(parse_signal(b"64"), Some(64));
        assert_eq!(parse_signal(b"0034"), Some(34));
    }

    #[test]
    fn the_names_are_those_of_the_c_library() {
        for signal in nix::sys::signal::Signal::iterator() {
            let (name, number) = (signal.as_str(), signal as c_int);
            assert_eq!(parse_signal(name.as_bytes()), Some(number));
            assert_eq!(name_of(number), name.as_bytes().strip_prefix(b"SIG"));
        }
    }

    #[test]
    fn every_signal_below_32_has_one_name_and_they_are_in_order() {
        let signals: Vec<u8> = NAMES.iter().map(|(_, signal)| *signal).collect();
        assert_eq!(signals, (1..32).collect::<Vec<u8>>());
    }

    #[test]
    fn nothing_else_is_a_signal() {
        for text in [
            "",
            "SIG",
            "0",
            "65",
            "-15",
            "+15",
            "TER",
            "TERMS",
            "sigterm",
            "SIGSIGTERM",
            " ",
            "RTMIN",
            "1 ",
            ":",
            "TERM ",
            "TERM:",
            "4294967311",
            "SIG15",
        ] {
            assert_eq!(parse_signal(text.as_bytes()), None, "{text:?}");
        }
    }
}
