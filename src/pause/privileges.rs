//! Gives up the capabilities that `pause` was started with. It needs none. Its user ID stays as it is.

use crate::sys::control;

/// Gives up all capabilities. With `no_new_privs`, even a program that this process executed would gain none in this
/// user namespace (`cap_bprm_creds_from_file` in the kernel's `security/commoncap.c`).
pub fn give_up() {
    // A refusal does no harm: `pause` uses no capability and executes no program.
    _ = control::drop_capabilities();
    _ = control::set_no_new_privileges();
}
