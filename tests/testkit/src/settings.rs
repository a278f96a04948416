//! Settings of a process that a service manager makes before it executes a program, as last steps.

use crate::shim::ignore;
use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::prctl::{set_dumpable, set_no_new_privs, set_pdeathsig, set_timerslack};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::Signal;
use nix::sys::stat::{Mode, umask};
use nix::unistd::{Pid, chdir, write as write_to};
use std::ffi::CStr;
use std::io;

/// One of them.
pub struct Setting {
    pub name: &'static str,
    /// Makes it. System calls only.
    pub make: fn() -> io::Result<()>,
    /// Whether an executed program still has it.
    pub outlives_execution: bool,
}

/// All of them. The control of the last two is that a program does not have them without `init` either.
pub fn settings() -> Vec<Setting> {
    let setting = |name, make| Setting { name, make, outlives_execution: true };
    let lost = |name, make| Setting { name, make, outlives_execution: false };
    vec![
        setting("umask", || {
            umask(Mode::from_bits_truncate(0o027));
            Ok(())
        }),
        setting("current directory", || Ok(chdir(c"/usr")?)),
        // The greatest: an ordinary user may not lower it, and the tests may be run by `nice`. So with the score below.
        // SAFETY: takes numbers only.
        setting("nice", || done(unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, 19) })),
        setting("scheduler", || {
            let parameter = libc::sched_param { sched_priority: 0 };
            // SAFETY: the kernel reads `parameter`.
            done(unsafe { libc::sched_setscheduler(0, libc::SCHED_BATCH, &raw const parameter) })
        }),
        // SAFETY: takes numbers only.
        setting("I/O priority", || done(unsafe { libc::syscall(libc::SYS_ioprio_set, 1, 0, 2 << 13 | 6) } as i32)),
        setting("limits", || {
            setrlimit(Resource::RLIMIT_NOFILE, 64, 65)?;
            setrlimit(Resource::RLIMIT_FSIZE, 1 << 20, 1 << 21)?;
            setrlimit(Resource::RLIMIT_STACK, 1 << 20, 1 << 21)?;
            Ok(setrlimit(Resource::RLIMIT_CORE, 0, 0)?)
        }),
        setting("blocked signals", || {
            let all = u64::MAX;
            // Not by the C library, which keeps two of them to itself.
            // SAFETY: the kernel reads eight bytes at `all`.
            done(unsafe { libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_SETMASK, &raw const all, 0, 8) } as i32)
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
        setting("no transparent huge pages", || done(unsafe { libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0) })),
        // SAFETY: takes a number.
        setting("personality", || done(unsafe { libc::personality(libc::ADDR_NO_RANDOMIZE as libc::c_ulong) })),
        setting("score of the out-of-memory killer", || write(c"/proc/self/oom_score_adj", b"1000")),
        setting("what is dumped to a core", || write(c"/proc/self/coredump_filter", b"0x11")),
        // SAFETY: takes a number.
        lost("locked memory", || done(unsafe { libc::mlockall(libc::MCL_FUTURE) })),
        lost("not dumpable", || Ok(set_dumpable(false)?)),
    ]
}

/// The result of a call of the C library.
fn done(result: i32) -> io::Result<()> {
    Ok(Errno::result(result).map(drop)?)
}

/// Writes to a file of `/proc`. System calls only.
fn write(path: &CStr, text: &[u8]) -> io::Result<()> {
    let file = open(path, OFlag::O_WRONLY | OFlag::O_CLOEXEC, Mode::empty())?;
    Ok(write_to(file, text).map(drop)?)
}

/// Lets this process use one of its processors alone, the first one.
pub fn one_processor() -> io::Result<()> {
    let current = Pid::from_raw(0);
    let allowed = sched_getaffinity(current)?;
    let mut first = CpuSet::new();
    let cpu = (0..CpuSet::count()).find(|&cpu| allowed.is_set(cpu) == Ok(true)).ok_or(Errno::EINVAL)?;
    first.set(cpu)?;
    Ok(sched_setaffinity(current, &first)?)
}

/// The death of its parent is nothing to this process.
pub fn no_parent_death_signal() -> io::Result<()> {
    Ok(set_pdeathsig(None)?)
}
