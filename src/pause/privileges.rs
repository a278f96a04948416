//! Gives up the privileges that `pause` does not need, whatever it was started with.

use crate::sys::control;

/// Gives up all capabilities, for good: no program that this process could execute brings one back
/// (`cap_bprm_creds_from_file` in the kernel's `security/commoncap.c`).
pub fn give_up() {
    // A refusal harms nobody: no capability is ever used, and no program is executed.
    _ = control::drop_capabilities();
    _ = control::set_no_new_privileges();
}
