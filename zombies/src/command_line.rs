//! The command line.

use crate::runtime::{Api, Socket};
use clap::Parser;
use std::path::PathBuf;
use std::time::Duration;

/// Tells whose zombies these are, and what heals them. It only looks: it never signals, traces or changes a process.
///
/// Exit status: 0 no zombie that matters, 1 some, 2 it could not look, or none was seen where processes are hidden.
#[derive(Debug, Parser)]
#[command(name = "zombies", version, disable_help_subcommand = true)]
pub struct Arguments {
    /// Write all of it as JSON
    #[arg(long)]
    pub json: bool,

    /// Look again every so many seconds, until Ctrl-C: growth per minute, and who leaks
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "10", value_parser = seconds)]
    pub watch: Option<Duration>,

    /// How long a process must have been a zombie to matter
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    pub age: Duration,

    /// Ask containerd or CRI-O for the names of containers and pods, at this socket
    #[arg(long, value_name = "SOCKET", conflicts_with = "watch")]
    pub cri: Vec<PathBuf>,

    /// Ask Docker or podman for them, at this socket
    #[arg(long, value_name = "SOCKET", conflicts_with = "watch")]
    pub docker: Vec<PathBuf>,
}

impl Arguments {
    /// Returns the sockets to ask.
    pub fn sockets(&self) -> Vec<Socket> {
        let cri = self.cri.iter().map(|path| (path, Api::Cri));
        let docker = self.docker.iter().map(|path| (path, Api::Docker));
        cri.chain(docker).map(|(path, api)| Socket { path: path.clone(), api }).collect()
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| "it is a number of seconds, such as 10".into())
}
