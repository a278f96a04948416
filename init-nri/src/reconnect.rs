//! One connection to the runtime after another, with a growing pause, until none can help.

use crate::command_line::Options;
use crate::end::End;
use crate::session;
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The first pause. A runtime that restarts is back after a moment, and starts containers soon after.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);

/// The longest pause: it is doubled up to here. After a runtime is back, containers start without init for up to this long.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What is said and remembered over all connections.
#[derive(Default)]
struct History {
    /// The last line that was said.
    last: String,
    /// Whether a runtime ever took the plugin on this socket.
    was_registered: bool,
}

/// Connects again and again. Returns only if no other connection can help: one line.
pub fn run(options: &Options) -> String {
    let mut history = History::default();
    let mut pause = SHORTEST_PAUSE;
    loop {
        let start = Instant::now();
        let line = match (connect(options, &mut history), history.was_registered) {
            (End::Permanent(line), _) => return line,
            (End::NotProtocol(line), false) => {
                return format!("{} is no socket of NRI: {line}", options.socket.display());
            }
            (End::NotProtocol(line), true) => format!("the runtime does not speak NRI: {line}"),
            (End::Left(line), _) => line,
        };
        history.say(&format!("{line}; connecting again until it works"));
        if start.elapsed() > LONGEST_PAUSE {
            pause = SHORTEST_PAUSE;
        }
        sleep(pause);
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}

fn connect(options: &Options, history: &mut History) -> End {
    let socket = match UnixStream::connect(&options.socket) {
        Ok(socket) => socket,
        Err(error) => {
            let line = format!("cannot connect to {}: {error}", options.socket.display());
            return match error.kind() {
                io::ErrorKind::PermissionDenied => End::Permanent(format!("{line}; run init-nri as root")),
                io::ErrorKind::InvalidInput => End::Permanent(line), // the path is too long
                _ => End::Left(line),
            };
        }
    };
    let default = if options.settings.is_enabled { "all containers" } else { "containers whose pod asks for it" };
    session::run(&socket, &options.settings, |runtime| {
        history.was_registered = true;
        history.say(&format!("registered with {runtime}; init is for {default}"));
    })
}

impl History {
    /// Says what changed, once.
    fn say(&mut self, line: &str) {
        if line != self.last {
            say(line);
            line.clone_into(&mut self.last);
        }
    }
}

/// Writes a line on standard error.
pub fn say(line: &str) {
    // Nobody else could be told of a failure.
    _ = writeln!(io::stderr(), "init-nri: {line}");
}
