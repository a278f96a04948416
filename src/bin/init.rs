//! `init`: process 1 of a single container.
//!
//! It starts one program, forwards signals to it, reaps the orphans that it adopts, and exits with the program's
//! status. Like `pause`, it needs neither a C library nor an allocator.

#![no_std]
#![no_main]

use core::ffi::{CStr, c_int};
use core::ops::ControlFlow::{Break, Continue};
use pause::init::inherited::Inherited;
use pause::init::options::{Answer, INIT_OPTIONS, Level, Mistake, Options, Parser};
use pause::init::spawn::Group;
use pause::init::supervise::Supervisor;
use pause::init::terminal::{CANNOT_USE, Terminal};
use pause::init::usage::Source;
use pause::init::words::Words;
use pause::init::{install, log, spawn, usage};
use pause::pause::{hold, reaping};
use pause::sys::process::getpid;
use pause::sys::stack::InitialStack;
use pause::sys::{Errno, control, file};

pause::program!(main);

extern "C" fn main(stack: InitialStack<'static>) -> c_int {
    // First of all: process 1 has no handlers, so the kernel discards a signal that is not blocked yet.
    let (mut inherited, prepared) = Inherited::take();

    let mut parser = Parser::new(Words::Text(stack.variable(INIT_OPTIONS).map(CStr::to_bytes)));
    let (parsed, source) = match parser.parse_variable() {
        Ok(()) => (parser.parse_command_line(&stack), Source::CommandLine),
        Err(answer) => (Err(answer), Source::Variable),
    };
    let options = &mut parser.options;
    let program_index = match parsed {
        Ok(index) => Some(index),
        Err(Answer::Pause) => {
            options.is_subreaper |= getpid() != 1; // as catatonit does with this option
            None
        }
        Err(Answer::Install) => {
            return match parser.words.take_path() {
                Some(directory) => install::install(directory),
                None => usage::report(Mistake::WrongValue, parser.word, source),
            };
        }
        Err(Answer::Help) => return usage::print(usage::HELP),
        Err(Answer::Version) => return usage::print(usage::VERSION),
        Err(Answer::Mistake(mistake)) => return usage::report(mistake, parser.word, source),
    };
    options.read_variables(&stack);

    if let Err(error) = prepared.and_then(|()| apply(options)) {
        return log::failure(b"cannot set up signals, -s or -p", error);
    }
    let Some(program_index) = program_index else {
        return hold_namespaces();
    };
    if options.writes(Level::Warning) && getpid() != 1 && !control::is_subreaper() {
        log::text(b"cannot adopt orphans: not process 1, and no -s");
    }

    let found = Terminal::find();
    let probed = found.and_then(|terminal| terminal.probe());
    if let Err(error) = probed {
        log::failure(CANNOT_USE, error);
    }
    let group = if options.shares_group || probed.is_err() { Group::OfInit } else { Group::New };
    let terminal = found.unwrap_or(Terminal::NONE);
    let program = match spawn::start(stack, program_index, options, &mut inherited, &terminal, group) {
        Continue(program) => program,
        Break(status) => return status,
    };

    if let Err(error) = spawn::close_inherited_descriptors() {
        log::failure(b"cannot close inherited descriptors", error);
    }
    // The descriptor of the terminal may be closed now, so find the terminal again. An error needs no message: it was
    // reported above, or the terminal was hung up since.
    let terminal = Terminal::find().unwrap_or(Terminal::NONE);
    Supervisor::new(options, terminal, program).run()
}

/// Does what `pause` does, silently. As catatonit, it keeps neither a directory nor inherited descriptors in use. All
/// other signals stay blocked.
fn hold_namespaces() -> c_int {
    // podman unmounts the directory that it starts its pause process in. Elsewhere, neither failure does harm.
    _ = file::change_directory(c"/");
    _ = spawn::close_inherited_descriptors();
    match reaping::let_kernel_reap().and_then(|()| hold::hold(false)) {
        Ok(_) => 0,
        Err(error) => log::failure(b"cannot wait for signals", error),
    }
}

/// Applies `-s` and `-p`.
///
/// # Errors
/// The kernel refused one of them.
fn apply(options: &Options) -> Result<(), Errno> {
    if options.is_subreaper {
        control::become_subreaper()?;
    }
    match options.parent_death_signal {
        Some(signal) => control::set_parent_death_signal(signal),
        None => Ok(()),
    }
}
