//! The command line.

use crate::Result;
use std::path::PathBuf;

pub const USAGE: &str = "usage: bench [--quick] [--peer NAME=PATH]… [--output FOLDER]

Measures pause and its peers side by side, as root, and prints tables.
  --quick           in under a minute, with fewer samples
  --peer NAME=PATH  one more peer, started without arguments as process 1; may be given again
  --output FOLDER   writes bench.json, bench.md and pictures there";

pub enum Task {
    Help,
    Measure(Arguments),
    /// For the bench itself, which calls itself so: keep a crowd of this program.
    Crowd(Vec<String>),
}

pub struct Arguments {
    pub is_quick: bool,
    /// Peers that only this run has: names and paths.
    pub extra: Vec<(String, PathBuf)>,
    pub output: Option<PathBuf>,
}

pub fn read() -> Result<Task> {
    use lexopt::prelude::*;
    let mut arguments = Arguments { is_quick: false, extra: Vec::new(), output: None };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("quick") => arguments.is_quick = true,
            Long("peer") => arguments.extra.push(peer(&parser.value()?.string()?)?),
            Long("output") => arguments.output = Some(parser.value()?.into()),
            Long("crowd") => {
                let words = parser.raw_args()?.map(|word| Ok(word.string()?)).collect::<Result<_>>()?;
                return Ok(Task::Crowd(words));
            }
            Short('h') | Long("help") => return Ok(Task::Help),
            _ => return Err(format!("{}; see --help", argument.unexpected()).into()),
        }
    }
    Ok(Task::Measure(arguments))
}

fn peer(text: &str) -> Result<(String, PathBuf)> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => {
            let path =
                std::fs::canonicalize(path).map_err(|error| format!("the peer {name} is not at {path}: {error}"))?;
            Ok((name.to_owned(), path))
        }
        _ => Err(format!("--peer {text:?} is not of the form NAME=PATH, such as upstream=/path/to/pause").into()),
    }
}
