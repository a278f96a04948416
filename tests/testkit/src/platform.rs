//! The platform under test: this machine's own, or another one under QEMU's emulation of a user's program.
//!
//! There a process of the pod is a process of the emulator, which makes the program's system calls its own. So it is a
//! real process 1, but some things about it are the emulator's: [`EmulatorLimit`] lists them.

use std::env::{self, consts::ARCH};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::thread;
use toml::Table;

/// The variable that names a platform of `build/platforms.toml`: then its binary, of `dist/binaries`, is under test.
pub const VARIABLE: &str = "PAUSE_PLATFORM";

/// A row of the table.
pub struct Platform {
    /// What an image index calls it, such as `linux/arm/v7`.
    pub name: String,
    /// The emulator that runs its binaries; none where this machine does.
    emulator: Option<PathBuf>,
}

/// What an emulator makes impossible, whatever it emulates. A test that is about such a thing asks whether it
/// [`applies`](Self::applies), and then looks only for what still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmulatorLimit {
    /// It does not pass `SA_NOCLDWAIT` on to the kernel.
    KernelReaps,
    /// It handles the signals that would end a program, and keeps real-time ones to itself.
    OwnSignals,
    /// It makes system calls, takes memory, starts threads, and is what the kernel executes.
    OwnProcess,
    /// It refuses to make a process the reaper of its descendants.
    NoSubreaper,
}

impl EmulatorLimit {
    /// What it comes to for the tests.
    fn reason(self) -> &'static str {
        match self {
            Self::KernelReaps => "SA_NOCLDWAIT does not reach the kernel, so that zombies wait until process 1 runs",
            Self::OwnSignals => {
                "what ends a program, and real-time signals, are its own to handle, for a process 1 too"
            }
            Self::OwnProcess => "filters, limits and tracers would hit what it does itself",
            Self::NoSubreaper => "it refuses PR_SET_CHILD_SUBREAPER",
        }
    }

    /// Whether the platform under test is emulated: then this is said, whether or not the test's output is shown.
    pub fn applies(self) -> bool {
        let Some((platform, emulator)) = chosen().and_then(|chosen| Some((chosen, chosen.emulator.as_ref()?))) else {
            return false;
        };
        let thread = thread::current();
        let test = thread.name().unwrap_or("a test");
        let (name, emulator, reason) = (&platform.name, emulator.display(), self.reason());
        _ = writeln!(io::stderr(), "{test} is limited on {name}, under {emulator}: {reason}");
        true
    }
}

/// The platform that was asked for; none where it is this machine's own that is built and tested.
pub fn chosen() -> Option<&'static Platform> {
    static CHOSEN: LazyLock<Option<Platform>> =
        LazyLock::new(|| env::var(VARIABLE).ok().map(|name| Platform::of_table(&name)));
    CHOSEN.as_ref()
}

/// The emulator that has to run the binary under test.
pub(crate) fn emulator() -> Option<&'static Path> {
    chosen().and_then(|platform| platform.emulator.as_deref())
}

impl Platform {
    fn of_table(name: &str) -> Self {
        let table = include_str!("../../../build/platforms.toml").parse::<Table>().expect("it is in TOML");
        let rows = table["platform"].as_array().expect("it has rows");
        let row = rows.iter().find(|row| row["platform"].as_str() == Some(name));
        let row = row.unwrap_or_else(|| panic!("{VARIABLE}: build/platforms.toml has no platform {name}"));
        let field = |name: &str| row[name].as_str().expect("it is a string");
        let is_native = field("target").split('-').next() == Some(ARCH);
        let emulator = (!is_native).then(|| installed(field("emulator")));
        Self { name: name.into(), emulator }
    }

    /// Where `build/binaries.sh` puts its binary of a program.
    pub(crate) fn binary(&self, program: &str) -> PathBuf {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let binary = project.join("dist/binaries").join(&self.name).join(program);
        assert!(binary.exists(), "{} is missing: run build/binaries.sh", binary.display());
        binary
    }
}

/// Where an emulator is installed, by the names that distributions give it.
fn installed(emulator: &str) -> PathBuf {
    let names = [format!("{emulator}-static"), emulator.to_owned()];
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places = env::split_paths(&path).flat_map(|folder| names.clone().map(|name| folder.join(name)));
    places.find(|place| place.exists()).unwrap_or_else(|| panic!("{emulator} is not installed"))
}
