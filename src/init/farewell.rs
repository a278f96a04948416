//! Tells whoever is left when the program has ended, and waits for them, but no longer than it was told to.

use crate::args::Str;
use crate::sys::process::kill;
use crate::sys::{Time, file, getpid, uptime};
use crate::text::{Text, take_number};
use core::ffi::c_int;

/// How long until the next look at those who are no children of ours, of whose end we hear nothing.
const LOOK: Time = Time { seconds: 0, nanoseconds: 50_000_000 };

/// Everybody whom we may signal, but ourselves and process 1 of our PID namespace (`man 2 kill`).
const EVERYBODY: c_int = -1;

/// Asks everybody who is left to leave, and returns when their time is over.
pub fn begin(seconds: c_int) -> Time {
    tell(libc::SIGTERM);
    tell(libc::SIGCONT); // who was stopped would not hear it otherwise
    let mut end = uptime();
    end.seconds = end.seconds.wrapping_add(seconds as isize);
    end
}

/// For how long to wait until the next look at who is left; nothing where nobody is, or the time is over.
///
/// Our children tell us of their end, so that one wait for all the time is enough. Others may be in our PID namespace
/// whose parents are outside: these have to be looked after.
pub fn time_to_wait(end: Time, has_children: bool) -> Option<Time> {
    let left = uptime().until(end)?;
    match has_children {
        true => Some(left),
        false => (getpid() == 1 && kill(EVERYBODY, 0).is_ok()).then_some(LOOK),
    }
}

/// Sends `signal` to everybody who is left: as process 1 to the whole PID namespace, otherwise to our descendants, whom
/// `/proc` knows.
pub fn tell(signal: c_int) {
    if getpid() == 1 {
        _ = kill(EVERYBODY, signal);
    } else {
        tell_descendants(signal);
    }
}

/// Sends `signal` to our descendants. A process that is made in the meantime has a greater number as a rule, so that we
/// come across it later.
fn tell_descendants(signal: c_int) {
    let us = getpid();
    let mut buffer = [0; 1025]; // the last one ends the last name
    let proc = file::open(NOTHING, c"/proc".into(), libc::O_RDONLY | libc::O_DIRECTORY).unwrap_or(NOTHING);
    _ = file::readlink(proc, c"self".into(), &mut buffer);
    // That of another namespace would name other people's processes.
    let is_ours = Str::beginning(&buffer).is_some_and(|mut text| take_number(&mut text) == us);
    while is_ours && let Ok(length @ 1..) = file::getdents64(proc, buffer.get_mut(..1024).unwrap_or_default()) {
        let mut entry = 0;
        // struct linux_dirent64: eight bytes, eight bytes, the length of the entry in two, its kind in one, its name.
        while entry < length as usize
            && let Some([_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, low, high, _, name @ ..]) = buffer.get(entry..)
        {
            let pid = Str::beginning(name).map_or(0, |mut name| take_number(&mut name));
            let mut ancestor = pid;
            while ancestor > 1 {
                ancestor = parent(proc, ancestor);
                if ancestor == us {
                    _ = kill(pid, signal);
                }
            }
            entry += usize::from(u16::from_ne_bytes([*low, *high]));
        }
    }
    file::close(proc);
}

/// The descriptor of no file.
const NOTHING: c_int = -1;

/// The parent of a process, as `/proc/PID/stat` says in `17 (sh) S 1 …`; 0 for a process that is not there.
fn parent(proc: c_int, pid: c_int) -> c_int {
    let mut buffer = [0; 128];
    let mut path = Text::EMPTY;
    path.push_number(pid);
    path.push_all(c"/stat".into());
    let stat = path.string().and_then(|path| file::open(proc, path, libc::O_RDONLY).ok()).unwrap_or(NOTHING);
    _ = file::read(stat, buffer.get_mut(..127).unwrap_or_default());
    file::close(stat);
    // The name may hold anything, also parentheses: the last one ends it, and ` S 1` follows.
    let mut text = Str::beginning(&buffer).unwrap_or(c"".into());
    let mut parent = text;
    while text.any(|byte| byte == b')') {
        parent = text;
    }
    parent.nth(2);
    take_number(&mut parent)
}
