//! A terminal of a test's own: a program at it, and its keyboard.

use crate::deadline::PATIENCE;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::pty::{Winsize, openpty};
use nix::unistd::{Pid, getpgid, getppid, setpgid, setsid};
use std::fs::File;
use std::io::{self, Read, Write};
use std::mem;
use std::os::fd::AsRawFd;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Instant;

pub const CTRL_C: &str = "\u{3}";
pub const CTRL_D: &str = "\u{4}";
pub const CTRL_Z: &str = "\u{1a}";

/// Our side of a terminal. Dropped, it hangs up.
pub struct Keyboard {
    master: File,
    shown: Receiver<Vec<u8>>,
    seen: String,
}

impl Keyboard {
    /// Makes a terminal, and puts the standard streams of `program` there. It becomes its controlling terminal by
    /// [`take_control`] as the last step before it is executed.
    pub fn of(program: &mut Command) -> Self {
        let pty = openpty(None, None).expect("a terminal");
        for side in [&pty.master, &pty.slave] {
            // Otherwise programs of other tests, started at the same time, would hold the terminal open.
            fcntl(side, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).expect("it is open");
        }
        let copy = || Stdio::from(pty.slave.try_clone().expect("a descriptor"));
        program.stdin(copy()).stdout(copy()).stderr(copy());
        let master = File::from(pty.master);
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
        self.master.write_all(keys.as_bytes()).expect("the terminal is there");
    }

    /// Types a line.
    pub fn line(&mut self, line: &str) {
        self.types(&format!("{line}\n"));
    }

    /// Waits until this is shown, and returns what came before, for once.
    #[track_caller]
    pub fn shows(&mut self, what: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.seen.find(what) {
                let rest = self.seen.split_off(at + what.len());
                return mem::replace(&mut self.seen, rest);
            }
            match self.shown.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.seen.push_str(&String::from_utf8_lossy(&bytes)),
                Err(RecvTimeoutError::Timeout) => panic!("{what:?} is not shown, but: {:?}", self.seen),
                Err(RecvTimeoutError::Disconnected) => panic!("the terminal is gone, it showed: {:?}", self.seen),
            }
        }
    }

    /// What was shown since, as far as it has been looked at.
    pub fn seen(&self) -> &str {
        &self.seen
    }

    /// Gives the window another size.
    pub fn resize(&self, rows: u16, columns: u16) {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: the kernel reads `size`, which lives until the call returns.
        let done = unsafe { libc::ioctl(self.master.as_raw_fd(), libc::TIOCSWINSZ, &size) };
        Errno::result(done).expect("it is a terminal");
    }
}

/// Makes this process the leader of a session whose controlling terminal is its standard input. System calls only, so
/// that it can be called between fork and execution.
pub fn take_control() -> io::Result<()> {
    // Who leads a group can make no session, so out of that first. Process 1 leads none.
    if getppid().as_raw() != 0 {
        setpgid(Pid::from_raw(0), getpgid(Some(getppid()))?)?;
    }
    control(&libc::STDIN_FILENO)
}

/// Makes `terminal` the controlling terminal of the program that is executed now, which leads a session of its own: the
/// keys of that are signals for it. For the last step before it is.
pub fn control(terminal: &impl AsRawFd) -> io::Result<()> {
    setsid()?;
    // SAFETY: takes numbers only.
    Errno::result(unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCSCTTY, 0) })?;
    Ok(())
}
