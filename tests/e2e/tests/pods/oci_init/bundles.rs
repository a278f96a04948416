//! Bundles by hand under a runtime with `oci-init` before it, and the control without.

use super::bundle::{Called, Runtime};
use super::{SLEEPS, cost};
use Called::{Alone, Wrapped};
use e2e::report::Report;
use serde_json::json;
use std::fs;
use std::process::Command;
use testkit::terminal::{CTRL_C, Keyboard};
use testkit::until;

/// How many orphans a container makes.
const ORPHANS: usize = 20;

/// How many containers start at the same time.
const CONTAINERS: usize = 100;

/// Shows the variables of socket activation, and reads the descriptor.
const LISTEN: &str = "echo $LISTEN_FDS $((LISTEN_PID - $$)); cat <&3";

pub fn run(report: &mut Report, start: impl FnOnce() -> Runtime) -> Option<()> {
    let runtime = report.step("the machine starts; `--version` is that of the wrapped runtime", start)?;
    report.set_version(&runtime.version());
    report.step("orphans are reaped; control: without the wrapper they stay as zombies", || {
        assert_eq!(zombies(&runtime, Wrapped), 0);
        assert_eq!(zombies(&runtime, Alone), ORPHANS);
    })?;
    report.step("the program's exit status is the runtime's: 42, 143, 137 and 127", || {
        let cases = [("exit 42", 42), ("kill -TERM $$", 143), ("kill -KILL $$", 137), ("exec /no/such/program", 127)];
        for (script, status) in cases {
            runtime.bundle("status", script, |_| ());
            let output = runtime.run_bundle(Wrapped, "status");
            assert_eq!(output.status.code(), Some(status), "{script}: {output:?}");
        }
    })?;
    report.step("SIGTERM reaches the program", || {
        runtime.bundle("term", "trap 'echo got it; exit 5' TERM; echo ready; while :; do sleep 0.1; done", |_| ());
        let mut process = runtime.start_bundle(Wrapped, "term");
        let state = || runtime.run(Wrapped, &["state", "term"]).stdout;
        until("the container runs", || state().contains("\"running\""));
        // The shell may not have set its trap yet.
        let killed = |process: &mut testkit::PodProcess| {
            runtime.run(Wrapped, &["kill", "term", "TERM"]);
            process.status().is_some()
        };
        until("the program has ended", || killed(&mut process));
        let output = process.wait();
        assert_eq!(output.status.code(), Some(5), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("got it"), "{output:?}");
    })?;
    report.step("a terminal works: the program has it, and Ctrl-C ends it with 130", || terminal(&runtime))?;
    report.step("descriptors of LISTEN_FDS arrive, and LISTEN_PID is the program's", || {
        runtime.bundle("listen", LISTEN, |_| ());
        runtime.machine.write("/run/message", "a message\n");
        let run = |called| {
            let mut shell = Command::new("sh");
            let command = runtime.run_command(called, "listen", &[]);
            // runc takes them only if they are meant for its own process, which is that of the wrapper.
            let variables = "export LISTEN_FDS=1 LISTEN_PID=$$";
            shell.args(["-c", &format!("exec 3< /run/message; {variables}; exec \"$0\" \"$@\"")]);
            shell.arg(command.get_program()).args(command.get_args());
            runtime.machine.run(shell).ok()
        };
        let output = run(Alone); // crun does not set LISTEN_FDS
        assert!(output.ends_with("0\na message\n"), "{output}");
        runtime.bundle("listen", LISTEN, |_| ());
        assert_eq!(run(Wrapped), output);
    })?;
    report.step("a user namespace works", || {
        runtime.bundle("user", "cat /proc/1/comm; cat /proc/self/uid_map", |spec| {
            let mapping = json!([{ "containerID": 0, "hostID": 100_000, "size": 65536 }]);
            spec["linux"]["uidMappings"] = mapping.clone();
            spec["linux"]["gidMappings"] = mapping;
            let namespaces = spec["linux"]["namespaces"].as_array_mut().expect("a list");
            namespaces.push(json!({ "type": "user" }));
        });
        let output = runtime.run_bundle(Wrapped, "user").ok();
        assert!(output.starts_with(".init\n") && output.contains("100000"), "{output}");
    })?;
    report.step("a profile without a call that init needs refuses the container", || {
        runtime.bundle("seccomp", "echo started", |spec| {
            let rule = json!({ "names": ["wait4"], "action": "SCMP_ACT_ERRNO" });
            spec["linux"]["seccomp"] = json!({ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [rule] });
        });
        let output = runtime.run_bundle(Wrapped, "seccomp");
        assert_eq!((output.status.code(), &*output.stdout), (Some(1), ""), "{output:?}");
        assert!(output.stderr.starts_with("oci-init: the container's seccomp profile refuses"), "{output:?}");
        assert!(!runtime.run(Wrapped, &["state", "seccomp"]).status.success(), "there is no container");
    })?;
    report.step("annotations: a grace period; and off", || {
        let script = "(trap 'echo asked; exit' TERM; echo ready; while :; do sleep 0.1; done) & sleep 1; exit 3";
        runtime.bundle("grace", script, |spec| {
            spec["annotations"] = json!({ "init.pause/grace-period": "60" });
        });
        let output = runtime.run_bundle(Wrapped, "grace");
        assert_eq!((output.status.code(), &*output.stdout), (Some(3), "ready\nasked\n"), "{output:?}");
        runtime.bundle("off", "cat /proc/1/comm", |spec| {
            spec["annotations"] = json!({ "init.pause/enabled": "false" });
        });
        assert_eq!(runtime.run_bundle(Wrapped, "off").ok(), "cat\n");
    })?;
    report.step("100 containers start at the same time", || many(&runtime))?;
    cost::measure(report, &runtime)
}

