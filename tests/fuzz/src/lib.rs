//! The targets of the fuzzer: one for each place where `init` or `image` reads bytes from outside.
//!
//! A target panics if the reader does not do what a second, independent reading of the same bytes says. Each one takes the
//! reader as an argument, so that the tests can hand it a spoiled one: that control must fail.

pub mod meaning;
#[path = "../../init/options/oracle.rs"]
mod oracle;
pub mod saved;
pub mod stack;
pub mod targets;

use targets::{
    command_line, elf, environment, epoch, grammar, layer, libraries, manifest, peers, platforms, reference, release,
    signal_names, stat, values,
};

/// A target: reads the bytes, and panics if something is wrong.
pub type Target = fn(&[u8]);

/// All targets, by the names of their folders in `inputs`.
pub const TARGETS: [(&str, Target); 14] = [
    ("command-line", command_line::fuzz),
    ("elf", elf::fuzz),
    ("environment", environment::fuzz),
    ("epoch", epoch::fuzz),
    ("grammar", grammar::fuzz),
    ("layer", layer::fuzz),
    ("libraries", libraries::fuzz),
    ("manifest", manifest::fuzz),
    ("platforms", platforms::fuzz),
    ("reference", reference::fuzz),
    ("release", release::fuzz),
    ("signal-names", signal_names::fuzz),
    ("stat", stat::fuzz),
    ("values", values::fuzz),
];

/// The targets that run `init` beside another init, likewise.
pub const PEERS: [(&str, Target); 2] =
    [("dumb-init", |bytes| peers::fuzz(&peers::DUMB_INIT, bytes)), ("tini", |bytes| peers::fuzz(&peers::TINI, bytes))];

/// The control of the fuzzer: it must find the fault of this target, whose parser accepts one name too many.
pub const SPOILED: (&str, Target) = ("spoiled", targets::signal_names::fuzz_spoiled);
