//! The process between a test and a process of a pod, as a container runtime has one.
//!
//! Whoever creates or joins a PID namespace stays outside of it: only its children are inside. So the process that
//! `Command` forks enters the namespaces, forks once more, and stays behind as the shim; the child becomes the program.
//! The shim ends as its child ended, so that its status is the program's. Each of them is killed when its parent ends.
//!
//! All of this runs between fork and exec of a process that may have other threads: system calls only, no allocation.

use nix::errno::Errno;
use nix::sys::prctl;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigHandler, SigSet, Signal, raise, signal};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, Uid, fork, geteuid, getppid, setuid, write};
use std::ffi::CStr;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::mem;
use std::os::fd::BorrowedFd;

/// How the processes on the far side of a fork tell the near side what they do: the step they are at, then who the
/// program is.
pub struct Report(PipeWriter);

/// What the near side read.
#[derive(Default)]
pub struct Reported {
    /// The last step that was begun.
    pub step: u8,
    /// The program's process ID in the reader's PID namespace, where it came to that.
    pub pid: Option<Pid>,
}

impl Report {
    pub fn new() -> io::Result<(PipeReader, Self)> {
        let (reader, writer) = io::pipe()?; // both ends close on exec
        Ok((reader, Self(writer)))
    }

    /// Says that `step` begins.
    pub fn begin(&self, step: u8) {
        self.send(-i32::from(step));
    }

    fn send(&self, value: i32) {
        _ = write(&self.0, &value.to_ne_bytes()); // nobody is left to be told of a failure
    }
}

impl Reported {
    /// Reads to the end, which is there when the program was started or failed to be, and all copies of the
    /// [`Report`] are closed.
    pub fn read(mut reader: PipeReader) -> io::Result<Self> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes)?;
        let mut reported = Self::default();
        for value in bytes.as_chunks().0.iter().map(|&chunk| i32::from_ne_bytes(chunk)) {
            match u8::try_from(-value) {
                Ok(step) => reported.step = step,
                Err(_) => reported.pid = Some(Pid::from_raw(value)),
            }
        }
        Ok(reported)
    }
}

/// Forks. The child returns; the parent is the shim: it reports the child's process ID, lets go of every file, and ends
/// as the child ends.
///
/// # Safety
/// Only between fork and exec, where this process has one thread.
pub unsafe fn stay_behind(report: &Report) -> io::Result<()> {
    // SAFETY: this process has one thread, as the caller promises.
    match unsafe { fork() }? {
        ForkResult::Child => die_with_parent(None),
        ForkResult::Parent { child } => {
            report.send(child.as_raw());
            close_everything();
            end_as(child)
        }
    }
}

/// Asks the kernel to kill this process when the thread that forked it ends. `parent` is who that was, where this
/// process can see it: it may be gone already.
pub fn die_with_parent(parent: Option<Pid>) -> io::Result<()> {
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    match parent {
        Some(parent) if parent != getppid() => Err(Errno::ESRCH.into()),
        _ => Ok(()),
    }
}

/// Gives every signal its default action: whoever started the tests may have ignored some, and that is inherited.
pub fn default_signals() {
    let default = [0_usize; 5]; // a `struct sigaction` of the kernel's: the default action, no flags, an empty mask
    for number in 1..=libc::SIGRTMAX() {
        // SAFETY: the kernel reads `default`; the action calls no function. By hand because the C library keeps two of
        // the signals to itself. SIGKILL and SIGSTOP are refused.
        unsafe { libc::syscall(libc::SYS_rt_sigaction, number, &raw const default, 0, 8) };
    }
}

/// Closes every file descriptor: pipes must end when the program ends, and `Command` waits for one of them.
fn close_everything() {
    // SAFETY: this process uses no file from here on.
    unsafe { libc::syscall(libc::SYS_close_range, 0, libc::c_uint::MAX, 0) };
}

