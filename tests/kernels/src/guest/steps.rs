//! Runs one step of the suite: a test program, with its output on the console.

use super::Console;
use crate::console::Line;
use crate::initramfs::{PROGRAMS, TESTS};
use crate::suite::CONTROL;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;
use testkit::deadline::SECONDS;
use testkit::programs::{FOLDER, OTHER};

/// The user `nobody`.
const ORDINARY_USER: u32 = 65534;

/// How long a test waits with another program than `pause`, in seconds. A control waits for nothing in most cases.
const DEADLINE_OF_CONTROLS: &str = "15";
const DEADLINE_OF_OTHERS: &str = "60";

/// How long the output may stay open when the test program has ended, because of a process that it left.
const REST_OF_OUTPUT: Duration = Duration::from_secs(10);

/// Runs the step of this line.
pub fn run(line: &str, console: &'static Console) -> io::Result<()> {
    let mut words = line.split('\t');
    let [Some(name), Some(program), Some(user), Some(other)] = [(); 4].map(|()| words.next()) else {
        return Err(io::Error::other("a step has a name, a program, a user and a program under test"));
    };
    console.say(&Line::Begin(name.into()));
    let mut command = Command::new(format!("/{TESTS}/{program}"));
    command.arg("--test-threads=1").args(words).current_dir("/tmp").env_clear();
    command.env("PATH", "/usr/bin:/bin").env("HOME", "/root").env(FOLDER, format!("/{PROGRAMS}"));
    if !other.is_empty() {
        let is_control = name.starts_with(CONTROL);
        let deadline = if is_control { DEADLINE_OF_CONTROLS } else { DEADLINE_OF_OTHERS };
        command.env(OTHER, format!("/{PROGRAMS}/{other}")).env(SECONDS, deadline);
    }
    command.process_group(0); // as under a shell: process 1 of a machine is in no group
    if user == "ordinary" {
        command.uid(ORDINARY_USER).gid(ORDINARY_USER);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let [stdout, stderr] = [child.stdout.take().map(boxed), child.stderr.take().map(boxed)];
    let (sender, ended) = channel::<()>();
    for (stream, line) in [(stdout, Line::Out as fn(String) -> Line), (stderr, Line::Error)] {
        let sender = sender.clone();
        thread::spawn(move || {
            copy(stream, line, console);
            drop(sender);
        });
    }
    let status = wait_for(Pid::from_raw(child.id().cast_signed()));
    drop(sender);
    // Until both threads have dropped their senders.
    _ = ended.recv_timeout(REST_OF_OUTPUT);
    console.say(&Line::End(status?));
    Ok(())
}

fn boxed(stream: impl Read + Send + 'static) -> Box<dyn Read + Send> {
    Box::new(stream)
}

/// Copies a stream to the console, line by line.
fn copy(stream: Option<Box<dyn Read + Send>>, line: fn(String) -> Line, console: &Console) {
    for text in stream.into_iter().flat_map(|stream| BufReader::new(stream).split(b'\n').map_while(Result::ok)) {
        console.say(&line(String::from_utf8_lossy(&text).into_owned()));
    }
}

/// Waits until this child has ended, reaps the orphans of the machine meanwhile, and returns how the child ended; nothing
/// if it was successful.
fn wait_for(child: Pid) -> io::Result<String> {
    loop {
        match waitpid(None, None)? {
            WaitStatus::Exited(pid, 0) if pid == child => return Ok(String::new()),
            WaitStatus::Exited(pid, status) if pid == child => return Ok(format!("exit status {status}")),
            WaitStatus::Signaled(pid, signal, _) if pid == child => return Ok(format!("{signal}")),
            _ => {}
        }
    }
}
