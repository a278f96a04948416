//! The process between a test and a process of a pod, like a container runtime's shim.
//!
//! A process that creates or joins a PID namespace stays outside of it: only its children are inside. So the process
//! that `Command` forks enters the namespaces and forks once more. The child becomes the program. The parent is the
//! shim: it ends with the child's status, so that the test sees the program's status. The kernel kills each of them
//! when its parent ends.
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
use std::os::fd::BorrowedFd;

/// The writing end of the pipe by which forked processes report their steps, and the shim the program's process ID.
pub struct Reporter(PipeWriter);

/// What the forked processes have reported.
#[derive(Default)]
pub struct Report {
    /// The last step that was begun.
    pub step: u8,
    /// The program's process ID in the reader's PID namespace, if it was forked.
    pub pid: Option<Pid>,
}

impl Reporter {
    /// Creates the pipe.
    pub fn new() -> io::Result<(PipeReader, Self)> {
        let (reader, writer) = io::pipe()?; // both ends close on exec
        Ok((reader, Self(writer)))
    }

    /// Reports that `step` begins.
    pub fn begin(&self, step: u8) {
        self.send(-i32::from(step));
    }

    fn send(&self, value: i32) {
        _ = write(&self.0, &value.to_ne_bytes()); // fails only if the reader has ended, and then it is not needed
    }
}

impl Report {
    /// Reads until all copies of the [`Reporter`] are closed: the program was executed, or the start failed.
    pub fn read(mut reader: PipeReader) -> io::Result<Self> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes)?;
        let mut report = Self::default();
        for value in bytes.as_chunks().0.iter().map(|&chunk| i32::from_ne_bytes(chunk)) {
            match u8::try_from(-value) {
                Ok(step) => report.step = step,
                Err(_) => report.pid = Some(Pid::from_raw(value)),
            }
        }
        Ok(report)
    }
}

/// Forks. Only the child returns. The parent becomes the shim: it reports the child's process ID, closes every file,
/// and ends with the child's status.
///
/// # Safety
/// Only between fork and exec, where this process has one thread.
pub unsafe fn become_shim(reporter: &Reporter) -> io::Result<()> {
    // SAFETY: this process has one thread, as the caller promises.
    match unsafe { fork() }? {
        ForkResult::Child => die_with_parent(None),
        ForkResult::Parent { child } => {
            reporter.send(child.as_raw());
            // Pipes must end with the program, and `Command` waits for the end of one of them.
            // SAFETY: this process uses no file from here on.
            unsafe { libc::syscall(libc::SYS_close_range, 0, libc::c_uint::MAX, 0) };
            end_as(child)
        }
    }
}

/// Asks the kernel to kill this process when the thread that forked it ends. Fails if `parent` is no longer its parent.
pub fn die_with_parent(parent: Option<Pid>) -> io::Result<()> {
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    match parent {
        Some(parent) if parent != getppid() => Err(Errno::ESRCH.into()),
        _ => Ok(()),
    }
}

/// Sets every signal to its default action. Otherwise the program would inherit the signals that the tests' parent
/// ignored.
pub fn default_signals() {
    let default = [0_usize; 5]; // the kernel's `struct sigaction`: the default action, no flags, an empty mask
    for number in 1..=libc::SIGRTMAX() {
        // A raw call, because the C library reserves two of the signals. The kernel refuses SIGKILL and SIGSTOP.
        // SAFETY: the kernel reads `default`; the action calls no function.
        unsafe { libc::syscall(libc::SYS_rt_sigaction, number, &raw const default, 0, 8) };
    }
}

/// Waits for `child` and ends with its exit status, or by its signal.
fn end_as(child: Pid) -> ! {
    let status = loop {
        match waitpid(child, None) {
            Ok(WaitStatus::Exited(_, status)) => break status,
            Ok(WaitStatus::Signaled(_, fatal, _)) => {
                _ = setrlimit(Resource::RLIMIT_CORE, 0, 0); // one core is enough
                _ = raise(fatal); // if it does not end this process, the exit status below shows it
                break 128 + fatal as i32;
            }
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => break 255, // a signal that nix has no name for
        }
    };
    // SAFETY: ends this process without running the parent's exit handlers.
    unsafe { libc::_exit(status) }
}

/// Blocks every signal, and ignores each of `signals`. The program that is executed next inherits both. For a last
/// step.
pub fn block_all_and_ignore(signals: &[Signal]) -> io::Result<()> {
    SigSet::all().thread_block()?;
    ignore(signals)
}

/// Ignores these signals. The program that is executed next inherits this.
pub fn ignore(signals: &[Signal]) -> io::Result<()> {
    for &ignored in signals {
        // SAFETY: to ignore a signal calls no function.
        unsafe { signal(ignored, SigHandler::SigIgn) }?;
    }
    Ok(())
}

/// Returns a last step after which every fork fails: it allows its user one process.
pub fn forbid_fork() -> impl Fn() -> io::Result<()> + Send + Sync + 'static {
    let is_root = geteuid().is_root();
    move || {
        if is_root {
            setuid(Uid::from_raw(54321))?; // root has no limit
        }
        Ok(setrlimit(Resource::RLIMIT_NPROC, 1, 1)?)
    }
}

/// Makes one zombie child for each of these exit signals; 0 is none. The program that is executed next inherits the
/// zombies. For a last step.
pub fn dead_children(exit_signals: &[i32]) -> io::Result<()> {
    for &exit_signal in exit_signals {
        // The first version of `clone_args`, which the crate `libc` does not have for every platform: 64-bit numbers.
        const EXIT_SIGNAL: usize = 4;
        let mut arguments = [0_u64; 8];
        arguments[EXIT_SIGNAL] = exit_signal as u64;
        // SAFETY: without flags and stack this forks, in a process with one thread; the kernel reads `arguments`.
        match Errno::result(unsafe { libc::syscall(libc::SYS_clone3, &raw mut arguments, size_of_val(&arguments)) })? {
            // SAFETY: as in `end_as`.
            0 => unsafe { libc::_exit(0) },
            // A raw call: nix has no flag for children with another exit signal.
            // SAFETY: the kernel is asked for no details, and leaves the child as it is.
            child => Errno::result(unsafe {
                let options = libc::WEXITED | libc::WNOWAIT | libc::__WALL;
                libc::syscall(libc::SYS_waitid, libc::P_PID, child, 0, options, 0)
            })?,
        };
    }
    Ok(())
}

/// Makes a child that writes `words` to standard error and exits when it receives SIGTERM. It ends with its parent, and
/// has only standard error open. The program that is executed next inherits the child. For a last step.
pub fn leave_child(name: &CStr, words: &str) -> io::Result<()> {
    // SAFETY: this process was forked, and has one thread.
    if let ForkResult::Parent { .. } = unsafe { fork() }? {
        return Ok(());
    }
    let wait_and_write = || -> io::Result<()> {
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
        // SAFETY: the descriptor stays open until this process ends.
        let stderr = unsafe { BorrowedFd::borrow_raw(libc::STDERR_FILENO) };
        Ok(write(stderr, words.as_bytes()).map(drop)?)
    };
    _ = wait_and_write(); // on failure the test misses the words
    // SAFETY: as in `end_as`.
    unsafe { libc::_exit(0) }
}