/// Waits for `child` and ends with its status, or of its signal.
fn end_as(child: Pid) -> ! {
    let status = loop {
        match waitpid(child, None) {
            Ok(WaitStatus::Exited(_, status)) => break status,
            Ok(WaitStatus::Signaled(_, fatal, _)) => {
                _ = setrlimit(Resource::RLIMIT_CORE, 0, 0); // one core is enough
                _ = raise(fatal);
                break 128 + fatal as i32;
            }
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => break 255, // a signal that nix has no name for
        }
    };
    // SAFETY: ends this process and runs nothing that its parent wanted to be run at its own end.
    unsafe { libc::_exit(status) }
}

/// Blocks every signal, and ignores each of `signals`: what a careless parent leaves to the program that is executed
/// now. For the last step before it is.
pub fn block_all_and_ignore(signals: &[Signal]) -> io::Result<()> {
    SigSet::all().thread_block()?;
    ignore(signals)
}

/// Ignores these signals, as does a program that is executed now.
pub fn ignore(signals: &[Signal]) -> io::Result<()> {
    for &ignored in signals {
        // SAFETY: to ignore a signal calls no function.
        unsafe { signal(ignored, SigHandler::SigIgn) }?;
    }
    Ok(())
}

/// A last step after which no other process is to be had: that of a user who may have one.
pub fn forbid_fork() -> impl Fn() -> io::Result<()> + Send + Sync + 'static {
    let is_root = geteuid().is_root();
    move || {
        if is_root {
            setuid(Uid::from_raw(54321))?; // no limit holds root
        }
        Ok(setrlimit(Resource::RLIMIT_NPROC, 1, 1)?)
    }
}

/// Makes children that are dead when this returns, and does not reap them: what a program inherits that is executed now.
/// Each of them was to tell its parent of its end with one of these signals; 0 is none. For the last step before it is.
pub fn dead_children(exit_signals: &[i32]) -> io::Result<()> {
    for &exit_signal in exit_signals {
        // SAFETY: the structure is made of numbers, and zero is a valid value for each of them.
        let mut arguments: libc::clone_args = unsafe { mem::zeroed() };
        arguments.exit_signal = exit_signal as u64;
        // SAFETY: without flags and stack this forks, in a process with one thread; the kernel reads `arguments`.
        match Errno::result(unsafe { libc::syscall(libc::SYS_clone3, &raw mut arguments, size_of_val(&arguments)) })? {
            // SAFETY: as in `end_as`.
            0 => unsafe { libc::_exit(0) },
            // `waitid` of its own: nix does not know the flag for children with another signal.
            // SAFETY: the kernel is asked for no details, and leaves the child as it is.
            child => Errno::result(unsafe {
                let options = libc::WEXITED | libc::WNOWAIT | libc::__WALL;
                libc::syscall(libc::SYS_waitid, libc::P_PID, child, 0, options, 0)
            })?,
        };
    }
    Ok(())
}

/// Makes a child that writes this to standard error, and exits, when it gets SIGTERM: what a program inherits that is
/// executed now. It ends with its parent, and holds nothing but standard error open. For the last step before it is.
pub fn leave_child(name: &CStr, words: &str) -> io::Result<()> {
    // SAFETY: this process was forked, and has one thread.
    if let ForkResult::Parent { .. } = unsafe { fork() }? {
        return Ok(());
    }
    let wait_and_tell = || -> io::Result<()> {
        let term = SigSet::from(Signal::SIGTERM);
        term.thread_block()?;
        die_with_parent(None)?;
        prctl::set_name(name)?;
        // SAFETY: this process uses none of these files from here on.
        unsafe {
            libc::syscall(libc::SYS_close_range, 0, 1, 0);
            libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0);
        }
        term.wait()?;
        // SAFETY: a descriptor that stays open, as nothing is dropped before this process ends.
        let stderr = unsafe { BorrowedFd::borrow_raw(libc::STDERR_FILENO) };
        Ok(write(stderr, words.as_bytes()).map(drop)?)
    };
    _ = wait_and_tell();
    // SAFETY: as in `end_as`.
    unsafe { libc::_exit(0) }
}
