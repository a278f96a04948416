//! The probe child: a program that `init` starts. It prints the attributes that it inherits, or the signals that it
//! receives.

use nix::errno::Errno;
use nix::sys::resource::{Resource, setrlimit};
use nix::unistd::{
    ForkResult, execvp, fork, getpgid, getpgrp, getpid, getppid, getsid, pause, setpgid, setsid, tcgetpgrp,
};
use procfs::process::Process;
use std::env;
use std::io::{self, Write};
use std::path::Path;
use std::process::{ExitCode, exit};
use testkit::job;
use testkit::programs::{exit_code, wrong_usage};
use testkit::shim::default_signals;

const USAGE: &str = "usage: probe-child WHAT [NUMBER]
  status N      exit with status N
  die N         end by signal N
  facts         print its process group, session and parent, its blocked and ignored signals, and the foreground
  signals [N]   print 0, then the number of every signal that it receives, one a line; exit after signal N
  daemon [N]    like signals, in a session of its own
  leaves [N]    like signals, after moving to the process group of a child
  job FOLDER    execute the commands from FOLDER/commands, while it is stopped and continued
  exec          execute the program `it` by the C library; exit with 127 if there is none, with 126 on other errors";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let number = arguments.get(1).and_then(|number| number.parse::<i32>().ok());
    let done = match (arguments.first().map(String::as_str), number) {
        (Some("status"), Some(status)) => return ExitCode::from(status as u8),
        (Some("die"), Some(signal)) => die(signal),
        (Some("facts"), None) => facts(),
        (Some("exec"), None) => exec(),
        (Some("job"), None) if arguments.len() == 2 => job::program::run(Path::new(&arguments[1])),
        (Some("signals"), last) => signals(last),
        (Some("daemon"), last) => setsid().map_err(io::Error::from).and_then(|_| signals(last)),
        (Some("leaves"), last) => leave_group().and_then(|()| signals(last)),
        _ => return wrong_usage(USAGE),
    };
    exit_code("probe-child", done)
}

/// Ends by a signal, without a core dump.
fn die(signal: i32) -> io::Result<()> {
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    // The standard library handles two of the signals. SIGKILL and SIGSTOP are refused, and need no reset.
    // SAFETY: the default action calls no function.
    _ = unsafe { libc::signal(signal, libc::SIG_DFL) };
    // SAFETY: takes two numbers, and no memory.
    Errno::result(unsafe { libc::kill(getpid().as_raw(), signal) })?;
    Err(io::Error::other("still alive"))
}

/// Executes `it`, or exits like a shell that cannot.
fn exec() -> io::Result<()> {
    let words = [c"it", c"a", c"b c"];
    match execvp(words[0], &words) {
        Err(Errno::ENOENT | Errno::ENOTDIR) => exit(127), // ENOTDIR can come from the last folder of PATH
        _ => exit(126),
    }
}

/// Moves to the process group of a child, which does nothing.
fn leave_group() -> io::Result<()> {
    // SAFETY: the process has one thread, and the child only calls `pause`.
    match unsafe { fork() }? {
        ForkResult::Child => loop {
            pause();
        },
        ForkResult::Parent { child } => {
            setpgid(child, child)?;
            Ok(setpgid(getpid(), child)?)
        }
    }
}

fn facts() -> io::Result<()> {
    let status = Process::myself().and_then(|me| me.status()).map_err(io::Error::other)?;
    let foreground = tcgetpgrp(io::stdin()).is_ok_and(|group| group == getpgrp());
    println!("leads {}", getpgrp() == getpid());
    println!("shares {}", getpgid(Some(getppid())).is_ok_and(|group| group == getpgrp()));
    println!("session {}", getsid(Some(getppid())).is_ok_and(|session| Ok(session) == getsid(None)));
    println!("parent {}", getppid());
    println!("blocked {:x}", status.sigblk);
    println!("ignored {:x}", status.sigign);
    println!("foreground {foreground}");
    Ok(())
}

fn signals(last: Option<i32>) -> io::Result<()> {
    default_signals(); // a shell lets background jobs ignore some
    // A raw call, because the C library reserves two of the real-time signals.
    const ALL: u64 = u64::MAX;
    // SAFETY: the kernel reads eight bytes at `ALL`.
    Errno::result(unsafe { libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_SETMASK, &ALL, 0, 8) })?;
    let mut output = io::stdout();
    writeln!(output, "0")?;
    loop {
        // SAFETY: the kernel reads eight bytes at `ALL`. There is no `siginfo_t` and no timeout.
        let signal = unsafe { libc::syscall(libc::SYS_rt_sigtimedwait, &ALL, 0, 0, 8) } as i32;
        if signal > 0 {
            writeln!(output, "{signal}")?;
        }
        if Some(signal) == last {
            return Ok(());
        }
    }
}
