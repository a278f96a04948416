//! A pseudo-terminal: the program under test is on one side, the test's keyboard and screen on the other.

use crate::deadline::timeout;
use crate::streams::unused_terminal;
use nix::errno::Errno;
use nix::pty::Winsize;
use nix::unistd::{Pid, getpgid, getppid, setpgid, setsid};
use std::fs::File;
use std::io::{self, Read, Write};
use std::mem;
use std::os::fd::AsRawFd;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Instant;

/// The key that sends SIGINT to the foreground process group.
pub const CTRL_C: &str = "\u{3}";
/// The key that ends the input.
pub const CTRL_D: &str = "\u{4}";
/// The key that sends SIGTSTP to the foreground process group.
pub const CTRL_Z: &str = "\u{1a}";

/// Our side of a terminal. When dropped, the terminal hangs up.
pub struct Keyboard {
    master: File,
    shown: Receiver<Vec<u8>>,
    seen: String,
}

impl Keyboard {
    /// Opens a terminal for the standard streams of `program`. The last step [`take_control`] makes it the program's
    /// controlling terminal.
    pub fn of(program: &mut Command) -> Self {
        let (master, slave) = unused_terminal();
        let copy = || Stdio::from(slave.try_clone().expect("a descriptor"));
        program.stdin(copy()).stdout(copy()).stderr(copy());
        let mut reader = master.try_clone().expect("a descriptor");
        let (sender, shown) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { master, shown, seen: String::new() }
    }

    /// Types these keys.
    pub fn types(&mut self, keys: &str) {
        self.master.write_all(keys.as_bytes()).expect("the terminal is open");
    }

    /// Types a line.
    pub fn line(&mut self, line: &str) {
        self.types(&format!("{line}\n"));
    }

    /// Waits until the terminal shows `what`. Returns the text from the end of the last match to the end of this one.
    #[track_caller]
    pub fn shows(&mut self, what: &str) -> String {
        let end = Instant::now() + timeout();
        loop {
            if let Some(at) = self.seen.find(what) {
                let rest = self.seen.split_off(at + what.len());
                return mem::replace(&mut self.seen, rest);
            }
            match self.shown.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.seen.push_str(&String::from_utf8_lossy(&bytes)),
                Err(RecvTimeoutError::Timeout) => panic!("the terminal does not show {what:?}, but {:?}", self.seen),
                Err(RecvTimeoutError::Disconnected) => panic!("the terminal hung up; it showed {:?}", self.seen),
            }
        }
    }

    /// Waits until the terminal shows this key. The kernel sends the key's signal first and shows the key then, so what is
    /// shown because of the signal may stand before the key. It can still be matched.
    #[track_caller]
    pub fn shows_key(&mut self, key: &str) {
        let mut before = self.shows(key);
        before.truncate(before.len() - key.len());
        self.seen.insert_str(0, &before);
    }

    /// Returns the text after the last match, as far as [`shows`](Self::shows) has read it.
    pub fn seen(&self) -> &str {
        &self.seen
    }

    /// Resizes the window.
    pub fn resize(&self, rows: u16, columns: u16) {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: the kernel reads `size`, which lives until the call returns.
        let result = unsafe { libc::ioctl(self.master.as_raw_fd(), libc::TIOCSWINSZ, &size) };
        Errno::result(result).expect("it is a terminal");
    }
}

/// Makes this process the leader of a session whose controlling terminal is its standard input. For a last step: system
/// calls only.
pub fn take_control() -> io::Result<()> {
    // The leader of a process group cannot call `setsid`, so it first joins its parent's group. In a pod this process
    // leads no group, and sees its parent as 0.
    if getppid().as_raw() != 0 {
        setpgid(Pid::from_raw(0), getpgid(Some(getppid()))?)?;
    }
    control(&libc::STDIN_FILENO)
}

/// Makes this process the leader of a session whose controlling terminal is `terminal`, so that keys send signals to
/// it. For a last step: system calls only.
pub fn control(terminal: &impl AsRawFd) -> io::Result<()> {
    setsid()?;
    // SAFETY: takes numbers only.
    Errno::result(unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCSCTTY, 0) })?;
    Ok(())
}
