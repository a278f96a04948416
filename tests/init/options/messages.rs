//! What `init` prints: the version, the help, warnings, and messages about mistakes in the options.

use crate::run::{command, run, run_probe, text};
use testkit::platform::EmulatorLimit;
use testkit::{Pod, PodProcess};

#[test]
fn the_version_has_the_form_that_docker_reads() {
    let output = run(&["--version"]);
    assert_eq!(output.status.code(), Some(0));
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(text(&output.stdout), format!("init {version} - git.v{}\n", version.replace('.', "-")));
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn help_and_license_go_to_standard_output() {
    for option in ["-h", "-l"] {
        let output = run(&[option]);
        assert_eq!(output.status.code(), Some(0), "{option}");
        assert!(text(&output.stdout).starts_with("usage: init [OPTIONS] [--] PROGRAM [ARGS...]\n"), "{option}");
        assert!(text(&output.stdout).contains("Apache-2.0"), "{option}");
        assert_eq!(text(&output.stderr), "");
    }
}

/// Asserts that `init` reports a mistake in one line, prints the usage, and exits with 1.
#[track_caller]
fn assert_mistake(arguments: &[&str], variable: Option<&str>, message: &str) {
    let mut command = command(arguments);
    command.envs(variable.map(|value| ("INIT_OPTIONS", value)));
    let output = Pod::start(command).wait();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), ""), "{arguments:?}, {variable:?}");
    let messages = text(&output.stderr);
    assert!(messages.starts_with(&format!("init: {message}\nusage: init ")), "{arguments:?}, {variable:?}: {messages}");
}

#[test]
fn a_mistake_in_the_arguments_is_reported_in_one_line_with_the_usage() {
    for arguments in [&[][..], &["-s"], &["--"]] {
        assert_mistake(arguments, None, "PROGRAM is missing");
    }
    for word in ["-x", "-gx", "--nothing", "--versions", "--fersion", "--v", "-v-"] {
        assert_mistake(&[word, "true"], None, &format!("{word}: unknown option"));
    }
    for word in ["-p65", "-rINT:"] {
        assert_mistake(&[word, "true"], None, &format!("{word}: wrong value"));
    }
    assert_mistake(&["-p"], None, "-p: wrong value");
    let values: [(&str, &[&str]); 4] = [
        ("-p", &["SIGNOTHING", "FIGTERM", "FERM", "TERF"]),
        ("-r", &["15", "15:65", "15:2:3", "0:15", "TERM"]),
        ("-t", &["1s", "-1", "", "12345678901"]),
        ("-e", &["-1", "256", "1000000000000", "1x", "", " 1", "SIGTERM"]),
    ];
    for (option, values) in values {
        for value in values {
            assert_mistake(&[option, value, "true"], None, &format!("{option}: wrong value"));
        }
    }
}

#[test]
fn a_mistake_in_init_options_is_reported_with_the_word() {
    for (value, word) in [
        ("-x", "-x"),
        ("-s -q", "-q"),
        ("-t", "-t"),
        ("-e 256", "-e"),
        ("-g foo", "foo"),
        ("-g -- foo", "foo"),
        ("--install", "--install"),
        ("--install .", "--install"),
    ] {
        assert_mistake(&["true"], Some(value), &format!("{word}: mistake in INIT_OPTIONS"));
    }
}

#[test]
fn arguments_after_the_program_belong_to_the_program() {
    assert_eq!(text(&run(&["-v", "echo", "-s", "--version", "--"]).stdout), "-s --version --\n");
    assert_eq!(text(&run(&["-v", "--", "echo", "--", "-x"]).stdout), "-- -x\n");
}

