//! The platform under test: this machine's own, or another one under QEMU's user-mode emulation.
//!
//! Under emulation, a process of the pod is a process of the emulator, which makes the program's system calls. So it is
//! a real process 1, but the emulator has limits: see [`EmulatorLimit`].

use std::env::{self, consts::ARCH};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::thread;
use toml::Table;

/// The variable that names a platform of `build/platforms.toml`. Then the binaries in `dist/binaries` are tested.
pub const VARIABLE: &str = "PAUSE_PLATFORM";

/// A row of `build/platforms.toml`.
pub struct Platform {
    /// Its name in an image index, such as `linux/arm/v7`.
    pub name: String,
    /// The emulator that runs its binaries, unless this machine can.
    emulator: Option<PathBuf>,
}

/// A limit that every emulator has. A test that meets it asks whether it [`applies`](Self::applies), and then asserts
/// only what still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmulatorLimit {
    /// The emulator does not pass `SA_NOCLDWAIT` to the kernel.
    KernelReaps,
    /// The emulator handles fatal signals itself, and reserves real-time signals.
    OwnSignals,
    /// The emulator makes system calls, uses memory and starts threads, and is the program that the kernel executes.
    OwnProcess,
    /// The emulator refuses `PR_SET_CHILD_SUBREAPER`.
    NoSubreaper,
}

impl EmulatorLimit {
    /// Returns the consequence for tests.
    fn reason(self) -> &'static str {
        match self {
            Self::KernelReaps => "SA_NOCLDWAIT does not reach the kernel, so zombies stay until process 1 runs",
            Self::OwnSignals => "it handles fatal signals itself, and reserves real-time signals",
            Self::OwnProcess => "filters, limits and tracers would apply to the emulator itself",
            Self::NoSubreaper => "it refuses PR_SET_CHILD_SUBREAPER",
        }
    }

    /// Returns whether the platform under test is emulated. If it is, prints this limit.
    pub fn applies(self) -> bool {
        let Some((platform, emulator)) = selected().and_then(|platform| Some((platform, platform.emulator.as_ref()?)))
        else {
            return false;
        };
        let thread = thread::current();
        let test = thread.name().unwrap_or("a test");
        let (name, emulator, reason) = (&platform.name, emulator.display(), self.reason());
        // Not `eprintln`, which the test harness captures. Without a standard error, the message has no reader.
        _ = writeln!(io::stderr(), "{test} is limited on {name}, under {emulator}: {reason}");
        true
    }
}

/// Returns the platform that [`VARIABLE`] names, or `None` to build and test for this machine.
pub fn selected() -> Option<&'static Platform> {
    static SELECTED: LazyLock<Option<Platform>> =
        LazyLock::new(|| env::var(VARIABLE).ok().map(|name| Platform::from_table(&name)));
    SELECTED.as_ref()
}

/// Returns the emulator that runs the binaries under test, if they need one.
pub(crate) fn emulator() -> Option<&'static Path> {
    selected().and_then(|platform| platform.emulator.as_deref())
}

impl Platform {
    fn from_table(name: &str) -> Self {
        let table = include_str!("../../../build/platforms.toml").parse::<Table>().expect("the table is TOML");
        let rows = table["platform"].as_array().expect("the table has rows");
        let row = rows.iter().find(|row| row["platform"].as_str() == Some(name));
        let row = row.unwrap_or_else(|| panic!("{VARIABLE}: build/platforms.toml has no platform {name}"));
        let field = |name: &str| row[name].as_str().expect("a string");
        let is_native = field("target").split('-').next() == Some(ARCH);
        let emulator = (!is_native).then(|| installed(field("emulator")));
        Self { name: name.into(), emulator }
    }

    /// Returns where `build/binaries.sh` puts its binary of a program.
    pub(crate) fn binary(&self, program: &str) -> PathBuf {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let binary = project.join("dist/binaries").join(&self.name).join(program);
        assert!(binary.exists(), "{} is missing: run build/binaries.sh", binary.display());
        binary
    }
}

/// Returns where an emulator is installed. Distributions call it by different names.
fn installed(emulator: &str) -> PathBuf {
    let names = [format!("{emulator}-static"), emulator.to_owned()];
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places = env::split_paths(&path).flat_map(|folder| names.clone().map(|name| folder.join(name)));
    places.find(|place| place.exists()).unwrap_or_else(|| panic!("{emulator} is not installed"))
}

/// Returns the architecture of this machine, as images name it.
pub fn architecture_of_this_machine() -> &'static str {
    match ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "powerpc64" => "ppc64le",
        "loongarch64" => "loong64",
        "x86" => "386",
        same => same,
    }
}

/// Returns whether the kernel can tell how a process has ended after it was reaped (Linux 6.15). `init` lets the kernel reap
/// only then. The emulator does not pass the question on.
pub fn kernel_remembers_status() -> bool {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").expect("Linux has this file");
    let mut numbers = release.split('.').map_while(|part| part.parse::<u32>().ok());
    (numbers.next(), numbers.next()) >= (Some(6), Some(15)) && !EmulatorLimit::OwnProcess.applies()
}
