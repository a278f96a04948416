//! The command line.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;

pub const USAGE: &str = "usage: bench [--quick] [--peer NAME=PATH]… [--output FOLDER]

Measures pause and its peers side by side, as root, and prints tables.
  --quick           takes fewer samples, in less than a minute
  --peer NAME=PATH  adds a peer, which is started without arguments as process 1; may be repeated
  --output FOLDER   writes bench.json, bench.md and pictures to FOLDER";

pub enum Task {
    Help,
    Measure(Arguments),
    /// `--sandboxes PROGRAM [ARGUMENT…]`: [`density`](crate::measures::density) runs the bench again with this.
    StartSandboxes(Vec<String>),
}

#[derive(Default)]
pub struct Arguments {
    pub is_quick: bool,
    /// Names and paths of additional peers.
    pub extra: Vec<(String, PathBuf)>,
    pub output: Option<PathBuf>,
}

pub fn read() -> Result<Task> {
    use lexopt::prelude::*;
    let mut arguments = Arguments::default();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("quick") => arguments.is_quick = true,
            Long("peer") => arguments.extra.push(peer(&parser.value()?.string()?)?),
            Long("output") => arguments.output = Some(parser.value()?.into()),
            Long("sandboxes") => {
                let words = parser.raw_args()?.map(|word| Ok(word.string()?)).collect::<Result<_>>()?;
                return Ok(Task::StartSandboxes(words));
            }
            Short('h') | Long("help") => return Ok(Task::Help),
            _ => bail!("{}; see --help", argument.unexpected()),
        }
    }
    Ok(Task::Measure(arguments))
}

fn peer(text: &str) -> Result<(String, PathBuf)> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => {
            let path = fs::canonicalize(path).with_context(|| format!("the peer {name} is not at {path}"))?;
            Ok((name.to_owned(), path))
        }
        _ => bail!("--peer {text:?} is not of the form NAME=PATH, such as upstream=/path/to/pause"),
    }
}
