//! The seccomp profile of a container: the one that another plugin has set, or the one in the file that the runtime names.

use crate::messages::{LOCALHOST, LinuxSeccomp, LinuxSyscall, SecurityProfile};
use init_rules::seccomp::{Profile, Rule};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

/// The largest file. A profile that names every call has some 20 KiB.
const MOST_BYTES: u64 = 1024 * 1024;

/// Returns the profile. Returns `None` if the container has none, has the runtime's own, which allows all that `init` needs,
/// or has one that cannot be read here: the runtime reads it too, and says what is wrong with it.
pub fn profile(policy: Option<LinuxSeccomp>, named: Option<SecurityProfile>) -> Option<Profile> {
    if let Some(policy) = policy {
        return Some(Profile {
            default_action: policy.default_action,
            rules: policy.syscalls.into_iter().map(rule).collect(),
        });
    }
    let named = named.filter(|named| named.profile_type == LOCALHOST)?;
    read(Path::new(&named.localhost_ref))
}

fn rule(rule: LinuxSyscall) -> Rule {
    Rule { names: rule.names, action: rule.action, has_conditions: !rule.args.is_empty() }
}

fn read(path: &Path) -> Option<Profile> {
    // Nothing else than a file may be opened: a FIFO would stop the plugin.
    if !path.is_absolute() || !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut text = Vec::new();
    File::open(path).ok()?.take(MOST_BYTES).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
