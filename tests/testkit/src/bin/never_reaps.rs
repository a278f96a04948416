//! The control: a process 1 that leaves on SIGINT and SIGTERM as `pause` does, but never reaps a child.

use nix::sys::signal::{SigSet, Signal};

fn main() -> nix::Result<()> {
    let leave_on = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM]);
    leave_on.thread_block()?;
    leave_on.wait().map(drop)
}
