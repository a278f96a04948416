//! `zombies`: tells whose zombies these are, and what heals them.

#![forbid(unsafe_code)]

use clap::Parser;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::process::ExitCode;
use zombies::command_line::Arguments;
use zombies::look::look;
use zombies::print::print;
use zombies::runtime::add_names;
use zombies::watch::watch;

/// The exit status if it could not look.
const COULD_NOT_LOOK: u8 = 2;

fn main() -> ExitCode {
    match run(&Arguments::parse(), &mut BufWriter::new(io::stdout())) {
        Ok(status) => status.into(),
        // Whoever reads the output has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => COULD_NOT_LOOK.into(),
        Err(error) => {
            eprintln!("zombies: {error}");
            COULD_NOT_LOOK.into()
        }
    }
}

fn run(arguments: &Arguments, output: &mut impl Write) -> io::Result<u8> {
    let no_proc = |error: io::Error| match error.kind() {
        ErrorKind::BrokenPipe => error,
        kind => io::Error::new(kind, format!("it cannot look at /proc: {error}. Mount it: mount -t proc proc /proc")),
    };
    if let Some(interval) = arguments.watch {
        match watch(interval, arguments.age, arguments.json, output).map_err(no_proc)? {}
    }
    let mut report = look(arguments.age).map_err(no_proc)?;
    add_names(&mut report, &arguments.sockets());
    if arguments.json {
        serde_json::to_writer(&mut *output, &report)?;
        writeln!(output)?;
    } else {
        print(&report, output)?;
    }
    output.flush()?;
    Ok(report.status())
}
