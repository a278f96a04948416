//! The options of `init`, the environment variables that stand for some, and the messages for mistakes.

use crate::run::{outcome, piped, probe_child, probed, text};
use testkit::platform::EmulatorLimit;
use testkit::{Pod, PodProcess};

#[test]
fn the_version_is_told_in_the_form_that_docker_reads() {
    let output = outcome(&["--version"]);
    assert_eq!(output.status.code(), Some(0));
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(text(&output.stdout), format!("init {version} - git.v{}\n", version.replace('.', "-")));
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn help_and_the_license_go_to_standard_output() {
    for option in ["-h", "-l"] {
        let output = outcome(&[option]);
        assert_eq!(output.status.code(), Some(0), "{option}");
        assert!(text(&output.stdout).starts_with("usage: init [OPTIONS] [--] PROGRAM [ARGS...]\n"), "{option}");
        assert!(text(&output.stdout).contains("Apache-2.0"), "{option}");
        assert_eq!(text(&output.stderr), "");
    }
}

#[test]
fn a_mistake_is_one_line_and_the_usage() {
    let cases: [(&[&str], &str); 23] = [
        (&[], "PROGRAM is missing"),
        (&["-s"], "PROGRAM is missing"),
        (&["--"], "PROGRAM is missing"),
        (&["-x", "true"], "-x: unknown option"),
        (&["-gx", "true"], "-gx: unknown option"),
        (&["--nothing", "true"], "--nothing: unknown option"),
        (&["--versions", "true"], "--versions: unknown option"),
        (&["--v", "true"], "--v: unknown option"),
        (&["-v-", "true"], "-v-: unknown option"),
        (&["-p"], "-p: wrong value"),
        (&["-p", "SIGNOTHING", "true"], "-p: wrong value"),
        (&["-p65", "true"], "-p65: wrong value"),
        (&["-r", "15", "true"], "-r: wrong value"),
        (&["-r", "15:65", "true"], "-r: wrong value"),
        (&["-r", "15:2:3", "true"], "-r: wrong value"),
        (&["-t", "1s", "true"], "-t: wrong value"),
        (&["-r", "0:15", "true"], "-r: wrong value"),
        (&["-r", "TERM", "true"], "-r: wrong value"),
        (&["-rINT:", "true"], "-rINT:: wrong value"),
        (&["-t", "-1", "true"], "-t: wrong value"),
        (&["-t", "", "true"], "-t: wrong value"),
        (&["-t", "12345678901", "true"], "-t: wrong value"),
        (&["-e", "256", "true"], "-e: wrong value"),
    ];
    for (arguments, what) in cases {
        let output = outcome(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
        let said = text(&output.stderr);
        assert!(said.starts_with(&format!("init: {what}\nusage: init ")), "{arguments:?}: {said}");
    }
}

#[test]
fn letters_can_be_put_together_and_what_follows_the_program_is_its_own() {
    let letter = if EmulatorLimit::NoSubreaper.applies() { "c" } else { "s" };
    for options in ["-svg", "-s -v -g", "-sve7 -g", "-svpTERM", "-sw --"] {
        let words = options.replacen('s', letter, 1);
        let options: Vec<&str> = words.split(' ').collect();
        let output = outcome(&[&options[..], &[probe_child(), "status", "7", "-h"]].concat());
        let expected = if words.contains("e7") { 0 } else { 7 };
        assert_eq!(output.status.code(), Some(expected), "{options:?}: {}", text(&output.stderr));
    }
    assert_eq!(text(&outcome(&["echo", "-s", "--version", "--"]).stdout), "-s --version --\n");
    assert_eq!(text(&outcome(&["--", "echo", "--", "-x"]).stdout), "-- -x\n");
}

#[test]
fn process_1_has_nothing_to_warn_of() {
    let output = probed(&[], &["status", "0"]);
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn who_would_adopt_nobody_is_warned() {
    let run = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut program = piped(&[arguments, &["true"]].concat());
        program.envs(variables.iter().copied());
        let output = PodProcess::outside(program).wait();
        assert_eq!(output.status.code(), Some(0));
        text(&output.stderr).to_owned()
    };
    const WARNING: &str = "init: orphans stay zombies: not process 1, and no -s\n";
    assert_eq!(run(&[], &[]), WARNING);
    if !EmulatorLimit::NoSubreaper.applies() {
        assert_eq!(run(&["-s"], &[]), "");
        assert_eq!(run(&[], &[("TINI_SUBREAPER", "")]), "");
    }
    assert_eq!(run(&[], &[("TINI_VERBOSITY", "0")]), "");
    assert_eq!(run(&[], &[("TINI_VERBOSITY", "1")]), WARNING);
    assert_eq!(run(&[], &[("TINI_VERBOSITY", "")]), "", "as tini reads it");
}

#[test]
fn it_says_as_much_as_it_is_asked_to() {
    let said = |options: &[&str], verbosity: Option<&str>| {
        let mut program =
            piped(&[options, &["sh", "-c", "trap : USR1; kill -USR1 1; (true &); sleep 0.2; exit 0"]].concat());
        if let Some(verbosity) = verbosity {
            program.env("TINI_VERBOSITY", verbosity);
        }
        let output = Pod::start(program).wait();
        text(&output.stderr).to_owned()
    };
    for (options, verbosity, forwards, reaps) in [
        (&[][..], None, false, false),
        (&["-v"], None, true, false),
        (&["-vv"], None, true, true),
        (&["-v", "-v"], None, true, true),
        (&[], Some("2"), true, false),
        (&["-vvv"], Some("1"), false, false),
        (&["-w"], None, false, true),
    ] {
        let said = said(options, verbosity);
        assert_eq!(said.contains("init: forwarding signal 10\n"), forwards, "{options:?} {verbosity:?}: {said}");
        assert_eq!(said.contains("init: Reaped zombie process with pid="), reaps, "{options:?} {verbosity:?}: {said}");
    }
}

#[test]
fn what_ended_the_program_is_said_from_v_on() {
    for (options, what, expected) in [
        (&["-v"][..], ["status", "7"], "init: program exited with status 7\n"),
        (&["-v"], ["status", "0"], ""),
        (&["-v", "-e", "7"], ["status", "7"], "init: program exited with status 7\n"),
        (&["-v"], ["die", "15"], "init: program ended by SIGTERM\n"),
        (&["-v"], ["die", "9"], "init: program ended by SIGKILL\n"),
        (&["-v"], ["die", "35"], "init: program ended by signal 35\n"),
        (&[], ["status", "7"], ""),
        (&[], ["die", "15"], ""),
    ] {
        if what == ["die", "35"] && EmulatorLimit::OwnSignals.applies() {
            continue;
        }
        assert_eq!(text(&probed(options, &what).stderr), expected, "{options:?} {what:?}");
    }
}

#[test]
fn a_mistake_in_the_variable_names_the_variable_and_the_word() {
    for (value, word) in
        [("-x", "-x"), ("-s -q", "-q"), ("-t", "-t"), ("-e 256", "-e"), ("-g foo", "foo"), ("-g -- foo", "foo")]
    {
        let mut program = piped(&["true"]);
        program.env("INIT_OPTIONS", value);
        let output = Pod::start(program).wait();
        assert_eq!(output.status.code(), Some(1), "{value}");
        let said = text(&output.stderr);
        assert!(said.starts_with(&format!("init: {word}: mistake in INIT_OPTIONS\nusage: init ")), "{value}: {said}");
    }
}
