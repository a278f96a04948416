//! The control of the tests: a process 1 that exits on SIGINT and SIGTERM like `pause`, but never reaps a child.

use nix::sys::signal::{SigSet, Signal};

fn main() -> nix::Result<()> {
    let exit_on = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM]);
    exit_on.thread_block()?;
    exit_on.wait().map(drop)
}
