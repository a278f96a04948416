//! A runtime that sends anything but NRI: one clear line, and the next connection works.

use crate::runtime::{PLUGIN, REQUEST, RESPONSE, RUNTIME, Runtime, message};
use crate::started::Plugin;
use crate::wire::Message;

const AGAIN: &str = "; connecting again until it works";

/// What no runtime sends, each with the line that it causes.
fn cases() -> Vec<(Vec<u8>, &'static str)> {
    let frame = |connection: u32, content: &[u8]| {
        [&connection.to_be_bytes()[..], &(content.len() as u32).to_be_bytes(), content].concat()
    };
    let call = |content: &[u8]| frame(PLUGIN, &message(REQUEST, 9, content));
    let service = Message::default().bytes(1, "other.Service").bytes(2, "Configure");
    let text = Message::default().bytes(1, [0xff, 0xfe]);
    vec![
        (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), "a frame claims to have 791752241 bytes"),
        (frame(PLUGIN, &[0xff; 10]), "a message claims to have 4294967295 bytes"),
        (frame(PLUGIN, &message(3, 1, b"")), "a message has the unknown type 3"),
        (frame(PLUGIN, &message(0, 0, b"")), "a message has the unknown type 0"),
        (frame(PLUGIN, &message(RESPONSE, 1, b"")), "an answer came where calls belong"),
        (frame(RUNTIME, &message(RESPONSE, 2, b"")), "an answer belongs to no call"),
        (frame(RUNTIME, &message(REQUEST, 1, b"")), "an answer belongs to no call"),
        (frame(RUNTIME, &message(RESPONSE, 1, &[0xff])), "the answer to the registration cannot be read: "),
        (call(&[0x0a, 0xff]), "a call cannot be read: "),
        (call(text.encoded()), "a call cannot be read: "),
        (call(service.encoded()), "there is no service other.Service"),
    ]
}

#[test]
fn a_socket_that_never_was_one_of_nri_ends_it() {
    for (bytes, reason) in cases() {
        let runtime = Runtime::start();
        let plugin = Plugin::start(&runtime, &[]);
        let mut connection = runtime.accept();
        connection.send_bytes(&bytes);
        connection.until_it_leaves();
        let lines = plugin.failure();
        let line = format!("init-nri: {} is no socket of NRI: {reason}", runtime.socket().display());
        assert!(lines.len() == 1 && lines[0].starts_with(&line), "{lines:?}, not {line}");
    }
}

#[test]
fn later_it_connects_again() {
    for (bytes, reason) in cases() {
        let runtime = Runtime::start();
        let plugin = Plugin::start(&runtime, &[]);
        let mut connection = runtime.accept_and_start();
        plugin.line();
        connection.send_bytes(&bytes);
        connection.until_it_leaves();
        let line = plugin.line();
        let expected = format!("init-nri: the runtime does not speak NRI: {reason}");
        assert!(line.starts_with(&expected) && line.ends_with(AGAIN), "{line}, not {expected}");
        let _connection = runtime.accept_and_start();
        assert!(plugin.line().contains("registered"));
    }
}

#[test]
fn a_connection_that_ends_in_the_middle_is_made_again() {
    // In the header of a frame, in its content, and in a message that needs another frame.
    for bytes in [&b"\0\0"[..], b"\0\0\0\x01\0\0\0\x64abc", b"\0\0\0\x01\0\0\0\x0a\0\0\0\x64\0\0\0\x01\x01\0"] {
        let runtime = Runtime::start();
        let plugin = Plugin::start(&runtime, &[]);
        let mut connection = runtime.accept_and_start();
        plugin.line();
        connection.send_bytes(bytes);
        drop(connection);
        assert_eq!(plugin.line(), format!("init-nri: the runtime closed the connection{AGAIN}"));
        let _connection = runtime.accept_and_start();
        assert!(plugin.line().contains("registered"));
    }
}

#[test]
fn unknown_methods_and_unreadable_arguments_are_errors_of_that_call_only() {
    let runtime = Runtime::start();
    let _plugin = Plugin::start(&runtime, &[]);
    let mut connection = runtime.accept_and_start();
    let unknown = connection.call("UpdateContainer", &Message::default()).expect_err("it does not exist");
    assert_eq!(unknown, (12, "init-nri: there is no method UpdateContainer".to_owned()));
    for method in ["CreateContainer", "Synchronize", "Configure"] {
        let unreadable = Message::default().bytes(2, "x").bytes(1, [0xff, 0xff]).number(3, 1).bytes(3, [0xff]);
        let (code, line) = connection.call(method, &unreadable).expect_err("it cannot be read");
        assert!(code == 9 && line.starts_with("init-nri: the runtime's call cannot be read: "), "{code}: {line}");
    }
    let empty = connection.create(&Message::default(), &Message::default()).expect("it is answered");
    assert_eq!(empty.present(), [0; 0], "a container without a program");
}

#[test]
fn frames_may_be_of_any_size_and_of_other_connections() {
    let runtime = Runtime::start();
    let _plugin = Plugin::start(&runtime, &[]);
    let mut connection = runtime.accept_and_start();
    let request = Message::default().bytes(1, "nri.pkg.api.v1alpha1.Plugin").bytes(2, "Shutdown");
    let message = |call| message(REQUEST, call, request.encoded());
    for byte in message(101) {
        connection.send_frame(7, b"not for the plugin");
        connection.send_frame(PLUGIN, &[byte]);
        connection.send_frame(PLUGIN, b"");
    }
    connection.send_frame(PLUGIN, &[message(103), message(105)].concat());
    for call in [101, 103, 105] {
        connection.take_answer(call).expect("it is answered, in this order");
    }
}
