//! The names and numbers of signals.

use crate::meaning;
use nix::sys::signal::Signal;
use pause::init::signal_names::{name_of, parse_signal};

/// Runs the target.
pub fn fuzz(bytes: &[u8]) {
    check(parse_signal, bytes);
}

/// Runs it with a parser that accepts another name of SIGIO.
pub fn fuzz_spoiled(bytes: &[u8]) {
    check(|text| if text == b"POLL" { Some(Signal::SIGIO as i32) } else { parse_signal(text) }, bytes);
}

/// Asserts that the parser agrees with `nix`, and that a signal has the name that stands for it.
pub fn check(parse: impl Fn(&[u8]) -> Option<i32>, text: &[u8]) {
    if text.contains(&0) {
        return; // no argument or variable can have a NUL
    }
    let signal = parse(text);
    assert_eq!(signal, meaning::signal(text));
    let Some(signal) = signal else { return };
    let name = Signal::try_from(signal).ok().map(Signal::as_str);
    let own = name_of(signal).map(|name| [b"SIG", name].concat());
    assert_eq!(own.as_deref(), name.map(str::as_bytes));
    for spelling in name.into_iter().flat_map(|name| [name, &name[3..]]) {
        assert_eq!(parse(spelling.as_bytes()), Some(signal), "{spelling}");
    }
    assert_eq!(parse(signal.to_string().as_bytes()), Some(signal));
}
