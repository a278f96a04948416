//! The program in the job: what `probe-child job FOLDER` does.
//!
//! It reads commands from the FIFO `commands` in FOLDER, and appends answers to the file `answers` there. So it uses
//! the terminal only if a command does.

use nix::sys::prctl;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, kill, sigaction, signal};
use nix::sys::termios::{SetArg, tcgetattr, tcsetattr};
use nix::unistd::{ForkResult, Pid, fork, getpgrp, getpid, pause, setpgid, tcsetpgrp};
use std::ffi::CStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::atomic::{AtomicI32, Ordering};

/// The name of the FIFO.
pub(super) const COMMANDS: &str = "commands";

/// The name of the file with the answers.
pub(super) const ANSWERS: &str = "answers";

/// The first answer. All others except those of signal handlers repeat the command.
pub(super) const BEGINS: &str = "begins";

/// The answer of the handlers of SIGTSTP.
pub(super) const CAUGHT: &str = "caught SIGTSTP\n";

/// The answer of the handler of SIGHUP.
pub const CAUGHT_SIGHUP: &str = "caught SIGHUP\n";

/// The name of the process that the program gives the terminal to.
pub(super) const HOLDER: &CStr = c"holder";

/// The descriptor for answers. The signal handlers need it, and can take no argument.
static FILE: AtomicI32 = AtomicI32::new(-1);

/// The program's process group, which [`give_terminal_away`] can put into the foreground again.
static GROUP: AtomicI32 = AtomicI32::new(-1);

/// Executes commands until the FIFO is closed.
pub fn run(folder: &Path) -> io::Result<()> {
    let mut answers = File::options().append(true).create(true).open(folder.join(ANSWERS))?;
    FILE.store(answers.as_raw_fd(), Ordering::Relaxed);
    writeln!(answers, "{BEGINS}")?;
    for command in BufReader::new(File::open(folder.join(COMMANDS))?).lines() {
        let command = command?;
        let line = match execute(&command) {
            Ok(()) => format!("{command}\n"),
            Err(error) => format!("{command}: error {}\n", error.raw_os_error().unwrap_or(0)),
        };
        answers.write_all(line.as_bytes())?; // in one write, so that a handler cannot write in the middle of a line
    }
    Ok(())
}

fn execute(command: &str) -> io::Result<()> {
    match command {
        "default" => set_action(Signal::SIGTSTP, SigHandler::SigDfl),
        "ignored" => set_action(Signal::SIGTSTP, SigHandler::SigIgn),
        "caught" => set_action(Signal::SIGTSTP, SigHandler::Handler(record)),
        "stops itself by SIGTSTP" => set_action(Signal::SIGTSTP, SigHandler::Handler(stop_by_sigtstp)),
        "stops itself by SIGSTOP" => set_action(Signal::SIGTSTP, SigHandler::Handler(stop_by_sigstop)),
        "raise SIGTSTP" => Ok(kill(getpid(), Signal::SIGTSTP)?),
        "raise SIGSTOP" => Ok(kill(getpid(), Signal::SIGSTOP)?),
        "take SIGTSTP by sigwait" => sigwait(),
        "read" => read_line(),
        "change the terminal" => Ok(tcsetattr(io::stdin(), SetArg::TCSANOW, &tcgetattr(io::stdin())?)?),
        "give the terminal away" => give_terminal_away(),
        "catch SIGHUP" => set_action(Signal::SIGHUP, SigHandler::Handler(record_sighup)),
        _ => Ok(()),
    }
}

/// Waits for SIGTSTP, and keeps its default action.
fn sigwait() -> io::Result<()> {
    let this = SigSet::from(Signal::SIGTSTP);
    this.thread_block()?;
    this.wait()?;
    Ok(this.thread_unblock()?)
}

/// Reads a line from the terminal. The end of the input is an error.
fn read_line() -> io::Result<()> {
    let mut line = String::new();
    if io::stdin().read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

/// Sets the action of a signal.
fn set_action(signal: Signal, handler: SigHandler) -> io::Result<()> {
    let action = SigAction::new(handler, SaFlags::SA_RESTART, SigSet::empty());
    // SAFETY: the handlers of this module make system calls only.
    unsafe { sigaction(signal, &action) }?;
    Ok(())
}

/// Writes an answer in a signal handler: by one system call.
fn answer(line: &str) {
    // SAFETY: the kernel reads the text; the file stays open.
    unsafe { libc::write(FILE.load(Ordering::Relaxed), line.as_ptr().cast(), line.len()) };
}

extern "C" fn record(_: i32) {
    answer(CAUGHT);
}

extern "C" fn record_sighup(_: i32) {
    answer(CAUGHT_SIGHUP);
}

/// Stops as an editor does after it has restored the terminal: by the default action of the same signal.
extern "C" fn stop_by_sigtstp(number: i32) {
    record(number);
    _ = set_action(Signal::SIGTSTP, SigHandler::SigDfl);
    let this = SigSet::from(Signal::SIGTSTP);
    _ = this.thread_unblock();
    _ = kill(getpid(), Signal::SIGTSTP);
    _ = this.thread_block();
    _ = set_action(Signal::SIGTSTP, SigHandler::Handler(stop_by_sigtstp));
}

extern "C" fn stop_by_sigstop(number: i32) {
    record(number);
    _ = kill(getpid(), Signal::SIGSTOP);
}

/// Puts a child in a process group of its own into the foreground. On SIGUSR1 the child puts our group there again.
fn give_terminal_away() -> io::Result<()> {
    extern "C" fn give_back(_: i32) {
        _ = tcsetpgrp(io::stdin(), Pid::from_raw(GROUP.load(Ordering::Relaxed)));
        // SAFETY: ends this process without running exit handlers.
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
            _ = prctl::set_name(HOLDER);
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
