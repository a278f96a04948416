//! `init-nri`: a plugin of containerd and CRI-O that puts `init` before a container's program.

#![forbid(unsafe_code)]

use init_nri::command_line::{self, Options, Task};
use init_nri::{plugin, reconnect};
use nix::sys::signal::{SigSet, Signal};
use std::io::{self, Write};
use std::process::{ExitCode, exit};
use std::{env, thread};

fn main() -> ExitCode {
    let line = match command_line::read(env::args_os().skip(1)) {
        Ok(Task::Print(text)) => match io::stdout().write_all(text.as_bytes()) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(error) => format!("standard output: {error}"),
        },
        Ok(Task::Run(options)) => run(&options),
        Err(line) => line,
    };
    reconnect::say(&line);
    ExitCode::FAILURE
}

/// Is a plugin until nothing can help: one line.
fn run(options: &Options) -> String {
    if let Err(error) = exit_on_signals() {
        return format!("cannot wait for signals: {error}");
    }
    if let Err(line) = plugin::check_init(&options.settings.init) {
        return line;
    }
    reconnect::run(options)
}

/// Lets SIGTERM and SIGINT end the program. The kernel ignores them for process 1 of a container, if nothing takes them.
fn exit_on_signals() -> nix::Result<()> {
    let signals = SigSet::from_iter([Signal::SIGTERM, Signal::SIGINT]);
    signals.thread_block()?;
    thread::spawn(move || {
        if signals.wait().is_ok() {
            exit(0);
        }
    });
    Ok(())
}
