//! Last steps that change process attributes, as a service manager does before it executes a program.

use crate::realtime::{schedule, use_one_cpu};
use crate::shim::ignore;
use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::sys::prctl::{set_dumpable, set_no_new_privs, set_pdeathsig, set_timerslack};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::Signal;
use nix::sys::stat::{Mode, umask};
use nix::unistd::{Pid, chdir, write as write_to};
use std::ffi::CStr;
use std::io;

/// A process attribute, and how to set it.
pub struct Setting {
    /// The name of the attribute.
    pub name: &'static str,
    /// Sets it. System calls only.
    pub make: fn() -> io::Result<()>,
    /// Whether it is preserved by `execve`.
    pub outlives_execution: bool,
}

/// Returns all settings. The last two are a control: `execve` resets them, with `init` and without.
pub fn settings() -> Vec<Setting> {
    let setting = |name, make| Setting { name, make, outlives_execution: true };
    let reset = |name, make| Setting { name, make, outlives_execution: false };
    vec![
        setting("umask", || {
            umask(Mode::from_bits_truncate(0o027));
            Ok(())
        }),
        setting("current directory", || Ok(chdir(c"/usr")?)),
        // The greatest value: the tests may run under `nice`, and an ordinary user may only increase it. The same is
        // true of the OOM score below. SAFETY: takes numbers only.
        setting("nice", || check(unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, 19) })),
        setting("scheduler", || Ok(schedule(Pid::from_raw(0), libc::SCHED_BATCH, 0)?)),
        // SAFETY: takes numbers only.
        setting("I/O priority", || check(unsafe { libc::syscall(libc::SYS_ioprio_set, 1, 0, 2 << 13 | 6) } as i32)),
        setting("limits", || {
            setrlimit(Resource::RLIMIT_NOFILE, 64, 65)?;
            setrlimit(Resource::RLIMIT_FSIZE, 1 << 20, 1 << 21)?;
            setrlimit(Resource::RLIMIT_STACK, 1 << 20, 1 << 21)?;
            Ok(setrlimit(Resource::RLIMIT_CORE, 0, 0)?)
        }),
        setting("blocked signals", || {
            let all = u64::MAX;
            // A raw call, because the C library reserves two of the signals.
            // SAFETY: the kernel reads eight bytes at `all`.
            check(unsafe { libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_SETMASK, &raw const all, 0, 8) } as i32)
        }),
        setting("ignored signals", || {
            use Signal::*;
            ignore(&[SIGHUP, SIGINT, SIGPIPE, SIGALRM, SIGTERM, SIGCHLD, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1])
        }),
        setting("no parent-death signal", no_parent_death_signal),
        setting("another parent-death signal", || Ok(set_pdeathsig(Signal::SIGTERM)?)),
        setting("no new privileges", || Ok(set_no_new_privs()?)),
        setting("timer slack", || Ok(set_timerslack(123_456)?)),
        // SAFETY: takes numbers only.
        setting("no transparent huge pages", || check(unsafe { libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0) })),
        // SAFETY: takes a number.
        setting("personality", || check(unsafe { libc::personality(libc::ADDR_NO_RANDOMIZE as libc::c_ulong) })),
        setting("OOM score", || write(c"/proc/self/oom_score_adj", b"1000")),
        setting("core dump filter", || write(c"/proc/self/coredump_filter", b"0x11")),
        // SAFETY: takes a number.
        reset("locked memory", || check(unsafe { libc::mlockall(libc::MCL_FUTURE) })),
        reset("not dumpable", || Ok(set_dumpable(false)?)),
    ]
}

/// Returns the result of a call of the C library.
fn check(result: i32) -> io::Result<()> {
    Ok(Errno::result(result).map(drop)?)
}

/// Writes to a file of `/proc`. System calls only.
fn write(path: &CStr, text: &[u8]) -> io::Result<()> {
    let file = open(path, OFlag::O_WRONLY | OFlag::O_CLOEXEC, Mode::empty())?;
    Ok(write_to(file, text).map(drop)?)
}

/// Restricts this process to the first CPU that it may use.
pub fn one_processor() -> io::Result<()> {
    Ok(use_one_cpu()?)
}

/// Clears this process's parent-death signal.
pub fn no_parent_death_signal() -> io::Result<()> {
    Ok(set_pdeathsig(None)?)
}
