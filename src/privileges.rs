//! Gives up what nothing here needs, whatever it was started with.

use crate::sys;

/// Gives up all capabilities, for good: no program that could be executed in this process brings one back
/// (`cap_bprm_creds_from_file` in the kernel's `security/commoncap.c`). A refusal changes nothing: we use none of them.
pub fn give_up() {
    _ = sys::capset_none();
    _ = sys::set_no_new_privs();
}
