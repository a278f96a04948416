//! What every tool must show of the image and of its container.

use e2e::Machine;
use e2e::platform::Platform;
use e2e::process::{Process, TERMINATED};
use e2e::project::{self, ZombiesImage, package, package_of_zombies};
use serde_json::{Value, json};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program, and its image.
#[derive(Clone, Copy)]
pub struct Image {
    pub program: &'static str,
    entrypoint: &'static [&'static str],
}

pub const PAUSE: Image = Image { program: "pause", entrypoint: &["/pause"] };
pub const INIT: Image = Image { program: "init", entrypoint: &["/init", "--"] };
pub const ZOMBIES: Image = Image { program: "zombies", entrypoint: &["/zombies"] };

/// All images that this machine can build.
pub fn images() -> Vec<Image> {
    [PAUSE, INIT].into_iter().chain(zombies().map(|_| ZOMBIES)).collect()
}

/// The image of zombies, if this machine can build it.
pub fn zombies() -> Option<&'static ZombiesImage> {
    project::zombies_image(env!("CARGO_TARGET_TMPDIR"))
}

impl Image {
    /// The path of its archive.
    pub fn archive(self) -> String {
        match self.program {
            "init" => project::of_init(archive()),
            "zombies" => zombies().expect("this machine can build it").archive.clone(),
            _ => archive().to_owned(),
        }
    }

    /// Its default name.
    pub fn reference(self) -> &'static str {
        match self.program {
            "init" => project::init_reference(),
            "zombies" => project::zombies_reference(),
            _ => project::reference(),
        }
    }

    /// The platforms that it has.
    pub fn platforms(self) -> Vec<Platform> {
        let mut platforms = Platform::all();
        if self.program == "zombies" {
            let built = &zombies().expect("this machine can build it").platforms;
            platforms.retain(|platform| built.contains(&platform.name));
        }
        platforms
    }
}

/// The path of the archive of `pause`.
pub fn archive() -> &'static str {
    project::archive(env!("CARGO_TARGET_TMPDIR"))
}

#[track_caller]
pub fn parse(json: impl AsRef<[u8]>) -> Value {
    serde_json::from_slice(json.as_ref()).expect("JSON")
}

/// The output of `pause -v`.
pub fn pause_version() -> String {
    format!("pause {}\n", package().version())
}

/// The output of `init --version`.
pub fn init_version() -> String {
    let version = package().version().to_string();
    format!("init {version} - git.v{}\n", version.replace('.', "-"))
}

/// A Dockerfile of an image that has init.
pub fn with_init() -> String {
    "ARG INIT\nFROM $INIT AS init\nFROM scratch\nCOPY --from=init /init /init\nENTRYPOINT [\"/init\"]\n".to_owned()
}

/// What zombies says in a container of its own.
pub const NO_ZOMBIES: &str = "No zombies.\n";

/// The labels of a program's image, from Cargo.toml.
fn labels(program: &str) -> Value {
    let package = package();
    let description = match program {
        "init" => package.metadata.as_ref().and_then(|table| table.get("init")?.get("description")?.as_str()),
        "zombies" => package_of_zombies().description(),
        _ => package.description(),
    };
    let version = if program == "zombies" { package_of_zombies().version() } else { package.version() };
    let mut labels = json!({
        "org.opencontainers.image.title": program,
        "org.opencontainers.image.description": description,
        "org.opencontainers.image.version": version,
        "org.opencontainers.image.licenses": "Apache-2.0",
    });
    for (name, address) in [("source", package.repository()), ("url", package.homepage())] {
        if let Some(address) = address {
            labels[format!("org.opencontainers.image.{name}")] = address.into();
        }
    }
    labels
}

/// Asserts that a configuration of the OCI image specification is that of this platform.
#[track_caller]
pub fn assert_configuration(config: &Value, image: Image, platform: &Platform) {
    for (at, field) in ["os", "architecture", "variant"].into_iter().enumerate() {
        assert_eq!(config[field].as_str(), platform.part(at), "{field} of {}", platform.name);
    }
    assert_process(&config["config"], image);
    assert_eq!(config["rootfs"]["diff_ids"].as_array().map(Vec::len), Some(1), "one layer");
}

/// Asserts that the output of `docker image inspect` or `podman image inspect` has this platform.
#[track_caller]
pub fn assert_inspected(inspected: &Value, image: Image, platform: &Platform) {
    assert_eq!((inspected["Os"].as_str(), inspected["Architecture"].as_str()), (platform.part(0), platform.part(1)));
    assert_process(&inspected["Config"], image);
    assert_eq!(inspected["RootFS"]["Layers"].as_array().map(Vec::len), Some(1), "one layer");
}

#[track_caller]
fn assert_process(config: &Value, image: Image) {
    assert_eq!(config["User"], "65535:65535");
    assert_eq!(config["Entrypoint"], json!(image.entrypoint));
    assert_eq!(config["Labels"], labels(image.program));
    assert_eq!(config["Env"], Value::Null, "no environment");
    assert_eq!(config["Cmd"], Value::Null, "no arguments");
}

/// Asserts that a layer has one file: this binary of the platform.
#[track_caller]
pub fn assert_layer(layer: impl Read, program: &str, platform: &Platform) {
    let mut archive = tar::Archive::new(layer);
    let files = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let header = entry.header();
        let owner = (header.uid().unwrap(), header.gid().unwrap());
        (entry.path().unwrap().into_owned(), header.mode().unwrap() & 0o7777, owner, bytes)
    });
    assert_eq!(files.collect::<Vec<_>>(), [(PathBuf::from(program), 0o555, (0, 0), platform.binary(program))]);
}

/// Asserts that a mounted image has `pause`, owned by root and of the year 1970, and nothing else.
#[track_caller]
pub fn assert_one_file(machine: &Machine, folder: &str) {
    let mut find = Command::new("find");
    find.args([folder, "-mindepth", "1", "-printf", "%P %m %U:%G %T@\\n"]);
    assert_eq!(machine.run(find).ok(), "pause 555 0:0 0.0000000000\n");
}

/// Asserts that a process of an engine's machine is pause, process 1 of its PID namespace, with the user of the image.
#[track_caller]
pub fn assert_process_1(machine: &Machine, pid: &str) {
    let process = Process::new(machine, pid);
    process.until_it_waits();
    assert_eq!(process.executable(), Path::new("/pause"));
    assert_eq!([process.status("Uid"), process.status("Gid")], ["65535 65535 65535 65535"; 2]);
    assert_eq!(process.pid_in_namespace(), "1");
}

/// Asserts that a container in the background is process 1, and that stopping it ends it with status 0. `call` runs
/// `docker` or `podman`, which have the same commands.
#[track_caller]
pub fn assert_runs_and_stops(machine: &Machine, call: impl Fn(&[&str]) -> e2e::machine::Output, container: &str) {
    let pid = call(&["inspect", "--format", "{{.State.Pid}}", container]).ok();
    assert_process_1(machine, &pid);
    call(&["stop", container]).ok();
    assert_eq!(call(&["inspect", "--format", "{{.State.ExitCode}}", container]).ok(), "0\n");
    assert_eq!(call(&["logs", container]).stderr, TERMINATED);
}
