//! A program that `init` starts. It writes what it inherits to a file, before the standard library changes any of it.
//!
//! `print-inherited FILE` writes the file and exits. `print-inherited FILE stay` then waits until a signal ends it.
#![no_main]

use nix::errno::Errno;
use nix::unistd::{Pid, getpgrp, getpid, tcgetpgrp};
use std::ffi::{CStr, OsStr, c_char, c_int};
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The highest descriptor that is checked.
const HIGHEST: c_int = 1100;

/// The lines of `/proc/self/status` that are written.
const STATUS: &str = "Umask Uid Gid Groups VmLck SigBlk SigIgn SigCgt CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs \
    Seccomp Seccomp_filters THP_enabled Cpus_allowed Mems_allowed CoreDumping";

/// The variables in which a service manager passes a process ID.
const PID_VARIABLES: [&[u8]; 2] = [b"LISTEN_PID", b"WATCHDOG_PID"];

unsafe extern "C" {
    static environ: *const *const c_char;
}

/// Called by the C library. The standard library's entry point would open `/dev/null` for closed standard streams, and
/// ignore SIGPIPE.
#[unsafe(no_mangle)]
extern "C" fn main(count: c_int, arguments: *const *const c_char) -> c_int {
    // SAFETY: the C library passes `count` pointers to strings that live as long as the process.
    let argument = |i: c_int| (i < count).then(|| unsafe { CStr::from_ptr(*arguments.add(i as usize)) });
    let Some(file) = argument(1) else { return 2 };
    let file = Path::new(OsStr::from_bytes(file.to_bytes()));
    if write_inherited(file).is_err() {
        return 1;
    }
    if argument(2) == Some(c"stay") {
        // SAFETY: takes nothing.
        unsafe { libc::pause() };
    }
    0
}

/// Writes the file. It gets its name when it is complete.
fn write_inherited(path: &Path) -> io::Result<()> {
    // First, because every file that is opened later has a descriptor too.
    let open: Vec<(c_int, c_int)> =
        (0..=HIGHEST).filter_map(|descriptor| Some((descriptor, flags(descriptor)?))).collect();
    let mut text = Vec::new();
    for (descriptor, flags) in open {
        let target = fs::read_link(format!("/proc/self/fd/{descriptor}"))?;
        // SAFETY: takes numbers only.
        let mode = unsafe { libc::fcntl(descriptor, libc::F_GETFL) };
        writeln!(text, "descriptor {descriptor} {} mode {mode:o} flags {flags}", target.display())?;
    }
    write_variables(&mut text)?;
    write_attributes(&mut text)?;
    writeln!(text, "sd_listen_fds {}", sd_listen_fds())?;
    writeln!(text, "sd_watchdog_enabled {}", sd_watchdog_enabled())?;
    let unfinished = PathBuf::from(format!("{}.new", path.display()));
    File::create(&unfinished)?.write_all(&text)?;
    fs::rename(unfinished, path)
}

/// Returns the flags of a descriptor, if it is open: 1 is close-on-exec.
fn flags(descriptor: c_int) -> Option<c_int> {
    // SAFETY: takes numbers only.
    Errno::result(unsafe { libc::fcntl(descriptor, libc::F_GETFD) }).ok()
}

/// Writes the environment variables in their order.
fn write_variables(text: &mut Vec<u8>) -> io::Result<()> {
    for variable in variables() {
        let (name, value) = variable.split_at(variable.iter().position(|byte| *byte == b'=').unwrap_or(variable.len()));
        let is_own = PID_VARIABLES.contains(&name) && value == format!("={}", getpid()).as_bytes();
        let value = if is_own { b"=own process ID" } else { value };
        text.write_all(&[b"variable ", name, value, b"\n"].concat())?;
    }
    Ok(())
}

/// Returns the environment variables in their order.
fn variables() -> impl Iterator<Item = &'static [u8]> {
    // SAFETY: `environ` points to pointers to strings, up to a null pointer. Nothing here changes any of them.
    (0..).map(|i| unsafe { *environ.add(i) }).take_while(|variable| !variable.is_null()).map(|variable| {
        // SAFETY: as above.
        unsafe { CStr::from_ptr(variable) }.to_bytes()
    })
}

