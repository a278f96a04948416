//! The runtime's side of NRI: listens on a socket, and calls the plugin as containerd and CRI-O do.

use crate::wire::{Fields, Message};
use std::collections::HashMap;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use tempfile::TempDir;
use testkit::deadline::TIMEOUT;

/// The two connections.
pub const PLUGIN: u32 = 1;
pub const RUNTIME: u32 = 2;

/// What a runtime reads at once.
const BUFFER: usize = 4096;

/// The types of messages.
pub const REQUEST: u8 = 1;
pub const RESPONSE: u8 = 2;

/// A runtime.
pub struct Runtime {
    folder: TempDir,
    listener: Option<UnixListener>,
}

/// A plugin that is connected.
pub struct Connection {
    socket: UnixStream,
    /// What has come on each connection and was not taken.
    streams: HashMap<u32, Vec<u8>>,
    last_call: u32,
}

/// What a call came to: the result, or the code and the message of its failure.
pub type Answer = Result<Fields, (u64, String)>;

impl Runtime {
    /// One that has not started.
    pub fn stopped() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder can be made"), listener: None }
    }

    pub fn start() -> Self {
        let mut this = Self::stopped();
        this.listen();
        this
    }

    /// Starts as runtimes do: the socket of an earlier one is removed.
    pub fn listen(&mut self) {
        _ = fs::remove_file(self.socket()); // there may be none
        self.listener = Some(UnixListener::bind(self.socket()).expect("a socket can be made"));
    }

    /// Stops. The socket's file stays, as after a SIGKILL.
    pub fn stop(&mut self) {
        self.listener = None;
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("nri.sock")
    }

    /// Waits for a plugin.
    #[track_caller]
    pub fn accept(&self) -> Connection {
        let (socket, _) = self.listener.as_ref().expect("it has started").accept().expect("a plugin connects");
        socket.set_read_timeout(Some(TIMEOUT)).expect("a time limit can be set");
        Connection { socket, streams: HashMap::new(), last_call: 0 }
    }

    /// Waits for a plugin, and starts it, as containerd 2.2 does.
    #[track_caller]
    pub fn accept_and_start(&self) -> Connection {
        let mut connection = self.accept();
        connection.take_registration(None);
        connection.configure("containerd", "v2.2.0").expect("it is configured");
        connection.synchronize(false).expect("it is synchronized");
        connection
    }
}

impl Connection {
    /// Takes the registration, and answers it: with success, or with an error. Returns the plugin's name and index.
    #[track_caller]
    pub fn take_registration(&mut self, error: Option<&str>) -> (String, String) {
        let (call, registration) = self.read_registration();
        self.answer_registration(call, error);
        registration
    }

    #[track_caller]
    pub fn read_registration(&mut self) -> (u32, (String, String)) {
        let (kind, call, request) = self.receive(RUNTIME);
        assert_eq!((kind, call % 2), (REQUEST, 1), "a call of a client");
        let request = Fields::of(&request);
        assert_eq!([request.text(1), request.text(2)], ["nri.pkg.api.v1alpha1.Runtime", "RegisterPlugin"]);
        let registration = Fields::of(request.all(3)[0]);
        (call, (registration.text(1).to_owned(), registration.text(2).to_owned()))
    }

    pub fn answer_registration(&mut self, call: u32, error: Option<&str>) {
        let status = error.map(|error| Message::default().number(1, 2).bytes(2, error));
        let response = status.map(|status| Message::default().bytes(1, status.encoded())).unwrap_or_default();
        self.send(RUNTIME, RESPONSE, call, response.encoded());
    }

    #[track_caller]
    pub fn configure(&mut self, name: &str, version: &str) -> Answer {
        self.call("Configure", &Message::default().bytes(2, name).bytes(3, version).number(4, 5000).number(5, 2000))
    }

    /// Tells the plugin about two containers that exist. `more` says that others follow in another call.
    #[track_caller]
    pub fn synchronize(&mut self, more: bool) -> Answer {
        let container = |name: &str| Message::default().bytes(3, name).texts(7, &["sh"]);
        let request = Message::default().bytes(2, container("one").encoded()).bytes(2, container("two").encoded());
        self.call("Synchronize", &request.number(3, more.into()))
    }