#[test]
fn init_warns_if_it_would_not_adopt_orphans() {
    const WARNING: &str = "init: cannot adopt orphans: not process 1, and no -s\n";
    for (options, variable, expected) in [
        (&[][..], None, WARNING),
        (&["-s"], None, ""),
        (&[], Some(("TINI_SUBREAPER", "")), ""),
        (&[], Some(("TINI_VERBOSITY", "0")), ""),
        (&[], Some(("TINI_VERBOSITY", "1")), WARNING),
        (&[], Some(("TINI_VERBOSITY", "")), ""), // tini too reads an empty value as 0
    ] {
        let is_subreaper = options == ["-s"] || variable.is_some_and(|(name, _)| name == "TINI_SUBREAPER");
        if is_subreaper && EmulatorLimit::NoSubreaper.applies() {
            continue;
        }
        let mut command = command(&[options, &["true"]].concat());
        command.envs(variable);
        let output = PodProcess::outside(command).wait();
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), expected), "{options:?}, {variable:?}");
    }
}

#[test]
fn v_w_and_tini_verbosity_choose_the_messages() {
    for (options, verbosity, forwards, reaps) in [
        (&[][..], None, false, false),
        (&["-v"], None, true, false),
        (&["-vv"], None, true, true),
        (&["-v", "-v"], None, true, true),
        (&[], Some("2"), true, false),
        (&["-vvv"], Some("1"), false, false),
        (&["-w"], None, false, true),
        (&["-w"], Some("0"), false, false),
    ] {
        let script = "trap : USR1; kill -USR1 1; (true &); sleep 0.2; exit 0";
        let mut command = command(&[options, &["sh", "-c", script]].concat());
        command.envs(verbosity.map(|verbosity| ("TINI_VERBOSITY", verbosity)));
        let output = Pod::start(command).wait();
        let messages = text(&output.stderr);
        let case = format!("{options:?} {verbosity:?}: {messages}");
        assert_eq!(messages.contains("init: forwarding signal 10\n"), forwards, "{case}");
        assert_eq!(messages.contains("init: Reaped zombie process with pid="), reaps, "{case}");
    }
}

#[test]
fn w_names_the_orphan_that_was_reaped() {
    const SCRIPT: &str = "orphan=$(sleep 0.1 > /dev/null & echo $!); echo $orphan
        while kill -0 $orphan 2> /dev/null; do sleep 0.02; done";
    let output = run(&["-w", "sh", "-c", SCRIPT]);
    let expected = format!("init: Reaped zombie process with pid={}", text(&output.stdout));
    assert_eq!(text(&output.stderr), expected);
}

#[test]
fn v_reports_the_signal_that_is_sent() {
    let script = "trap 'exit 0' USR2; kill -USR1 1; while :; do sleep 0.1; done";
    let output = run(&["-v", "-r", "USR1:USR2", "sh", "-c", script]);
    assert_eq!(text(&output.stderr), format!("init: forwarding signal {}\n", libc::SIGUSR2));
}

#[test]
fn v_reports_how_the_program_ended() {
    for (options, probe, expected) in [
        (&["-v"][..], ["status", "7"], "init: program exited with status 7\n"),
        (&["-v"], ["status", "0"], ""),
        (&["-v"], ["status", "200"], "init: program exited with status 200\n"),
        (&["-v", "-t", "9"], ["status", "7"], "init: program exited with status 7\n"),
        (&["-v", "-e", "7"], ["status", "7"], "init: program exited with status 7\n"),
        (&["-v"], ["die", "15"], "init: program ended by SIGTERM\n"),
        (&["-v"], ["die", "9"], "init: program ended by SIGKILL\n"),
        (&["-v"], ["die", "35"], "init: program ended by signal 35\n"),
        (&[], ["status", "7"], ""),
        (&[], ["die", "15"], ""),
    ] {
        if probe == ["die", "35"] && EmulatorLimit::OwnSignals.applies() {
            continue;
        }
        assert_eq!(text(&run_probe(options, &probe).stderr), expected, "{options:?} {probe:?}");
    }
    let expected = "init: /no/such/program: No such file or directory\ninit: program exited with status 127\n";
    assert_eq!(text(&run(&["-v", "/no/such/program"]).stderr), expected);
}
