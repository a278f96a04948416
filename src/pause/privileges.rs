//! Gives up all privileges that `pause` was started with. It needs none.

use crate::sys::control;

/// Gives up all capabilities for ever: even a program that this process executed could not get one back
/// (`cap_bprm_creds_from_file` in the kernel's `security/commoncap.c`).
pub fn give_up() {
    // A refusal does no harm: `pause` uses no capability and executes no program.
    _ = control::drop_capabilities();
    _ = control::set_no_new_privileges();
}