/// Lets a container make orphans, and returns how many of them stay as zombies.
fn zombies(runtime: &Runtime, called: Called) -> usize {
    let script = format!("for i in $(seq {ORPHANS}); do (sleep 1 &); done; exec sleep 1000");
    runtime.bundle("orphans", &script, |_| ());
    let mut process = runtime.start_bundle(called, "orphans");
    let count = |state: &str| {
        let script = format!("grep -l '^[0-9]* (sleep) {state} 1 ' /proc/[0-9]*/stat | wc -l");
        runtime.exec("orphans", &script).stdout.trim().parse::<usize>().ok()
    };
    until("the program sleeps", || runtime.exec("orphans", SLEEPS).stdout.contains("sleeps"));
    let process_1 = runtime.exec("orphans", "cat /proc/1/comm").ok();
    assert_eq!(process_1, if called == Wrapped { ".init\n" } else { "sleep\n" });
    until("the orphans have ended", || count("[RSD]").is_some_and(|alive| alive <= 1));
    until("all of them are reaped, or none", || count("Z").is_some_and(|zombies| [0, ORPHANS].contains(&zombies)));
    let zombies = count("Z").expect("a number");
    // The process that ran it removes it.
    runtime.run(Wrapped, &["kill", "orphans", "KILL"]).ok();
    until("the runtime has ended", || process.status().is_some());
    zombies
}

fn terminal(runtime: &Runtime) {
    runtime.bundle("terminal", "echo ready; cat /proc/1/comm; exec sleep 1000", |spec| {
        spec["process"]["terminal"] = json!(true);
    });
    let mut command = runtime.run_command(Wrapped, "terminal", &[]);
    let mut keyboard = Keyboard::of(&mut command);
    let mut process = runtime.machine.start(command);
    keyboard.shows("ready");
    keyboard.shows(".init");
    until("Ctrl-C has ended the program", || {
        keyboard.types(CTRL_C); // the first may come before the program is in the foreground
        process.status().is_some()
    });
    assert_eq!(process.wait().status.code(), Some(130));
}

/// Starts containers at the same time, and asserts that each has init.
fn many(runtime: &Runtime) {
    let names: Vec<String> = (0..CONTAINERS).map(|number| format!("many-{number}")).collect();
    for name in &names {
        runtime.bundle(name, "exec sleep 1000", |_| ());
    }
    let start = |name: &String| {
        let mut command = runtime.run_command(Wrapped, name, &["--detach"]);
        let log = fs::File::create(runtime.file(name, "log")).expect("a file can be made");
        command.stdout(log.try_clone().expect("a descriptor")).stderr(log);
        runtime.machine.start(command)
    };
    let processes: Vec<_> = names.iter().map(start).collect();
    for (name, process) in names.iter().zip(processes) {
        let status = process.wait().status;
        let log = fs::read_to_string(runtime.file(name, "log")).expect("a log");
        assert!(status.success(), "{name}: {status}: {log}");
        let spec = fs::read_to_string(runtime.file(name, "config.json")).expect("it is there");
        assert!(spec.contains("\"/.init\",\"--\","), "{name}: {spec}");
    }
    let state = runtime.run(Wrapped, &["list", "--quiet"]).ok();
    assert_eq!(state.lines().filter(|line| line.starts_with("many-")).count(), CONTAINERS, "{state}");
    for name in &names {
        runtime.run(Wrapped, &["kill", name, "KILL"]).ok();
    }
    for name in &names {
        runtime.delete(name);
    }
}
