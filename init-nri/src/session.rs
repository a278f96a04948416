//! One connection: registers the plugin, and answers until the runtime leaves.

use crate::end::End;
use crate::messages::{
    ConfigureRequest, ConfigureResponse, ONLY_CREATE_CONTAINER, PLUGIN_SERVICE, RUNTIME_SERVICE, RegisterPluginRequest,
};
use crate::trunk::{self, TO_PLUGIN, TO_RUNTIME};
use crate::ttrpc::{Envelope, REQUEST, RESPONSE, Request, Response, Status};
use crate::{plugin, runtime};
use init_rules::Settings;
use prost::Message;
use std::convert::Infallible;
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// The name by which a pod can demand this plugin.
const NAME: &str = "init-nri";

/// The last index: other plugins change the arguments before, and none afterwards.
const INDEX: &str = "99";

/// The number of the only call that the plugin makes. The numbers of a client's calls are odd.
const REGISTRATION: u32 = 1;

/// How long the runtime may take for the registration, and for reading an answer.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// A connection.
struct Session<'a, R> {
    socket: &'a UnixStream,
    settings: &'a Settings,
    /// The runtime's name, after it configured the plugin.
    runtime: Option<String>,
    on_registered: R,
}

/// Registers the plugin, and answers until the connection ends. Calls `on_registered` with the name and version of the
/// runtime when it begins to tell of new containers.
pub fn run(socket: &UnixStream, settings: &Settings, on_registered: impl FnMut(&str)) -> End {
    let Err(end) = (Session { socket, settings, runtime: None, on_registered }).run();
    end
}

impl<R: FnMut(&str)> Session<'_, R> {
    fn run(&mut self) -> Result<Infallible, End> {
        self.socket.set_read_timeout(Some(TIME_LIMIT))?;
        self.socket.set_write_timeout(Some(TIME_LIMIT))?;
        self.register()?;
        let (mut calls, mut answers) = (Vec::new(), Vec::new());
        loop {
            match trunk::read(&mut self.socket)? {
                (TO_PLUGIN, content) => {
                    calls.extend(content);
                    while let Some(envelope) = Envelope::take(&mut calls)? {
                        self.answer(&envelope)?;
                    }
                }
                (TO_RUNTIME, content) => {
                    answers.extend(content);
                    while let Some(envelope) = Envelope::take(&mut answers)? {
                        self.check_registration(&envelope)?;
                    }
                }
                // A newer runtime may have more connections. It gets no answer there, as from other plugins.
                _ => (),
            }
        }
    }

    fn register(&mut self) -> Result<(), End> {
        let request = RegisterPluginRequest { plugin_name: NAME.to_owned(), plugin_idx: INDEX.to_owned() };
        let (service, method) = (RUNTIME_SERVICE.to_owned(), "RegisterPlugin".to_owned());
        let content = Request { service, method, payload: request.encode_to_vec() }.encode_to_vec();
        let envelope = Envelope { call: REGISTRATION, kind: REQUEST, content };
        let bytes = envelope.bytes().expect("it is small");
        trunk::write(&mut self.socket, TO_RUNTIME, &bytes)
    }

    /// Reads the answer to the registration.
    fn check_registration(&self, envelope: &Envelope) -> Result<(), End> {
        if (envelope.kind, envelope.call) != (RESPONSE, REGISTRATION) {
            return Err(End::NotProtocol("an answer belongs to no call".to_owned()));
        }
        let response = Response::decode(&*envelope.content)
            .map_err(|error| End::NotProtocol(format!("the answer to the registration cannot be read: {error}")))?;
        match response.status.filter(|status| status.code != 0) {
            None => Ok(()),
            Some(status) => {
                let message = status.message.escape_debug();
                Err(End::Permanent(format!("the runtime refuses the plugin {INDEX}-{NAME}: {message}")))
            }
        }
    }

    /// Answers a call of the runtime.
    fn answer(&mut self, envelope: &Envelope) -> Result<(), End> {
        if envelope.kind != REQUEST {
            return Err(End::NotProtocol("an answer came where calls belong".to_owned()));
        }
        let request = Request::decode(&*envelope.content)
            .map_err(|error| End::NotProtocol(format!("a call cannot be read: {error}")))?;
        if request.service != PLUGIN_SERVICE {
            return Err(End::NotProtocol(format!("there is no service {}", request.service.escape_debug())));
        }
        if request.method == "Configure" {
            return self.configure(envelope.call, &request.payload);
        }
        self.respond(envelope.call, plugin::answer(&request, self.settings))?;
        if request.method == "Synchronize"
            && let Some(runtime) = self.runtime.take()
        {
            (self.on_registered)(&runtime);
        }
        Ok(())
    }

    /// Asks to be told about containers that are created, if the runtime is new enough.
    fn configure(&mut self, call: u32, payload: &[u8]) -> Result<(), End> {
        let request: ConfigureRequest = match plugin::decode(payload) {
            Ok(request) => request,
            Err(status) => return self.respond(call, Err(status)),
        };
        // A plugin that stayed and changed nothing would be there for pods that demand it.
        if let Err(line) = runtime::check(&request) {
            self.respond(call, Err(plugin::refusal(&line)))?;
            return Err(End::Permanent(line));
        }
        self.respond(call, Ok(ConfigureResponse { events: ONLY_CREATE_CONTAINER }.encode_to_vec()))?;
        self.runtime = Some(runtime::name(&request));
        // From now on it is quiet until there is a container.
        Ok(self.socket.set_read_timeout(None)?)
    }

    fn respond(&mut self, call: u32, result: Result<Vec<u8>, Status>) -> Result<(), End> {
        let envelope = |response: Response| Envelope { call, kind: RESPONSE, content: response.encode_to_vec() };
        let response = match result {
            Ok(payload) => Response { status: None, payload },
            Err(status) => Response { status: Some(status), payload: Vec::new() },
        };
        let bytes = envelope(response).bytes().or_else(|| {
            let status = plugin::refusal("with init, the arguments are too long for NRI");
            envelope(Response { status: Some(status), payload: Vec::new() }).bytes()
        });
        trunk::write(&mut self.socket, TO_PLUGIN, &bytes.expect("a refusal is short"))
    }
}
