//! The releases of Debian that engines come from.

use crate::cgroups::View;
use crate::machine::Machine;
use crate::root::Root;
use crate::tool::{path_in_release, tool};
use std::env;
use std::path::PathBuf;
use std::process::Command;

/// The release whose root engines run in.
const FORKY: &str = "forky";

/// The variable that names a folder with programs of containerd.
const GIVEN: &str = "PAUSE_CONTAINERD";

/// Returns whether there is such a folder.
pub fn is_given() -> bool {
    given().is_some()
}

fn given() -> Option<PathBuf> {
    env::var_os(GIVEN).filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// A release of Debian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// This machine's own.
    Own,
    /// Packages of trixie, which `build/setup/debian.sh` has unpacked. They run on this machine's own system.
    Trixie,
    /// A root of forky, which `build/setup/root.sh` has made.
    Forky,
    /// The same root, with the programs of containerd from a folder that the caller of the tests names.
    Given,
}

impl Release {
    /// A machine for engines of this release. In a root of its own it has cgroups of version 2 alone.
    #[track_caller]
    pub fn machine(self) -> Machine {
        match self {
            Self::Own | Self::Trixie => Machine::create(),
            Self::Forky | Self::Given => Machine::create_in(Root::of(FORKY), View::version_2()),
        }
    }

    /// The same for engines that need controllers. In a root of its own it has cgroups of one version.
    #[track_caller]
    pub fn machine_with_controllers(self) -> Machine {
        match self {
            Self::Own | Self::Trixie => Machine::create(),
            Self::Forky | Self::Given => Machine::create_in(Root::of(FORKY), View::with_controllers()),
        }
    }

    /// Builds the command for a program of this release, to be started on such a machine.
    ///
    /// # Panics
    /// If it is not installed. The message says how to install it.
    #[track_caller]
    pub fn program(self, name: &str) -> Command {
        match self {
            Self::Own => tool(name),
            Self::Trixie => Command::new(path_in_release("trixie", name)),
            Self::Forky => Command::new(Root::of(FORKY).program(name)),
            Self::Given => {
                let path = given().expect("a folder is given").join(name);
                if path.is_file() { Command::new(path) } else { Self::Forky.program(name) }
            }
        }
    }

    /// Checks that a program is installed that an engine of this release calls.
    ///
    /// # Panics
    /// If it is not. The message says how to install it.
    #[track_caller]
    pub fn require(self, name: &str) {
        match self {
            Self::Own | Self::Trixie => tool(name),
            Self::Forky | Self::Given => self.program(name),
        };
    }
}
