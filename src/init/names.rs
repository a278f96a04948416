//! Signals by their names.

use crate::args::Str;
use crate::text::take_number;
use core::ffi::{CStr, c_int};

/// From signal 1 on. They have the same numbers on every architecture but Alpha, MIPS, PA-RISC and SPARC.
const NAMES: &CStr =
    c"HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP \
    TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS ";

/// How many signals there are.
pub const SIGNALS: c_int = 64;

/// Takes a signal off the beginning of a text, by its name, with or without `SIG`, or by its number, 0 included; and the
/// colon after it. Nothing where something else comes after it.
pub fn take_signal(text: &mut Str) -> Option<c_int> {
    let before = text.address();
    let mut signal = take_number(text);
    if text.address() == before {
        let bare = text.strip_prefix(c"SIG".into()).unwrap_or(*text);
        let mut names: Str = NAMES.into();
        signal = 1;
        *text = bare;
        loop {
            let byte = names.next()?;
            if byte == b' ' && matches!({ *text }.next(), None | Some(b':')) {
                break;
            }
            if byte == b' ' || text.next() != Some(byte) {
                while byte != b' ' && names.next()? != b' ' {}
                signal += 1;
                *text = bare;
            }
        }
    }
    (matches!(text.next(), None | Some(b':')) && (0..=SIGNALS).contains(&signal)).then_some(signal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CString;

    /// The signal that a text begins with, and what is left of it.
    fn taken(text: &str) -> Option<(c_int, String)> {
        let text = CString::new(text).unwrap();
        let mut rest = Str::from(&*text);
        let signal = take_signal(&mut rest)?;
        Some((signal, String::from_utf8(rest.collect()).unwrap()))
    }

    #[test]
    fn a_signal_goes_by_its_name_and_by_its_number() {
        for text in ["TERM", "SIGTERM", "15"] {
            assert_eq!(taken(text), Some((15, String::new())), "{text}");
        }
        assert_eq!(taken("64"), Some((64, String::new())));
        assert_eq!(taken("SIGTERM:INT"), Some((15, "INT".into())));
        assert_eq!(taken("15:0"), Some((15, "0".into())));
        assert_eq!(taken("0"), Some((0, String::new())));
    }

    #[test]
    fn the_names_are_those_of_the_kernel() {
        for (name, number) in [
            ("HUP", libc::SIGHUP),
            ("USR1", libc::SIGUSR1),
            ("STKFLT", libc::SIGSTKFLT),
            ("CHLD", libc::SIGCHLD),
            ("WINCH", libc::SIGWINCH),
            ("SYS", libc::SIGSYS),
        ] {
            assert_eq!(taken(name), Some((number, String::new())), "{name}");
        }
    }

    #[test]
    fn nothing_else_is_a_signal() {
        for text in [
            "",
            "SIG",
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
            "TERM STKFLT",
            "4294967311",
        ] {
            assert_eq!(taken(text), None, "{text}");
        }
    }
}
