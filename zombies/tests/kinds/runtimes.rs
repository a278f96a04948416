//! Sockets of runtimes, whatever listens there: without names, the report has the IDs, and the same verdict and status.

use crate::pages_programs::unified_root;
use crate::sandbox::{Look, Sandbox, log_missing, parse};
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};
use testkit::cgroup_cleanup::{claim, name, remove};
use testkit::deadline::until_some;
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

/// An option with a socket, and what is said of it. Nothing is said of a socket that answers.
type Asked = ([String; 2], Option<&'static str>);

/// Looks at a pod with a zombie in a container of Docker, as its control group says: with no option, and with each of these.
/// On a busy machine, a second can be too short for an answer: then it looks again.
#[track_caller]
fn looks(asked: impl FnOnce(&Sandbox) -> Vec<Asked>) -> Option<(Look, Vec<(Look, Duration)>)> {
    let group = claim(&unified_root()?, &name());
    let sandbox = Sandbox::new(pause());
    let at = group.join(format!("docker-{ID}.scope")).display().to_string();
    let container = sandbox.script(&format!("mkdir -p {at}; echo $$ > {at}/cgroup.procs; sleep 1 & exec sleep 60"));
    let plain = sandbox.look_until("the zombie", |look| look.kinds() == [("parent-does-not-wait", 1)]);
    let look = |([option, socket], said): Asked| {
        until_some(said.unwrap_or("nothing is missing"), || {
            let start = Instant::now();
            let look = parse(&sandbox.zombies(None, &["--json", "--age=0.1", &option, &socket]));
            let elapsed = start.elapsed();
            let missing = look.report["missing"].to_string();
            said.map_or(missing == "[]", |said| missing.contains(said)).then_some((look, elapsed))
        })
    };
    let looks = asked(&sandbox).into_iter().map(look).collect();
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
    let asked = |sandbox: &Sandbox| {
        let serve = |(at, (option, server, said)): (usize, Row)| {
            let socket = path(sandbox, &format!("{at}.sock"));
            serve(socket.as_ref(), server);
            ([option.to_owned(), socket], Some(said))
        };
        let mut asked: Vec<Asked> = ROWS.into_iter().enumerate().map(serve).collect();
        let nobody = Some("no.sock cannot be asked: No such file or directory");
        asked.push((["--cri".to_owned(), path(sandbox, "no.sock")], nobody));
        asked
    };
    let Some((plain, looks)) = looks(asked) else { return log_missing("a control group of version 2") };
    assert_eq!((looks.len(), &plain.report["missing"]), (ROWS.len() + 1, &serde_json::json!([])));
    for (look, elapsed) in &looks {
        assert_eq!((look.status, look.kinds()), (1, plain.kinds()), "{look:#?}");
        let [missing] = &look.report["missing"].as_array().expect("a list")[..] else { panic!("{look:#?}") };
        let missing = missing.as_str().expect("a sentence");
        assert!(missing.starts_with("names of containers: /"), "{missing}");
        let container = &look.report["findings"][0]["place"]["container"];
        assert_eq!((&container["id"], &container["names"]), (&ID.into(), &serde_json::Value::Null));
        assert!(*elapsed < Duration::from_secs(10), "{missing}: {elapsed:?}");
    }
}

/// An answer of Docker with a name that would clear a terminal.
const HOSTILE: &[u8] = b"HTTP/1.0 200 OK\r\n\r\n{\"Name\":\"/it\\u001b[2J\",\"Config\":{\"Labels\":null}}";

#[test]
fn a_name_is_shown_harmless_and_an_unknown_container_has_none() {
    let asked = |sandbox: &Sandbox| {
        let servers: [Server; 2] =
            [|stream| answer(stream, HOSTILE), |stream| answer(stream, b"HTTP/1.0 404 Not Found\r\n\r\n{}")];
        let serve = |(at, server): (usize, Server)| {
            let socket = path(sandbox, &format!("{at}.sock"));
            serve(socket.as_ref(), server);
            (["--docker".to_owned(), socket], None)
        };
        servers.into_iter().enumerate().map(serve).collect()
    };
    let Some((_, looks)) = looks(asked) else { return log_missing("a control group of version 2") };
    let names = |look: &Look| look.report["findings"][0]["place"]["container"]["names"].clone();
    let [(hostile, _), (unknown, _)] = &looks[..] else { panic!("{looks:#?}") };
    assert_eq!(names(hostile), serde_json::json!({ "container": r"it\u{1b}[2J", "pod": null, "namespace": null }));
    assert_eq!(names(unknown), serde_json::Value::Null);
}
