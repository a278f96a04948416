//! A program for `init` to start: tells what it was given, and every signal that reaches it.

use nix::errno::Errno;
use nix::sys::resource::{Resource, setrlimit};
use nix::unistd::{execvp, getpgid, getpgrp, getpid, getppid, getsid, setsid, tcgetpgrp};
use procfs::process::Process;
use std::env;
use std::io::{self, Write};
use std::path::Path;
use std::process::{ExitCode, exit};
use testkit::job;
use testkit::shim::default_signals;

const USAGE: &str = "usage: probe-child WHAT [NUMBER]
  status N      leave with status N
  die N         die of signal N
  facts         tell who it is, and which signals are blocked and ignored
  signals [N]   tell the number of every signal that comes, one in a line, after a 0 when it begins; leave after signal N
  daemon [N]    the same in a session of its own
  job FOLDER    do what it is told to, and be stopped and continued meanwhile
  exec          execute `it` as the C library does; leave with 126, or 127 where it is not found";

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
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("probe-child: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Dies of a signal, and leaves no core.
fn die(signal: i32) -> io::Result<()> {
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    // SAFETY: the default action calls no function. The standard library has a handler for two of them.
    _ = unsafe { libc::signal(signal, libc::SIG_DFL) };
    // SAFETY: takes two numbers, and no memory.
    Errno::result(unsafe { libc::kill(getpid().as_raw(), signal) })?;
    Err(io::Error::other("still alive"))
}

/// Leaves as a shell does, where it returns at all.
fn exec() -> io::Result<()> {
    let words = [c"it", c"a", c"b c"];
    match execvp(words[0], &words) {
        Err(Errno::ENOENT | Errno::ENOTDIR) => exit(127), // the latter is about the last place in the path
        _ => exit(126),
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
    default_signals(); // a shell has its background jobs ignore some, and a signal that is ignored asks nobody to end
    // Not by the C library, which keeps two of the real-time signals to itself.
    const ALL: u64 = u64::MAX;
    // SAFETY: the kernel reads eight bytes at `ALL`.
    Errno::result(unsafe { libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_SETMASK, &ALL, 0, 8) })?;
    let mut output = io::stdout();
    writeln!(output, "0")?;
    loop {
        // SAFETY: the kernel reads eight bytes at `ALL`; neither the details are asked for nor a limit is given.
        let signal = unsafe { libc::syscall(libc::SYS_rt_sigtimedwait, &ALL, 0, 0, 8) } as i32;
        if signal > 0 {
            writeln!(output, "{signal}")?;
        }
        if Some(signal) == last {
            return Ok(());
        }
    }
}
