//! The program that is stopped and continued: what `probe-child job FOLDER` does.
//!
//! It reads commands from the FIFO `commands` in its folder, and writes answers to the file `answers` there, so that it
//! touches the terminal only when it is told to.

use nix::sys::prctl;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, kill, sigaction, signal};
use nix::sys::termios::{SetArg, tcgetattr, tcsetattr};
use nix::unistd::{ForkResult, Pid, fork, getpgrp, getpid, pause, setpgid, tcsetpgrp};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::atomic::{AtomicI32, Ordering};

/// The names of the two files.
pub(super) const COMMANDS: &str = "commands";
pub(super) const ANSWERS: &str = "answers";

/// The answers that are not the command itself.
pub(super) const BEGINS: &str = "begins";
pub(super) const CAUGHT: &str = "it has caught SIGTSTP\n";

/// Where answers go; for the handlers, which can take no arguments.
static FILE: AtomicI32 = AtomicI32::new(-1);

/// The process group that gets the terminal back from [`hold_terminal`].
static GROUP: AtomicI32 = AtomicI32::new(-1);

/// Does what it is told to, for as long as somebody holds the FIFO open.
pub fn run(folder: &Path) -> io::Result<()> {
    let mut answers = File::options().append(true).create(true).open(folder.join(ANSWERS))?;
    FILE.store(answers.as_raw_fd(), Ordering::Relaxed);
    writeln!(answers, "{BEGINS}")?;
    for command in BufReader::new(File::open(folder.join(COMMANDS))?).lines() {
        let command = command?;
        let done = obey(&command);
        // One write for each line, so that a handler's cannot come in between.
        let number = |error: io::Error| error.raw_os_error().unwrap_or(0);
        let line =
            done.map_or_else(|error| format!("{command}: error {}\n", number(error)), |()| format!("{command}\n"));
        answers.write_all(line.as_bytes())?;
    }
    Ok(())
}

fn obey(command: &str) -> io::Result<()> {
    match command {
        "default" => react(SigHandler::SigDfl),
        "ignored" => react(SigHandler::SigIgn),
        "caught" => react(SigHandler::Handler(say)),
        "stops itself by SIGTSTP" => react(SigHandler::Handler(stop_by_default)),
        "stops itself by SIGSTOP" => react(SigHandler::Handler(stop)),
        "raise SIGTSTP" => Ok(kill(getpid(), Signal::SIGTSTP)?),
        "raise SIGSTOP" => Ok(kill(getpid(), Signal::SIGSTOP)?),
        "take SIGTSTP by sigwait" => take_sigtstp(),
        "read" => read_line(),
        "change the terminal" => Ok(tcsetattr(io::stdin(), SetArg::TCSANOW, &tcgetattr(io::stdin())?)?),
        "give the terminal away" => hold_terminal(),
        // SAFETY: to ignore a signal calls no function.
        "ignore SIGHUP" => Ok(unsafe { signal(Signal::SIGHUP, SigHandler::SigIgn) }.map(drop)?),
        _ => Ok(()),
    }
}

/// Waits for SIGTSTP, whose action stays the default one.
fn take_sigtstp() -> io::Result<()> {
    let this = SigSet::from(Signal::SIGTSTP);
    this.thread_block()?;
    this.wait()?;
    Ok(this.thread_unblock()?)
}

/// Reads a line from the terminal. The end of the input is no line.
fn read_line() -> io::Result<()> {
    let mut line = String::new();
    if io::stdin().read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

/// Reacts to SIGTSTP in this way from now on.
fn react(handler: SigHandler) -> io::Result<()> {
    let action = SigAction::new(handler, SaFlags::SA_RESTART, SigSet::empty());
    // SAFETY: the handlers of this module make system calls only.
    unsafe { sigaction(Signal::SIGTSTP, &action) }?;
    Ok(())
}

extern "C" fn say(_: i32) {
    // SAFETY: the kernel reads the text; the file stays open.
    unsafe { libc::write(FILE.load(Ordering::Relaxed), CAUGHT.as_ptr().cast(), CAUGHT.len()) };
}

/// Stops as editors do: with the default action, after they have put the terminal in order.
extern "C" fn stop_by_default(number: i32) {
    say(number);
    _ = react(SigHandler::SigDfl);
    let this = SigSet::from(Signal::SIGTSTP);
    _ = this.thread_unblock();
    _ = kill(getpid(), Signal::SIGTSTP);
    _ = this.thread_block();
    _ = react(SigHandler::Handler(stop_by_default));
}

extern "C" fn stop(number: i32) {
    say(number);
    _ = kill(getpid(), Signal::SIGSTOP);
}

/// Puts another process group into the foreground: that of a child which does nothing, until SIGUSR1 makes it put our
/// group there again.
fn hold_terminal() -> io::Result<()> {
    extern "C" fn give_back(_: i32) {
        _ = tcsetpgrp(io::stdin(), Pid::from_raw(GROUP.load(Ordering::Relaxed)));
        // SAFETY: ends this process, and runs nothing else.
        unsafe { libc::_exit(0) };
    }
    GROUP.store(getpgrp().as_raw(), Ordering::Relaxed);
    // SAFETY: this process has one thread. The handler makes system calls only.
    match unsafe {
        signal(Signal::SIGUSR1, SigHandler::Handler(give_back))?;
        fork()
    }? {
        ForkResult::Child => {
            _ = prctl::set_pdeathsig(Signal::SIGKILL);
            _ = prctl::set_name(c"holder");
            loop {
                pause();
            }
        }
        ForkResult::Parent { child } => {
            setpgid(child, child)?;
            Ok(tcsetpgrp(io::stdin(), child)?)
        }
    }
}