    /// Asks the plugin about a container.
    #[track_caller]
    pub fn create(&mut self, pod: &Message, container: &Message) -> Answer {
        self.call("CreateContainer", &Message::default().bytes(1, pod.encoded()).bytes(2, container.encoded()))
    }

    /// Calls a method of the plugin.
    #[track_caller]
    pub fn call(&mut self, method: &str, argument: &Message) -> Answer {
        self.call_service("nri.pkg.api.v1alpha1.Plugin", method, argument)
    }

    #[track_caller]
    pub fn call_service(&mut self, service: &str, method: &str, argument: &Message) -> Answer {
        let call = self.start_call(service, method, argument);
        self.take_answer(call)
    }

    /// Calls a method, and does not wait for the answer. Returns the number of the call.
    pub fn start_call(&mut self, service: &str, method: &str, argument: &Message) -> u32 {
        let call = self.last_call + 1;
        self.last_call = call + 1;
        // A runtime also says when it stops waiting.
        let request = Message::default().bytes(1, service).bytes(2, method).bytes(3, argument.encoded());
        self.send(PLUGIN, REQUEST, call, request.number(4, 2_000_000_000).encoded());
        call
    }

    #[track_caller]
    pub fn take_answer(&mut self, call: u32) -> Answer {
        let (kind, answered, response) = self.receive(PLUGIN);
        assert_eq!((kind, answered), (RESPONSE, call));
        let response = Fields::of(&response);
        match response.messages(1).first().filter(|status| status.number(1) != 0) {
            Some(status) => Err((status.number(1), status.text(2).to_owned())),
            None => Ok(Fields::of(response.all(2).first().copied().unwrap_or_default())),
        }
    }

    /// Sends a message in two frames, as runtimes do: what fits into a buffer, and the rest.
    pub fn send(&mut self, connection: u32, kind: u8, call: u32, content: &[u8]) {
        let message = message(kind, call, content);
        let (first, rest) = message.split_at(message.len().min(BUFFER));
        self.send_frame(connection, first);
        if !rest.is_empty() {
            self.send_frame(connection, rest);
        }
    }

    pub fn send_frame(&mut self, connection: u32, content: &[u8]) {
        let length = content.len() as u32;
        self.send_bytes(&[&connection.to_be_bytes()[..], &length.to_be_bytes(), content].concat());
    }

    /// Sends bytes, whatever they are. The plugin may have left.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        _ = self.socket.write_all(bytes);
    }

    /// Waits until the plugin has closed the connection.
    #[track_caller]
    pub fn until_it_leaves(&mut self) {
        let mut rest = Vec::new();
        // It is reset if something came that the plugin did not read.
        _ = self.socket.read_to_end(&mut rest);
    }

    /// Receives a message on a connection: its type, the number of the call and its content.
    #[track_caller]
    fn receive(&mut self, connection: u32) -> (u8, u32, Vec<u8>) {
        loop {
            let stream = self.streams.entry(connection).or_default();
            if let Some((header, rest)) = stream.split_first_chunk::<10>() {
                let length = number(&header[..4]) as usize;
                if rest.len() >= length {
                    assert_eq!(header[9], 0, "there are no flags");
                    let message = (header[8], number(&header[4..8]), rest[..length].to_vec());
                    stream.drain(..10 + length);
                    return message;
                }
            }
            let mut header = [0; 8];
            self.socket.read_exact(&mut header).expect("the plugin sends a frame");
            let (connection, length) = (number(&header[..4]), number(&header[4..]) as usize);
            assert!(length <= BUFFER, "a runtime would fail to read {length} bytes at once");
            let mut content = vec![0; length];
            self.socket.read_exact(&mut content).expect("the plugin sends the whole frame");
            self.streams.entry(connection).or_default().extend(content);
        }
    }
}

/// A message of ttrpc.
pub fn message(kind: u8, call: u32, content: &[u8]) -> Vec<u8> {
    [&(content.len() as u32).to_be_bytes()[..], &call.to_be_bytes(), &[kind, 0], content].concat()
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_be_bytes(bytes.try_into().expect("four bytes"))
}
