//! Whatever a runtime sends, the session ends: it never panics and never waits for more than what was sent.

use init_nri::end::End;
use init_nri::session;
use init_rules::Settings;
use proptest::collection::vec;
use proptest::prelude::*;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;

/// How a session ends that gets these bytes and nothing else.
fn end_of(bytes: &[u8]) -> End {
    let (mut runtime, plugin) = UnixStream::pair().expect("a pair of sockets");
    runtime.write_all(bytes).expect("they fit into the socket");
    runtime.shutdown(Shutdown::Write).expect("it is connected");
    let settings = Settings { init: "/proc/self/exe".to_owned(), is_enabled: true, wraps_known_inits: false };
    let end = session::run(&plugin, &settings, |_| ());
    drop(plugin);
    // It has registered before it read anything. The connection is reset if it did not read everything.
    let mut sent = Vec::new();
    _ = runtime.read_to_end(&mut sent);
    assert!(String::from_utf8_lossy(&sent).contains("RegisterPlugin"));
    end
}

/// A frame with this content, of a connection that the plugin may not know.
fn frame(connection: u32, content: &[u8]) -> Vec<u8> {
    [&connection.to_be_bytes()[..], &(content.len() as u32).to_be_bytes(), content].concat()
}

/// A message, almost as NRI has it: a call of a method, with any argument.
fn call() -> impl Strategy<Value = Vec<u8>> {
    let methods = ["Configure", "Synchronize", "CreateContainer", "Shutdown", "RegisterPlugin", ""];
    (0..methods.len(), vec(any::<u8>(), 0..60), any::<u32>()).prop_map(move |(method, argument, call)| {
        let mut content = b"\x0a\x1bnri.pkg.api.v1alpha1.Plugin\x12".to_vec();
        content.push(methods[method].len() as u8);
        content.extend(methods[method].as_bytes());
        content.extend([0x1a, argument.len() as u8]);
        content.extend(argument);
        [&(content.len() as u32).to_be_bytes()[..], &call.to_be_bytes(), &[1, 0], &content].concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_end_it(bytes in vec(any::<u8>(), 0..400)) {
        prop_assert!(!matches!(end_of(&bytes), End::Permanent(_)));
    }

    #[test]
    fn any_contents_of_frames_end_it(frames in vec((1..4_u32, vec(any::<u8>(), 0..60)), 0..9)) {
        let bytes: Vec<u8> = frames.iter().flat_map(|(connection, content)| frame(*connection, content)).collect();
        prop_assert!(!matches!(end_of(&bytes), End::Permanent(_)));
    }

    #[test]
    fn calls_with_any_argument_are_answered_until_it_ends(calls in vec(call(), 0..9)) {
        let bytes: Vec<u8> = calls.iter().flat_map(|call| frame(1, call)).collect();
        // Any configuration is that of an unknown runtime.
        let end = end_of(&bytes);
        prop_assert!(!matches!(end, End::NotProtocol(_)), "{end:?}");
    }

    #[test]
    fn a_call_that_is_cut_anywhere_is_no_call(call in call(), at in any::<prop::sample::Index>()) {
        let bytes = frame(1, &call);
        prop_assert_eq!(end_of(&bytes[..at.index(bytes.len())]), End::Left("the runtime closed the connection".to_owned()));
    }
}
