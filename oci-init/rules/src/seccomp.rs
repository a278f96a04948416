//! Whether a seccomp profile refuses a system call without which `init` fails.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

/// The calls without which `init` starts no program, loses its status, loses a signal or cannot wait. `init` does without
/// all others that it makes, or they concern only what a program asks for: `tests/refused_calls/init_*.rs` has a row for
/// each.
pub const NEEDED: [&str; 8] =
    ["clone", "execve", "exit_group", "kill", "rt_sigaction", "rt_sigprocmask", "rt_sigtimedwait", "wait4"];

/// The same with a grace period: without the timer, there is none.
pub const NEEDED_FOR_GRACE_PERIOD: &str = "setitimer";

/// The actions that make a call fail or kill the process. All other actions let the call through, or leave the answer to
/// another program.
const REFUSING: [&str; 5] =
    ["SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRAP"];

/// A seccomp profile, as the runtime specification has it.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Profile {
    /// The action for a call that has no rule.
    #[serde(default, rename = "defaultAction")]
    pub default_action: String,
    /// The rules.
    #[serde(default, rename = "syscalls", deserialize_with = "list")]
    pub rules: Vec<Rule>,
}

/// A rule of a profile.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Rule {
    /// The names of the calls.
    pub names: Vec<String>,
    /// What happens to them.
    #[serde(default)]
    pub action: String,
    /// Whether it is only for calls with certain arguments.
    #[serde(default, rename = "args", deserialize_with = "is_not_empty")]
    pub has_conditions: bool,
}

/// Reads a list, which may be null.
fn list<'a, T: Deserialize<'a>, D: Deserializer<'a>>(value: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(value)?.unwrap_or_default())
}

fn is_not_empty<'a, D: Deserializer<'a>>(value: D) -> Result<bool, D::Error> {
    Ok(!list::<IgnoredAny, D>(value)?.is_empty())
}

impl Profile {
    /// Returns the calls that `init` needs and the profile certainly refuses, sorted. A rule with conditions proves
    /// nothing: the usual profiles allow `clone` without flags for namespaces, which `init` does not set.
    pub fn refused(&self, has_grace_period: bool) -> Vec<&'static str> {
        let timer = has_grace_period.then_some(NEEDED_FOR_GRACE_PERIOD);
        NEEDED.into_iter().chain(timer).filter(|call| self.refuses(call)).collect()
    }

    fn refuses(&self, call: &str) -> bool {
        let rules = || self.rules.iter().filter(|rule| rule.names.iter().any(|name| name == call));
        let is_allowed = rules().any(|rule| !is_refusing(&rule.action));
        let is_refused = rules().any(|rule| is_refusing(&rule.action) && !rule.has_conditions);
        !is_allowed && (is_refused || is_refusing(&self.default_action))
    }
}

fn is_refusing(action: &str) -> bool {
    REFUSING.contains(&action)
}
