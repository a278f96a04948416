//! The options.

use init_rules::Settings;
use lexopt::prelude::*;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What `--help` prints.
pub const USAGE: &str = "\
usage: init-nri [--socket PATH] [--init PATH] [--default on|off]

A plugin of containerd 2.2 and CRI-O 1.34, or later, that puts init before a container's program.

  --socket PATH    the socket of the runtime; the default is /var/run/nri/nri.sock
  --init PATH      init on the node; the default is /opt/pause/init
  --default on     containers get init unless an annotation says no
  --default off    containers get init if an annotation says so: the default
  --help           print this text
  --version        print the version
";

/// What a command line asks for.
#[derive(Debug)]
pub enum Task {
    /// Print a text.
    Print(String),
    /// Be a plugin.
    Run(Options),
}

/// The options of a plugin.
#[derive(Debug)]
pub struct Options {
    /// The path of the runtime's socket.
    pub socket: PathBuf,
    /// What the rules read.
    pub settings: Settings,
}

/// Reads the words after the name of the program.
///
/// # Errors
/// One line.
pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Task, String> {
    parse(lexopt::Parser::from_args(words)).map_err(|error| format!("{error}; init-nri --help shows the options"))
}

fn parse(mut words: lexopt::Parser) -> Result<Task, lexopt::Error> {
    let mut socket = PathBuf::from("/var/run/nri/nri.sock");
    let mut settings = Settings { init: "/opt/pause/init".to_owned(), is_enabled: false, wraps_known_inits: false };
    while let Some(word) = words.next()? {
        match word {
            Long("socket") => socket = words.value()?.into(),
            Long("init") => {
                settings.init = words.value()?.string()?;
                if !Path::new(&settings.init).is_absolute() {
                    return Err(format!("--init is {:?}: write an absolute path", settings.init).into());
                }
            }
            Long("default") => {
                settings.is_enabled = match words.value()?.string()?.as_str() {
                    "on" => true,
                    "off" => false,
                    other => return Err(format!("--default is {other:?}: write on or off").into()),
                }
            }
            Long("help") => return Ok(Task::Print(USAGE.to_owned())),
            Long("version") => {
                return Ok(Task::Print(concat!("init-nri ", env!("CARGO_PKG_VERSION"), "\n").to_owned()));
            }
            other => return Err(other.unexpected()),
        }
    }
    Ok(Task::Run(Options { socket, settings }))
}
