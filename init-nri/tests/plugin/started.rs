//! The plugin as a process of a node, and the lines that it writes.

use crate::runtime::Runtime;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use tempfile::TempDir;
use testkit::PodProcess;
use testkit::deadline::TIMEOUT;

pub struct Plugin {
    pub process: PodProcess,
    lines: Receiver<String>,
    folder: TempDir,
}

impl Plugin {
    /// Starts it, with an init that exists.
    pub fn start(runtime: &Runtime, options: &[&str]) -> Self {
        Self::start_by(runtime, options, PodProcess::outside)
    }

    /// The same, in another way.
    pub fn start_by(runtime: &Runtime, options: &[&str], start: impl FnOnce(Command) -> PodProcess) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        testkit::programs::write(&folder.path().join("init"), "", 0o755);
        let mut program = program();
        program.arg("--socket").arg(runtime.socket()).arg("--init").arg(folder.path().join("init")).args(options);
        program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = start(program);
        let stderr = process.streams().stderr.take().expect("it is piped");
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines() {
                // The test may have ended.
                _ = sender.send(line.expect("lines of text"));
            }
        });
        Self { process, lines, folder }
    }

    /// The path of its init.
    pub fn init(&self) -> PathBuf {
        self.folder.path().join("init")
    }

    pub fn remove_init(&self) {
        fs::remove_file(self.init()).expect("it is there");
    }

    /// Waits for the next line.
    #[track_caller]
    pub fn line(&self) -> String {
        self.lines.recv_timeout(TIMEOUT).expect("it writes a line")
    }

    /// Waits for its end, which must be a failure. Returns the lines that were not read.
    #[track_caller]
    pub fn failure(self) -> Vec<String> {
        assert_eq!(self.process.wait().status.code(), Some(1));
        self.lines.into_iter().collect()
    }
}

/// The program without options.
pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_init-nri"))
}
