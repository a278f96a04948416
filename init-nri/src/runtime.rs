//! Which runtimes can change a container's arguments. Older ones drop such a change and say nothing, so they have to be told
//! by their versions.

use crate::messages::ConfigureRequest;

/// The first version of NRI with this change.
const NRI: Version = (0, 10);

/// The first version of each runtime that has this NRI. Source: the table in the README of NRI.
const RUNTIMES: [(&str, Version); 2] = [("containerd", (2, 2)), ("cri-o", (1, 34))];

/// The first two numbers of a version.
type Version = (u32, u32);

/// Checks that a runtime can change a container's arguments.
///
/// # Errors
/// One line, if it cannot or does not say so.
pub fn check(request: &ConfigureRequest) -> Result<(), String> {
    let is_new = match parse(&request.nri_version) {
        Some(version) => version >= NRI,
        // Runtimes tell it only since NRI 0.12.
        None => RUNTIMES.iter().any(|(name, first)| {
            *name == request.runtime_name && parse(&request.runtime_version).is_some_and(|version| version >= *first)
        }),
    };
    if is_new {
        return Ok(());
    }
    Err(format!(
        "{} is not known to change a container's arguments, as containerd 2.2, CRI-O 1.34 and later do: use one of them, or \
         oci-init",
        name(request)
    ))
}

/// Returns the name and the version of a runtime.
pub fn name(request: &ConfigureRequest) -> String {
    // Both are the runtime's text: they must not break the line.
    let (name, version) = (request.runtime_name.escape_debug(), request.runtime_version.escape_debug());
    format!("{name} {version}")
}

/// Returns the first two numbers of a version such as `v2.2.0-rc.1`.
fn parse(version: &str) -> Option<Version> {
    let mut numbers = version.strip_prefix('v').unwrap_or(version).split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configured_by(runtime_name: &str, runtime_version: &str, nri_version: &str) -> bool {
        let [runtime_name, runtime_version, nri_version] =
            [runtime_name, runtime_version, nri_version].map(str::to_owned);
        check(&ConfigureRequest { runtime_name, runtime_version, nri_version }).is_ok()
    }

    #[test]
    fn a_runtime_is_new_enough_by_its_version() {
        for version in ["2.2.0", "v2.2.0", "v2.2.0-rc.0", "2.2.1~ds1", "v2.2.3-k3s1", "2.10.0", "v3.0.0"] {
            assert!(configured_by("containerd", version, ""), "{version}");
        }
        for version in ["1.34.0", "1.35.0-dev", "2.0.0"] {
            assert!(configured_by("cri-o", version, ""), "{version}");
        }
    }

    #[test]
    fn an_old_or_unknown_runtime_is_not() {
        for version in ["1.7.30", "v2.1.9", "2.0.0", "2.1.99+unknown", "", "2", "main", "99999999999.2", "-2.2", ".2.2"]
        {
            assert!(!configured_by("containerd", version, ""), "{version}");
        }
        for (name, version) in
            [("cri-o", "1.33.8"), ("cri-o", ""), ("containerd ", "2.2.0"), ("other", "9.9"), ("", "")]
        {
            assert!(!configured_by(name, version, ""), "{name} {version}");
        }
    }

    #[test]
    fn the_version_of_nri_is_stronger() {
        for version in ["v0.10.0", "0.12.2", "v1.0.0", "v0.10.1-0.20250219030224-e597e7849f24"] {
            assert!(configured_by("other", "", version), "{version}");
        }
        for version in ["v0.9.0", "0.8.0", "v0.9.1-0.20250219030224-e597e7849f24"] {
            assert!(!configured_by("containerd", "2.2.0", version), "{version}");
        }
        for unknown in ["unknown", "(devel)", "v"] {
            assert!(configured_by("containerd", "2.2.0", unknown), "{unknown}");
            assert!(!configured_by("containerd", "2.1.0", unknown), "{unknown}");
        }
    }
}
