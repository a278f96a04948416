//! Runs `init` and its peers, and compares the results with a table in the documentation.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use testkit::programs::{init, path};
use testkit::{Pod, PodProcess};

/// `init`, and its peers from Debian's packages, in the order of the columns.
pub const PEERS: [&str; 4] = ["init", "tini", "dumb-init", "catatonit"];

/// Returns the command `PEER ARGUMENTS`, with pipes for its output.
pub fn command(peer: &str, arguments: &[&str]) -> Command {
    // The full path: a test changes the `PATH` of the command.
    let mut command = if peer == "init" { init() } else { Command::new(Path::new("/usr/bin").join(peer)) };
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Returns the path of the probe child.
pub fn probe_child() -> &'static str {
    path("probe-child").to_str().expect("paths of this project are UTF-8")
}

/// Waits for process 1. Returns its exit status, or `none` if a signal ended it.
pub fn status_of(pod: Pod) -> String {
    pod.wait().status.code().map_or("none".into(), |code| code.to_string())
}

/// Runs `PEER ARGUMENTS` as process 1, and returns its exit status.
pub fn status(peer: &str, arguments: &[&str]) -> String {
    status_of(Pod::start(command(peer, arguments)))
}

/// Returns the numbers that probe children write: 0 when one begins, then each signal that it receives.
pub fn numbers(process: &mut PodProcess) -> Receiver<i32> {
    let lines = BufReader::new(process.streams().stdout.take().expect("standard output is a pipe")).lines();
    let mut numbers = lines.map_while(Result::ok).filter_map(|line| line.parse().ok());
    let (sender, receiver) = channel();
    thread::spawn(move || numbers.try_for_each(|number| sender.send(number)));
    receiver
}

/// Returns the line of a table with these cells.
pub fn line(cells: &[&str]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// Compares a table with the one in the documentation. With `PAUSE_WRITE`, writes it there before.
#[track_caller]
pub fn compare(file: &str, table: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("PAUSE_WRITE").is_some() {
        fs::write(&file, table).expect("the table can be written");
    }
    let written = fs::read_to_string(&file).expect("the table can be read");
    assert_eq!(written, table, "{}: `make test-peers PAUSE_WRITE=1` writes it", file.display());
}
