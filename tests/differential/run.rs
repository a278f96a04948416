//! A program is put into a situation, and what becomes of it is written down.

use crate::case::{Before, Place, Situation, Step, Stream};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::pty::openpty;
use nix::sys::signal::{SigSet, Signal};
use nix::unistd::{Pid, close};
use procfs::process::Process;
use std::fs::{self, File};
use std::io::{self, PipeReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use testkit::deadline::until_some;
use testkit::pod::send;
use testkit::programs::orphan_maker;
use testkit::shim::{block_all_and_ignore, dead_children};
use testkit::usage::cpu_time;
use testkit::{Pod, PodProcess};

/// What became of a program.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub end: End,
    pub stdout: String,
    pub stderr: String,
    /// How many it has not reaped, though they are its to reap.
    pub zombies: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It left with this status.
    Left(i32),
    /// It died of this signal.
    Died(i32),
    /// It sleeps until something happens …
    Waits,
    /// … or until somebody reads what it writes.
    Writes,
    Stopped,
    /// It goes round in a loop.
    Spins,
}

/// CPU time, in nanoseconds, that no program here needs for what it has to do.
const TOO_LONG: u64 = 100_000_000;

/// Our side of a stream: what has to be kept open, and read in the end.
enum Other {
    Nothing,
    Kept(PipeReader),
    Terminal(File),
}

/// The program, as process 1 of a pod or by itself.
enum Started {
    Pod(Pod),
    Alone(PodProcess),
}

impl Started {
    fn member(&mut self) -> &mut PodProcess {
        match self {
            Self::Pod(pod) => pod.init(),
            Self::Alone(member) => member,
        }
    }

    fn wait(self) -> std::process::Output {
        match self {
            Self::Pod(pod) => pod.wait(),
            Self::Alone(member) => member.wait(),
        }
    }
}

/// Plays a situation with a program.
pub fn play(program: &Path, situation: &Situation) -> Outcome {
    let mut command = Command::new(program);
    let (stdout, other_stdout) = stream(situation.stdout);
    let (stderr, other_stderr) = stream(situation.stderr);
    command.args(situation.arguments).stdin(Stdio::null()).stdout(stdout).stderr(stderr);
    let mut started = match situation.place {
        Place::Init => Started::Pod(Pod::start_after(command, last_step(situation))),
        Place::Ordinary => Started::Alone(PodProcess::outside_after(command, last_step(situation))),
    };

    let (mut end, mut zombies) = settle(&mut started);
    for step in situation.script {
        match (step, &started) {
            _ if matches!(end, End::Left(_) | End::Died(_)) => break,
            (Step::Signal(number), _) => drop(send(started.member().pid(), *number)),
            (Step::Orphan, Started::Pod(pod)) => {
                let made = pod.join(orphan_maker(&["one-by-one", "1"])).wait().status;
                assert!(made.success(), "no orphan: {made}");
            }
            (Step::Orphan, Started::Alone(_)) => unreachable!("nobody but a process 1 adopts"),
        }
        (end, zombies) = settle(&mut started);
    }
    if !matches!(end, End::Left(_) | End::Died(_)) {
        started.member().signal(libc::SIGKILL);
    }
    let output = started.wait();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned() + &other_stdout.read();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned() + &other_stderr.read();
    Outcome { end, stdout, stderr, zombies }
}

