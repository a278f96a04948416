//! `--watch` tells which parent leaks, and how fast.

use crate::sandbox::Sandbox;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use testkit::programs::pause;

/// It leaves ten zombies a second.
const LEAK: &str = "#include <unistd.h>\nint main(void) { for (;;) { if (fork() == 0) _exit(0); usleep(100000); } }";

#[test]
fn the_parent_that_leaks_is_told_from_one_that_does_not() {
    let sandbox = Sandbox::new(pause());
    let _leaks = sandbox.c_program(LEAK);
    let _steady = sandbox.script("sleep 1 & exec sleep 60");
    sandbox.look_until("both have zombies", |look| look.kinds().len() == 2);

    let mut command = Command::new(sandbox.path("zombies"));
    command.args(["--watch=0.5", "--age=0.1", "--json"]).stdout(Stdio::piped());
    let mut watch = sandbox.pod.join(command);
    let stdout = watch.streams().stdout.take().expect("it is piped");
    let lines = BufReader::new(stdout).lines().map(|line| line.expect("a line"));
    let looks: Vec<Value> = lines.take(6).map(|line| serde_json::from_str(&line).expect("JSON")).collect();
    let per_minute = |look: &Value, command: &str| {
        let growth = look.as_array().expect("a list").iter().find(|one| one["parent"]["command"] == command);
        growth.and_then(|growth| growth["per_minute"].as_f64()).expect("a number")
    };
    assert_eq!(per_minute(&looks[0], "kind"), 0.0, "nothing is known yet");
    let leaks = per_minute(&looks[5], "kind");
    assert!(leaks > 0.0, "{leaks} a minute"); // how many depends on how busy the machine is
    assert_eq!(looks[5][0]["parent"]["command"], "kind", "the leak comes first");
    assert!(looks.iter().all(|look| per_minute(look, "sleep") == 0.0), "{looks:#?}");
}
