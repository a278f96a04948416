//! The orphan maker: a program in a container that abandons children, uses up resources, or signals process 1.
//!
//! Some orphans wait for the end of standard input: a test closes it to end them. When all of them are made, the orphan
//! maker prints "ready".

use nix::errno::Errno;
use nix::sys::ptrace;
use nix::sys::signal::{Signal, kill, raise};
use nix::sys::wait::{Id, WaitPidFlag, waitid, waitpid};
use nix::unistd::{ForkResult, Pid, close, fork, getpid, getppid, pipe, read};
use std::os::fd::{AsFd, AsRawFd};
use std::process::ExitCode;
use std::time::Duration;
use std::{env, io, thread};
use testkit::programs::{exit_code, wrong_usage};

const USAGE: &str = "usage: orphan-maker HOW [NUMBER…]
  one-by-one N  make N orphans, each after the last one has exited; print how many forks failed
  released N    the same after the end of standard input
  endless       make orphans one by one until it is killed
  together N    make N orphans that wait for the end of standard input
  chain N       make N descendants, each the child of the last, that wait for the end of standard input
  dead          make a zombie that process 1 adopts
  signal N      make an orphan that sends itself signal N
  stopped       make a stopped orphan; at the end of standard input, continue it
  traced        make an orphan that ends while it is traced; at the end of standard input, end the tracer
  threads       make an orphan whose first thread ends, and whose others wait for the end of standard input
  fill          make orphans that wait for the end of standard input until a fork fails
  eat N         make N orphans that allocate memory until they are killed; if N is 0, allocate it itself
  kill N…       send these signals to process 1, in this order
  hog           keep a CPU busy";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let number = || arguments.get(1).and_then(|number| number.parse::<u32>().ok());
    let done = match (arguments.first().map(String::as_str), number()) {
        (Some("one-by-one"), Some(count)) => one_by_one(count),
        (Some("released"), Some(count)) => wait_for_end_of(io::stdin()).and_then(|()| one_by_one(count)),
        (Some("endless"), None) => one_by_one(u32::MAX),
        (Some("together"), Some(count)) => together(count),
        (Some("chain"), Some(depth)) => chain(depth),
        (Some("dead"), None) => dead(),
        (Some("signal"), Some(number)) => abandon(|| send(getpid(), number)).map(drop),
        (Some("stopped"), None) => stopped(),
        (Some("traced"), None) => traced(),
        (Some("threads"), None) => threads(),
        (Some("fill"), None) => fill(),
        (Some("eat"), Some(0)) => eat(),
        (Some("eat"), Some(count)) => (0..count).try_for_each(|_| abandon(eat).map(drop)),
        (Some("kill"), Some(_)) => kill_init(&arguments[1..]),
        (Some("hog"), None) => loop {
            std::hint::spin_loop();
        },
        _ => return wrong_usage(USAGE),
    };
    exit_code("orphan-maker", done)
}

/// Forks a child that does `work` and exits. Returns its process ID.
fn child(work: impl FnOnce() -> nix::Result<()>) -> nix::Result<Pid> {
    // SAFETY: this program has one thread whenever it forks.
    match unsafe { fork() }? {
        ForkResult::Parent { child } => Ok(child),
        ForkResult::Child => exit(work().is_err().into()),
    }
}

/// Makes an orphan that waits until it is adopted, does `work` and exits. Its parent is gone when this returns.
fn abandon(work: impl FnOnce() -> nix::Result<()>) -> nix::Result<Pid> {
    let (reader, writer) = pipe()?;
    let parent = child(|| {
        let orphan = child(|| {
            wait_for_adoption();
            work()
        })?;
        nix::unistd::write(&writer, &orphan.as_raw().to_ne_bytes())?;
        Ok(())
    })?;
    drop(writer);
    waitpid(parent, None)?;
    let mut orphan = [0; size_of::<i32>()];
    match read(&reader, &mut orphan)? {
        4 => Ok(Pid::from_raw(i32::from_ne_bytes(orphan))),
        _ => Err(Errno::EAGAIN), // the second fork failed
    }
}

fn one_by_one(count: u32) -> nix::Result<()> {
    let mut failed = 0;
    for _ in 0..count {
        let (reader, writer) = pipe()?;
        failed += u32::from(abandon(|| Ok(())).is_err());
        drop(writer);
        wait_for_end_of(reader)?; // the orphan holds the other end
    }
    println!("failed forks: {failed}");
    Ok(())
}

fn together(count: u32) -> nix::Result<()> {
    for _ in 0..count {
        abandon(|| wait_for_end_of(io::stdin()))?;
    }
    println!("ready");
    Ok(())
}

fn fill() -> nix::Result<()> {
    while abandon(|| wait_for_end_of(io::stdin())).is_ok() {}
    println!("ready");
    Ok(())
}

fn eat() -> nix::Result<()> {
    let mut eaten = Vec::new();
    loop {
        eaten.push(vec![1_u8; 1 << 20]); // not zero, so that the pages are written
    }
}

fn kill_init(numbers: &[String]) -> nix::Result<()> {
    numbers.iter().try_for_each(|number| send(Pid::from_raw(1), number.parse().map_err(|_| Errno::EINVAL)?))
}

fn chain(depth: u32) -> nix::Result<()> {
    if depth == 0 {
        println!("ready");
    } else {
        child(|| chain(depth - 1))?;
    }
    wait_for_end_of(io::stdin())
}

fn dead() -> nix::Result<()> {
    let parent = child(|| {
        let dead = child(|| Ok(()))?;
        waitid(Id::Pid(dead), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT).map(drop) // it stays a zombie
    })?;
    waitpid(parent, None).map(drop)
}

fn stopped() -> nix::Result<()> {
    let orphan = abandon(|| raise(Signal::SIGSTOP))?;
    wait_for_end_of(io::stdin())?;
    kill(orphan, Signal::SIGCONT)
}

fn traced() -> nix::Result<()> {
    let (reader, writer) = pipe()?;
    let orphan = abandon(|| {
        close(writer.as_raw_fd())?; // the orphan's copy
        wait_for_end_of(reader)
    })?;
    ptrace::seize(orphan, ptrace::Options::empty())?;
    drop(writer);
    wait_for_end_of(io::stdin())
}

fn threads() -> nix::Result<()> {
    abandon(|| {
        for _ in 0..3 {
            thread::spawn(|| wait_for_end_of(io::stdin()));
        }
        // SAFETY: ends this thread only, and nothing uses its stack.
        unsafe { libc::syscall(libc::SYS_exit, 0) };
        unreachable!("the thread has ended")
    })
    .map(drop)
}

/// Waits until the parent is process 1 of the namespace.
fn wait_for_adoption() {
    let mut looks = 0;
    while getppid() != Pid::from_raw(1) {
        looks += 1;
        match looks {
            0..1000 => std::hint::spin_loop(), // a few hundred microseconds, mostly enough
            // Not `yield_now`: on Linux 6.18, it was seen to leave the CPU to busy processes for seconds.
            _ => thread::sleep(Duration::from_micros(50)),
        }
    }
}

/// Waits until no process can write to the other end.
fn wait_for_end_of(input: impl AsFd) -> nix::Result<()> {
    loop {
        match read(&input, &mut [0; 64]) {
            Ok(0) => return Ok(()),
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error),
        }
    }
}

fn send(to: Pid, number: u32) -> nix::Result<()> {
    testkit::pod::send(to, number as i32)
}

/// Ends a forked process.
fn exit(status: i32) -> ! {
    // SAFETY: ends this process without running the parent's exit handlers.
    unsafe { libc::_exit(status) }
}