/// A stream of this kind, and our side of it.
fn stream(kind: Stream) -> (Stdio, Other) {
    match kind {
        Stream::Read => (Stdio::piped(), Other::Nothing),
        Stream::Closed => (Stdio::null(), Other::Nothing), // and closed by the last step
        Stream::Full => {
            (File::options().write(true).open("/dev/full").expect("/dev/full is there").into(), Other::Nothing)
        }
        Stream::Broken => (io::pipe().expect("a pipe").1.into(), Other::Nothing),
        Stream::Stuck => {
            let (reader, mut writer) = io::pipe().expect("a pipe");
            fcntl(&writer, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("it is open");
            while writer.write(b"x").is_ok() {}
            fcntl(&writer, FcntlArg::F_SETFL(OFlag::empty())).expect("it is open");
            (writer.into(), Other::Kept(reader))
        }
        Stream::Terminal => {
            let pty = openpty(None, None).expect("there are terminals");
            for side in [&pty.master, &pty.slave] {
                fcntl(side, FcntlArg::F_SETFD(nix::fcntl::FdFlag::FD_CLOEXEC)).expect("it is open");
            }
            (pty.slave.into(), Other::Terminal(pty.master.into()))
        }
    }
}

impl Other {
    /// What a terminal was told. Nobody has it open any more, which its other side is told as an error.
    fn read(self) -> String {
        let mut bytes = Vec::new();
        match self {
            Self::Terminal(mut terminal) => _ = terminal.read_to_end(&mut bytes),
            Self::Nothing => {}
            Self::Kept(reader) => drop(reader),
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// What happens immediately before the program is executed.
fn last_step(situation: &Situation) -> impl FnMut() -> io::Result<()> + Send + Sync + use<> {
    let Situation { before, stdout, stderr, .. } = *situation;
    move || {
        for (number, stream) in [(1, stdout), (2, stderr)] {
            if stream == Stream::Closed {
                close(number)?;
            }
        }
        match before {
            Before::Nothing => {}
            Before::Dead(exit_signals) => dead_children(exit_signals)?,
            Before::Blocked => block_all_and_ignore(&[])?,
            Before::Deaf => block_all_and_ignore(&[Signal::SIGINT, Signal::SIGTERM, Signal::SIGCHLD])?,
            Before::Pending(signal) => {
                let signal = Signal::try_from(signal)?;
                SigSet::from(signal).thread_block()?;
                nix::sys::signal::raise(signal)?;
            }
        }
        Ok(())
    }
}

/// Waits until a program has nothing more to do, and nobody whom it would have to reap is still on the way to being
/// dead: how it stands, and how many zombies it has then.
fn settle(started: &mut Started) -> (End, usize) {
    let member = started.member();
    let pid = member.pid();
    let used = cpu_time(pid).unwrap_or(0);
    until_some(&format!("process {pid} settles"), || {
        if let Some(status) = member.status() {
            let end = status.code().map(End::Left).or(status.signal().map(End::Died));
            return Some((end.expect("it has ended, one way or the other"), 0));
        }
        // Twice: the list is made under the lock that a process becomes a zombie under, so that at the second time
        // those who were dead at the first have told their parent (`exit_notify` in the kernel's `kernel/exit.c`).
        let before = children(pid);
        if before != children(pid) {
            return None;
        }
        let end = standing(pid, used)?;
        let are_dead = before.iter().all(|(_, state)| *state == 'Z');
        (are_dead && before == children(pid)).then_some((end, before.len()))
    })
}

/// The children of a process, with their states.
fn children(pid: Pid) -> Vec<(i32, char)> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let state = |child| Some((child, Process::new(child).ok()?.stat().ok()?.state));
    children.split_whitespace().filter_map(|child| state(child.parse().ok()?)).collect()
}

/// What a process does that has taken every signal that it can take; nothing where it is still at work.
/// `used` is the CPU time that it had used when it was given something to do.
fn standing(pid: Pid, used: u64) -> Option<End> {
    let process = Process::new(pid.as_raw()).ok()?;
    match process.stat().ok()?.state {
        'T' => Some(End::Stopped),
        'S' => {
            let call = fs::read_to_string(format!("/proc/{pid}/syscall")).ok()?;
            // Looked at after its state: had it been woken by a signal in between, that would still be pending, or it
            // would not be in a call.
            let status = process.status().ok()?;
            let is_idle = (status.sigpnd | status.shdpnd) & !status.sigblk == 0 && !call.starts_with("running");
            let writes = call.starts_with(&format!("{} ", libc::SYS_write));
            is_idle.then_some(if writes { End::Writes } else { End::Waits })
        }
        _ => (cpu_time(pid).ok()? > used + TOO_LONG).then_some(End::Spins),
    }
}
