//! A profile that refuses a system call that `init` needs.

use crate::{ON, container, refusal, words};
use init_rules::seccomp::{NEEDED, NEEDED_FOR_GRACE_PERIOD, Profile, Rule};
use init_rules::{Container, Decision, Reason, decide};

fn rule(names: &[&str], action: &str) -> Rule {
    Rule { names: names.iter().map(|name| name.to_string()).collect(), action: action.into(), has_conditions: false }
}

fn with_profile(default_action: &str, rules: Vec<Rule>, annotations: &[(&str, &str)]) -> Decision {
    let seccomp = Some(Profile { default_action: default_action.into(), rules });
    decide(&Container { seccomp, ..container(&["/app"], annotations) }, &ON)
}

#[test]
fn a_profile_that_refuses_a_needed_call_refuses_the_container() {
    for action in ["SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRAP"] {
        let line = refusal(with_profile("SCMP_ACT_ALLOW", vec![rule(&["mount", "wait4", "clone"], action)], &[]));
        assert!(line.contains("needs: clone, wait4;"), "{line}");
        assert!(refusal(with_profile(action, vec![], &[])).contains(&NEEDED.join(", ")));
        words(with_profile(action, vec![rule(&NEEDED, "SCMP_ACT_ALLOW")], &[]));
        words(with_profile("SCMP_ACT_ALLOW", vec![rule(&["prctl", "uname", "ioctl"], action)], &[]));
    }
    // Docker's profile allows `clone` for all but some flags; a rule with conditions proves no refusal.
    let allowed = rule(&NEEDED[1..], "SCMP_ACT_ALLOW");
    let clone = Rule { has_conditions: true, ..rule(&["clone"], "SCMP_ACT_ALLOW") };
    words(with_profile("SCMP_ACT_ERRNO", vec![allowed, clone], &[]));
    let kill = Rule { has_conditions: true, ..rule(&["kill"], "SCMP_ACT_ERRNO") };
    words(with_profile("SCMP_ACT_ALLOW", vec![kill], &[]));
    for action in ["SCMP_ACT_LOG", "SCMP_ACT_NOTIFY", "SCMP_ACT_TRACE", "SCMP_ACT_OF_THE_FUTURE"] {
        words(with_profile(action, vec![], &[]));
    }
}

#[test]
fn a_grace_period_needs_the_timer() {
    let profile = |annotations| with_profile("SCMP_ACT_ERRNO", vec![rule(&NEEDED, "SCMP_ACT_ALLOW")], annotations);
    words(profile(&[]));
    assert!(refusal(profile(&[("init.pause/grace-period", "1")])).contains("needs: setitimer;"));
}

#[test]
fn a_profile_does_not_matter_where_init_is_not_put() {
    let annotations = [("init.pause/enabled", "false")];
    assert_eq!(with_profile("SCMP_ACT_ERRNO", vec![], &annotations), Decision::Leave(Reason::Disabled));
}

#[test]
fn a_profile_is_read_as_runtimes_read_it() {
    let read = |text: &str| serde_json::from_str::<Profile>(text).ok();
    let whole = r#"{ "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
        { "names": ["wait4"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1 },
        { "names": ["kill"], "action": "SCMP_ACT_ERRNO", "args": [{ "index": 0, "value": 9, "op": "SCMP_CMP_EQ" }] }] }"#;
    assert_eq!(read(whole).expect("a profile").refused(false), ["wait4"]);
    for without_rules in
        [r#"{ "defaultAction": "SCMP_ACT_ERRNO" }"#, r#"{ "defaultAction": "SCMP_ACT_ERRNO", "syscalls": null }"#]
    {
        assert_eq!(read(without_rules).expect("a profile").refused(false), NEEDED);
    }
    let null_args = r#"{ "syscalls": [{ "names": ["kill"], "action": "SCMP_ACT_ERRNO", "args": null }] }"#;
    assert_eq!(read(null_args).expect("a profile").refused(false), ["kill"]);
    for wrong in ["null", "[", r#"{ "syscalls": 1 }"#, r#"{ "syscalls": [{ "action": "SCMP_ACT_ERRNO" }] }"#] {
        assert!(read(wrong).is_none(), "{wrong}");
    }
}

/// The project's own profile has every call that `init` makes, which `tests/refused_calls/` proves.
#[test]
fn needed_calls_are_calls_of_init() {
    let profile: serde_json::Value =
        serde_json::from_str(include_str!("../../../../manifests/seccomp/init.json")).expect("JSON");
    let names = profile["syscalls"][0]["names"].as_array().expect("a list");
    for call in NEEDED.into_iter().chain([NEEDED_FOR_GRACE_PERIOD]) {
        assert!(names.iter().any(|name| name == call), "{call}");
    }
}