/// Writes the process attributes.
fn write_attributes(text: &mut Vec<u8>) -> io::Result<()> {
    let status = fs::read_to_string("/proc/self/status")?;
    let is_listed = |line: &&str| STATUS.split(' ').any(|name| Some(name) == line.split(':').next());
    for line in status.lines().filter(is_listed) {
        writeln!(text, "{line}")?;
    }
    for file in ["limits", "oom_score_adj", "coredump_filter", "cgroup"] {
        writeln!(text, "{file} {}", fs::read_to_string(format!("/proc/self/{file}"))?.trim_end())?;
    }
    for link in ["cwd", "root"] {
        writeln!(text, "{link} {}", fs::read_link(format!("/proc/self/{link}"))?.display())?;
    }
    let mut death_signal: c_int = 0;
    // SAFETY: the kernel writes one number; the other calls take numbers only.
    unsafe {
        libc::prctl(libc::PR_GET_PDEATHSIG, &raw mut death_signal);
        writeln!(text, "parent-death signal {death_signal}")?;
        writeln!(text, "dumpable {}", libc::prctl(libc::PR_GET_DUMPABLE))?;
        writeln!(text, "timer slack {}", libc::prctl(libc::PR_GET_TIMERSLACK))?;
        writeln!(text, "securebits {}", libc::prctl(libc::PR_GET_SECUREBITS))?;
        writeln!(text, "nice {}", libc::getpriority(libc::PRIO_PROCESS, 0))?;
        writeln!(text, "scheduler {}", libc::sched_getscheduler(0))?;
        writeln!(text, "I/O priority {}", libc::syscall(libc::SYS_ioprio_get, 1, 0))?;
        writeln!(text, "personality {:x}", libc::personality(0xffff_ffff))?;
    }
    let terminal = File::open("/dev/tty").and_then(|terminal| Ok(tcgetpgrp(terminal)?));
    writeln!(text, "foreground {:?}", terminal.ok().map(|group: Pid| group == getpgrp()))
}

/// Returns what `man 3 sd_listen_fds` returns: the number of descriptors from the service manager, or a negative error.
fn sd_listen_fds() -> i64 {
    let Some(pid) = variable("LISTEN_PID") else { return 0 };
    match pid.parse::<c_int>() {
        Err(_) => return -i64::from(libc::EINVAL),
        Ok(pid) if pid != getpid().as_raw() => return 0,
        Ok(_) => {}
    }
    if let Some(id) = variable("LISTEN_PIDFDID") {
        match (id.parse::<u64>(), own_pidfd_id()) {
            (Err(_), _) => return -i64::from(libc::EINVAL),
            (Ok(id), Some(own)) if id != own => return 0,
            _ => {}
        }
    }
    let Some(count) = variable("LISTEN_FDS") else { return 0 };
    let Ok(count @ 1..) = count.parse::<c_int>() else { return -i64::from(libc::EINVAL) };
    for descriptor in 3..3 + count {
        // SAFETY: takes numbers only.
        if let Err(error) = Errno::result(unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) }) {
            return -i64::from(error as c_int);
        }
    }
    count.into()
}

/// Returns what `man 3 sd_watchdog_enabled` returns: whether the service manager expects keep-alive messages, or a
/// negative error.
fn sd_watchdog_enabled() -> i64 {
    let Some(interval) = variable("WATCHDOG_USEC") else { return 0 };
    if interval.parse::<u64>().map_or(true, |interval| [0, u64::MAX].contains(&interval)) {
        return -i64::from(libc::EINVAL);
    }
    match variable("WATCHDOG_PID").map(|pid| pid.parse::<c_int>()) {
        Some(Err(_)) => -i64::from(libc::EINVAL),
        Some(Ok(pid)) if pid != getpid().as_raw() => 0,
        _ => 1,
    }
}

/// Returns the value of the first variable with this name.
fn variable(name: &str) -> Option<&'static str> {
    let value = variables().find_map(|variable| variable.strip_prefix(name.as_bytes())?.strip_prefix(b"="))?;
    str::from_utf8(value).ok()
}

/// Returns the pidfd ID of this process: the inode of its pidfd.
fn own_pidfd_id() -> Option<u64> {
    // SAFETY: takes numbers only.
    let descriptor = unsafe { libc::syscall(libc::SYS_pidfd_open, libc::getpid(), 0) };
    let descriptor = Errno::result(descriptor).ok()? as c_int;
    // SAFETY: it is open, and stays so until the process ends.
    let file = File::from(unsafe { BorrowedFd::borrow_raw(descriptor) }.try_clone_to_owned().ok()?);
    Some(file.metadata().ok()?.ino())
}
