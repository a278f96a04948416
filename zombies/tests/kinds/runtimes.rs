//! Sockets of runtimes, whatever listens there: without names, the report has the IDs, and the same verdict and status.

use crate::pages_programs::unified_root;
use crate::sandbox::{Look, Sandbox, log_missing, parse};
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};
use testkit::cgroup_cleanup::{claim, name, remove};
use testkit::programs::pause;

const ID: &str = "3fb3d3015ea281cc1c688c860c12acd43c2f4b1d0aaf5ee7b7f1d5ef5a3e9c77";

/// What listens at a socket. It gets each connection in a thread of its own.
type Server = fn(&mut UnixStream);

/// A server, and what `zombies` says of it.
type Row = (&'static str, Server, &'static str);

const ROWS: [Row; 8] = [
    ("--cri", |_| thread::sleep(Duration::from_secs(60)), "has not answered within a second."),
    ("--docker", |_| thread::sleep(Duration::from_secs(60)), "has not answered within a second."),
    ("--cri", drip, "has not answered within a second."),
    ("--docker", drip, "has not answered within a second."),
    ("--cri", |stream| endless(stream, &[0; 4096]), "does not answer as containerd and CRI-O do"),
    ("--cri", |stream| endless(stream, &[0xff; 4096]), "does not answer as containerd and CRI-O do"),
    (
        "--docker",
        |stream| endless(stream, b"HTTP/1.0 200 OK\r\n\r\n{\"Name\":\""),
        "does not answer as Docker and podman do",
    ),
    ("--docker", |stream| answer(stream, b"HTTP/1.0 500 No\r\n\r\n{}"), "does not answer as Docker and podman do"),
];

/// Sends a byte now and then: no single read takes long.
fn drip(stream: &mut UnixStream) {
    while stream.write_all(b"\0").is_ok() {
        thread::sleep(Duration::from_millis(100));
    }
}

/// Sends the same without an end.
fn endless(stream: &mut UnixStream, bytes: &[u8]) {
    while stream.write_all(bytes).is_ok() {}
}

/// Reads the request, and sends an answer.
fn answer(stream: &mut UnixStream, bytes: &[u8]) {
    let mut request = [0; 4096];
    let _length = stream.read(&mut request).expect("a request");
    stream.write_all(bytes).expect("somebody reads");
}

fn serve(path: &Path, server: Server) {
    let listener = UnixListener::bind(path).expect("the folder is ours");
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            thread::spawn(move || server(&mut stream));
        }
    });
}

/// Looks at a pod with a zombie in a container of Docker, as its control group says, with each list of options.
#[track_caller]
fn looks(options: impl FnOnce(&Sandbox) -> Vec<[String; 2]>) -> Option<(Look, Vec<(Look, Duration)>)> {
    let group = claim(&unified_root()?, &name());
    let sandbox = Sandbox::new(pause());
    let at = group.join(format!("docker-{ID}.scope")).display().to_string();
    let container = sandbox.script(&format!("mkdir -p {at}; echo $$ > {at}/cgroup.procs; sleep 1 & exec sleep 60"));
    let plain = sandbox.look_until("the zombie", |look| look.kinds() == [("parent-does-not-wait", 1)]);
    let look = |options: [String; 2]| {
        let start = Instant::now();
        let [option, socket] = &options;
        let output = sandbox.zombies(None, &["--json", "--age=0.1", option, socket]);
        (parse(&output), start.elapsed())
    };
    let looks = options(&sandbox).into_iter().map(look).collect();
    drop(container);
    drop(sandbox);
    remove(&group);
    Some((plain, looks))
}

fn path(sandbox: &Sandbox, name: &str) -> String {
    sandbox.path(name).display().to_string()
}

#[test]
fn whatever_a_socket_does_the_ids_the_verdict_and_the_status_stay() {
    let options = |sandbox: &Sandbox| {
        let serve = |(at, (option, server, _)): (usize, Row)| {
            let socket = path(sandbox, &format!("{at}.sock"));
            serve(socket.as_ref(), server);
            [option.to_owned(), socket]
        };
        let mut options: Vec<[String; 2]> = ROWS.into_iter().enumerate().map(serve).collect();
        options.push(["--cri".to_owned(), path(sandbox, "no.sock")]);
        options
    };
    let Some((plain, looks)) = looks(options) else { return log_missing("a control group of version 2") };
    let sentences = ROWS.iter().map(|row| row.2).chain(["no.sock cannot be asked: No such file or directory"]);
    assert_eq!(plain.report["missing"], serde_json::json!([]));
    for ((look, elapsed), sentence) in looks.iter().zip(sentences) {
        assert_eq!((look.status, look.kinds()), (1, plain.kinds()), "{sentence}");
        let [missing] = &look.report["missing"].as_array().expect("a list")[..] else { panic!("{look:#?}") };
        let missing = missing.as_str().expect("a sentence");
        assert!(missing.starts_with("names of containers: /") && missing.contains(sentence), "{missing}");
        let container = &look.report["findings"][0]["place"]["container"];
        assert_eq!((&container["id"], &container["names"]), (&ID.into(), &serde_json::Value::Null));
        assert!(*elapsed < Duration::from_secs(4), "{sentence}: {elapsed:?}");
    }
}

/// An answer of Docker with a name that would clear a terminal.
const HOSTILE: &[u8] = b"HTTP/1.0 200 OK\r\n\r\n{\"Name\":\"/it\\u001b[2J\",\"Config\":{\"Labels\":null}}";

#[test]
fn a_name_is_shown_harmless_and_an_unknown_container_has_none() {
    let options = |sandbox: &Sandbox| {
        let servers: [Server; 2] =
            [|stream| answer(stream, HOSTILE), |stream| answer(stream, b"HTTP/1.0 404 Not Found\r\n\r\n{}")];
        let serve = |(at, server): (usize, Server)| {
            let socket = path(sandbox, &format!("{at}.sock"));
            serve(socket.as_ref(), server);
            ["--docker".to_owned(), socket]
        };
        servers.into_iter().enumerate().map(serve).collect()
    };
    let Some((_, looks)) = looks(options) else { return log_missing("a control group of version 2") };
    let names = |look: &Look| look.report["findings"][0]["place"]["container"]["names"].clone();
    let [(hostile, _), (unknown, _)] = &looks[..] else { panic!("{looks:#?}") };
    assert_eq!(names(hostile), serde_json::json!({ "container": r"it\u{1b}[2J", "pod": null, "namespace": null }));
    assert_eq!(names(unknown), serde_json::Value::Null);
    assert!(looks.iter().all(|(look, _)| look.report["missing"] == serde_json::json!([])), "{looks:#?}");
}
