//! Runtimes that are not there yet, leave and come back.

use crate::runtime::Runtime;
use crate::started::Plugin;
use std::time::{Duration, Instant};

const REGISTERED: &str = "init-nri: registered with containerd v2.2.0; init is for containers whose pod asks for it";
const LEFT: &str = "init-nri: the runtime closed the connection; connecting again until it works";

#[test]
fn it_waits_for_a_runtime_that_has_not_started() {
    let mut runtime = Runtime::stopped();
    let plugin = Plugin::start(&runtime, &[]);
    let socket = runtime.socket();
    let error = "No such file or directory (os error 2)";
    assert_eq!(
        plugin.line(),
        format!("init-nri: cannot connect to {}: {error}; connecting again until it works", socket.display())
    );
    runtime.listen();
    let _connection = runtime.accept_and_start();
    assert_eq!(plugin.line(), REGISTERED, "the attempts between have no lines");
}

#[test]
fn it_registers_again_with_a_runtime_that_restarts() {
    let mut runtime = Runtime::start();
    let plugin = Plugin::start(&runtime, &[]);
    let mut connection = runtime.accept_and_start();
    assert_eq!(plugin.line(), REGISTERED);
    for _ in 0..3 {
        runtime.stop();
        drop(connection);
        assert_eq!(plugin.line(), LEFT);
        let refused = plugin.line();
        assert!(refused.contains("Connection refused"), "{refused}");
        runtime.listen();
        connection = runtime.accept_and_start();
        assert_eq!(plugin.line(), REGISTERED);
    }
}

#[test]
fn a_runtime_says_that_it_shuts_down() {
    let runtime = Runtime::start();
    let plugin = Plugin::start(&runtime, &[]);
    let mut connection = runtime.accept_and_start();
    plugin.line();
    connection.call("Shutdown", &Default::default()).expect("it is answered");
    drop(connection);
    assert_eq!(plugin.line(), LEFT);
    let _connection = runtime.accept_and_start();
    assert_eq!(plugin.line(), REGISTERED);
}

#[test]
fn a_runtime_that_comes_back_in_an_old_version_ends_it() {
    let runtime = Runtime::start();
    let plugin = Plugin::start(&runtime, &[]);
    drop(runtime.accept_and_start());
    let mut connection = runtime.accept();
    connection.take_registration(None);
    connection.configure("containerd", "v2.1.9").expect_err("it is too old");
    connection.until_it_leaves();
    let lines = plugin.failure();
    assert_eq!(lines[..2], [REGISTERED, LEFT]);
    assert!(lines[2].starts_with("init-nri: containerd v2.1.9 is not known to change"), "{lines:?}");
}

#[test]
fn a_runtime_that_leaves_at_once_is_asked_less_and_less_often() {
    let runtime = Runtime::start();
    let plugin = Plugin::start(&runtime, &[]);
    let start = Instant::now();
    let mut pauses = Vec::new();
    for _ in 0..6 {
        let before = Instant::now();
        drop(runtime.accept());
        pauses.push(before.elapsed());
    }
    // 50, 100, 200, 400 and 800 ms.
    assert!(start.elapsed() >= Duration::from_millis(1550), "{pauses:?}");
    assert!(pauses[5] > pauses[2], "{pauses:?}");
    assert_eq!(plugin.line(), LEFT, "and it says so once");
    let _connection = runtime.accept_and_start();
    assert_eq!(plugin.line(), REGISTERED);
}
