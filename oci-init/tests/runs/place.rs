//! A node for one test: a mount namespace with a configuration, a wrapped runtime, an init and a bundle of its own.

use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The status of the wrapped runtime.
pub const RUNTIME_STATUS: i32 = 7;

/// Writes its name, its arguments and a variable, one a line.
const RUNTIME: &str = "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$@\" \"variable $NOTIFY_SOCKET\"\nexit 7\n";

/// The configuration and what it names are put in place, in namespaces of their own, before the program is executed.
const ENTER: &str = "mount -t tmpfs tmpfs /etc && if [ -e \"$1\" ] || [ -L \"$1\" ]; then cp -a \"$1\" /etc/oci-init.toml; fi \
                     && shift && exec \"$@\"";

pub struct Place {
    folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        let this = Self { folder: tempfile::tempdir().expect("a folder can be made") };
        testkit::programs::write(&this.path("runtime"), RUNTIME, 0o755);
        testkit::programs::write(&this.path("init"), "", 0o755);
        fs::create_dir(this.bundle()).expect("a folder can be made");
        this.configure("");
        this
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn bundle(&self) -> PathBuf {
        self.path("bundle")
    }

    pub fn config(&self) -> PathBuf {
        self.bundle().join("config.json")
    }

    /// The configuration, as a file that is copied when the program is started.
    pub fn configuration(&self) -> PathBuf {
        self.path("oci-init.toml")
    }

    /// Writes a configuration that names the runtime and init of this place, and has more lines.
    pub fn configure(&self, more: &str) {
        let (runtime, init) = (self.path("runtime"), self.path("init"));
        self.configure_exactly(&format!("runtime = {runtime:?}\ninit = {init:?}\n{more}"));
    }

    pub fn configure_exactly(&self, text: &str) {
        fs::write(self.configuration(), text).expect("a file can be written");
        fs::set_permissions(self.configuration(), PermissionsExt::from_mode(0o644)).expect("it is ours");
    }

    pub fn write(&self, spec: &Value) {
        fs::write(self.config(), spec.to_string()).expect("a file can be written");
    }

    pub fn read(&self) -> Value {
        let text = fs::read(self.config()).expect("there is a config.json");
        serde_json::from_slice(&text).expect("it is JSON")
    }

    /// The names of the files in the bundle.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.bundle()).expect("the bundle is there");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    /// The program with these arguments. Its process becomes that of the wrapped runtime.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_called(Path::new(env!("CARGO_BIN_EXE_oci-init")), arguments)
    }

    /// The same for a program at another path.
    pub fn command_called(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new("unshare");
        if !nix::unistd::geteuid().is_root() {
            command.args(["--user", "--map-root-user"]);
        }
        command.args(["--mount", "--propagation", "private", "sh", "-c", ENTER, "sh"]).arg(self.configuration());
        command.arg(program).args(arguments).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("unshare can be executed")
    }

    /// Starts the container of the bundle.
    pub fn create(&self) -> Output {
        self.run(&["create", "--bundle", "bundle", "x"])
    }

    /// Asserts that the wrapped runtime was called.
    #[track_caller]
    pub fn assert_handed_on(&self, output: &Output) {
        assert_eq!((output.status.code(), &*output.stderr), (Some(RUNTIME_STATUS), &b""[..]), "{output:?}");
    }

    /// Asserts that nothing was started. Returns the line on standard error.
    #[track_caller]
    pub fn assert_refused(&self, output: &Output) -> String {
        let line = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), &*output.stdout), (Some(1), &b""[..]), "{output:?}");
        assert!(line.starts_with("oci-init: ") && line.matches('\n').count() == 1 && line.ends_with('\n'), "{line}");
        assert!(line.len() < 600, "{line}");
        line
    }
}

/// A `config.json` with this program.
pub fn spec(args: &[&str]) -> Value {
    json!({
        "ociVersion": "1.2.0",
        "process": { "args": args, "cwd": "/" },
        "root": { "path": "rootfs" },
        "mounts": [{ "destination": "/proc", "type": "proc", "source": "proc" }],
        "linux": { "namespaces": [{ "type": "pid" }, { "type": "mount" }] },
    })
}
