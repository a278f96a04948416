//! The saved inputs: all targets pass on them, and spoiled readers do not.

use fuzz::saved;
use fuzz::targets::{command_line, grammar, signal_names, stat};
use fuzz::{PEERS, TARGETS};
use nix::sys::signal::Signal;
use pause::init::options::{Answer, Mistake, Parser};
use pause::init::proc::parse_field;
use pause::init::signal_names::parse_signal;
use pause::init::words::Words;
use pause::sys::stack::InitialStack;
use std::fs;
use std::panic::{RefUnwindSafe, catch_unwind};
use std::path::Path;

#[test]
fn all_targets_pass_on_their_saved_inputs() {
    saved::run(&TARGETS);
}

#[test]
fn each_folder_of_inputs_is_of_a_target() {
    let folders = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs")).expect("there are inputs");
    for folder in folders {
        let name = folder.expect("it can be read").file_name();
        assert!(TARGETS.iter().chain(&PEERS).any(|(target, _)| *target == name), "{name:?} is no target");
    }
}

/// Asserts that a target with a spoiled reader fails on one of its saved inputs.
#[track_caller]
fn assert_noticed(target: &str, spoiled: impl Fn(&[u8]) + RefUnwindSafe) {
    let is_noticed = saved::inputs(target).iter().any(|(_, bytes)| catch_unwind(|| spoiled(bytes)).is_err());
    assert!(is_noticed, "{target} passes with a spoiled reader");
}

#[test]
fn a_stat_parser_that_stops_at_the_first_parenthesis_fails() {
    let first = |line: &[u8], field| {
        let name_end = line.iter().position(|byte| *byte == b')').unwrap_or(0);
        let after_name: Vec<u8> =
            line[name_end..].iter().map(|byte| if *byte == b')' { b'?' } else { *byte }).collect();
        parse_field(&after_name, field - 1)
    };
    assert_noticed("stat", |bytes| stat::check(first, bytes));
}

#[test]
fn a_table_of_signals_that_lacks_one_fails() {
    let all_but_stkflt = |text: &[u8]| parse_signal(text).filter(|signal| *signal != Signal::SIGSTKFLT as i32);
    assert_noticed("signal-names", |bytes| signal_names::check(all_but_stkflt, bytes));
}

#[test]
fn a_parser_that_ignores_unknown_options_fails() {
    let lenient = |parser: &mut Parser| match parser.parse() {
        Err(Answer::Mistake(Mistake::UnknownOption)) => Ok(()),
        result => result,
    };
    assert_noticed("grammar", |bytes| grammar::check(lenient, bytes));
}

#[test]
fn a_program_that_does_not_read_its_variable_fails() {
    let arguments_only = |stack: &InitialStack| {
        let mut parser = Parser::new(Words::Text(None));
        let result = parser.parse_command_line(stack);
        command_line::Read::of(parser, result)
    };
    assert_noticed("command-line", |bytes| command_line::check(arguments_only, bytes));
}
