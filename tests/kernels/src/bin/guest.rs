//! Process 1 of a machine: runs the suite, and switches the machine off.

use nix::sys::reboot::{RebootMode, reboot};
use std::process::ExitCode;

fn main() -> ExitCode {
    if std::process::id() != 1 {
        eprintln!("guest: this is /init of the machines that `make test-kernels` boots, and switches a machine off");
        return ExitCode::FAILURE;
    }
    kernels::guest::run();
    let Err(error) = reboot(RebootMode::RB_POWER_OFF);
    eprintln!("guest: the machine cannot be switched off: {error}");
    ExitCode::FAILURE // the kernel panics, which ends the machine too
}
