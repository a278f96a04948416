//! Which containers get `init`, with which words, and which are refused.

use init_rules::seccomp::{NEEDED, NEEDED_FOR_GRACE_PERIOD, Profile, Rule};
use init_rules::{Container, Decision, INIT_AT, PidNamespace, Reason, Settings, decide};

static ON: Settings = settings(true, false);

const fn settings(is_enabled: bool, wraps_known_inits: bool) -> Settings {
    Settings { init: String::new(), is_enabled, wraps_known_inits }
}

fn container(args: &[&str], annotations: &[(&str, &str)]) -> Container {
    let annotations = annotations.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    Container { annotations, args: args.iter().map(|word| word.to_string()).collect(), ..Default::default() }
}

fn annotated(annotations: &[(&str, &str)]) -> Decision {
    decide(&Container { name: Some("web".into()), ..container(&["/app"], annotations) }, &ON)
}

#[track_caller]
fn words(decision: Decision) -> String {
    match decision {
        Decision::Change(change) => change.words.join(" "),
        other => panic!("it does not get init: {other:?}"),
    }
}

#[track_caller]
fn refusal(decision: Decision) -> String {
    let Decision::Refuse(line) = decision else { panic!("it is not refused: {decision:?}") };
    assert!(!line.contains('\n') && line.len() < 400, "it is one line: {line:?}");
    line
}

#[test]
fn a_container_gets_init_before_its_program() {
    let settings = Settings { init: "/opt/init".into(), ..ON.clone() };
    let Decision::Change(change) = decide(&container(&["/app", "-x"], &[]), &settings) else { panic!("it is left") };
    assert_eq!(change.words, [INIT_AT, "--"]);
    assert_eq!((&*change.mount.source, change.mount.destination), ("/opt/init", INIT_AT));
    assert!(["bind", "ro", "nosuid"].iter().all(|option| change.mount.options.contains(option)));
}

#[test]
fn sandboxes_are_left_alone_whatever_their_annotations_are() {
    for key in ["io.kubernetes.cri.container-type", "io.kubernetes.cri-o.ContainerType"] {
        let sandbox = container(&["/app"], &[(key, "sandbox"), ("init.pause/enabled", "nonsense")]);
        assert_eq!(decide(&sandbox, &ON), Decision::Leave(Reason::Sandbox));
        words(decide(&container(&["/app"], &[(key, "container")]), &ON));
    }
}

#[test]
fn a_container_that_joins_a_pid_namespace_is_left_alone() {
    let joined = |annotations| Container { pid_namespace: PidNamespace::Joined, ..container(&["/app"], annotations) };
    for annotations in [&[][..], &[("init.pause/enabled", "true")]] {
        assert_eq!(decide(&joined(annotations), &ON), Decision::Leave(Reason::JoinsPidNamespace));
    }
}

#[test]
fn inits_are_left_alone_unless_the_node_says_otherwise() {
    let inits = [
        "/sbin/init",
        "/usr/lib/systemd/systemd",
        "tini",
        "/usr/bin/tini",
        "/usr/bin/dumb-init",
        "/sbin/docker-init",
        "/run/podman-init",
        "/catatonit",
        "/init",
        "/bin/s6-svscan",
        "/pause",
    ];
    for init in inits {
        assert_eq!(decide(&container(&[init], &[]), &ON), Decision::Leave(Reason::KnownInit), "{init}");
        words(decide(&container(&[init], &[]), &settings(true, true)));
    }
    for program in ["/usr/bin/tinier", "init.sh", "/init/app", "/app/pauser", "sh"] {
        words(decide(&container(&[program], &[]), &ON));
    }
    // What was changed once is never changed again.
    assert_eq!(decide(&container(&[INIT_AT], &[]), &settings(true, true)), Decision::Leave(Reason::KnownInit));
}

#[test]
fn without_a_program_nothing_is_changed() {
    for args in [&[][..], &[""], &["", "x"]] {
        assert_eq!(decide(&container(args, &[]), &ON), Decision::Leave(Reason::NoProgram));
    }
}

#[test]
fn annotations_turn_it_on_and_off() {
    let off = settings(false, false);
    let enabled = |value, settings| decide(&container(&["/app"], &[("init.pause/enabled", value)]), settings);
    words(enabled("true", &off));
    words(enabled("true", &ON));
    assert_eq!(enabled("false", &ON), Decision::Leave(Reason::Disabled));
    assert_eq!(enabled("false", &off), Decision::Leave(Reason::Disabled));
    assert_eq!(decide(&container(&["/app"], &[]), &off), Decision::Leave(Reason::Disabled));
}

#[test]
fn an_annotation_for_a_container_is_stronger_than_one_for_its_pod() {
    let pod = |value| ("init.pause/enabled", value);
    assert_eq!(annotated(&[("init.pause/enabled.web", "false")]), Decision::Leave(Reason::Disabled));
    assert_eq!(annotated(&[pod("true"), ("init.pause/enabled.web", "false")]), Decision::Leave(Reason::Disabled));
    words(annotated(&[pod("false"), ("init.pause/enabled.web", "true")]));
    words(annotated(&[("init.pause/enabled.db", "false")]));
    let grace = [("init.pause/grace-period", "10"), ("init.pause/grace-period.web", "5")];
    assert_eq!(words(annotated(&grace)), "/.init -t 5 --");
}

#[test]
fn annotations_choose_options() {
    let cases = [
        (&[("init.pause/grace-period", "10")][..], "/.init -t 10 --"),
        (&[("init.pause/grace-period", "0")], "/.init -t 0 --"),
        (&[("init.pause/grace-period", "0999999999")], "/.init -t 999999999 --"),
        (&[("init.pause/group", "true")], "/.init -g --"),
        (&[("init.pause/group", "false")], "/.init --"),
        (&[("init.pause/rewrite", "TERM:QUIT")], "/.init -r TERM:QUIT --"),
        (&[("init.pause/rewrite", "SIGTERM:3,1:0,HUP:64")], "/.init -r SIGTERM:3 -r 1:0 -r HUP:64 --"),
        (
            &[("init.pause/rewrite", "TERM:INT"), ("init.pause/group", "true"), ("init.pause/grace-period", "3")],
            "/.init -t 3 -g -r TERM:INT --",
        ),
        (&[("other/grace-period", "nonsense"), ("init.pause.example/x", "y")], "/.init --"),
    ];
    for (annotations, expected) in cases {
        assert_eq!(words(annotated(annotations)), expected, "{annotations:?}");
    }
}

#[test]
fn an_annotation_that_makes_no_sense_refuses_the_container() {
    let long = "x".repeat(100_000);
    let cases = [
        ("enabled", "yes"),
        ("enabled", "True"),
        ("enabled", ""),
        ("enabled", "true\n"),
        ("group", "1"),
        ("grace-period", ""),
        ("grace-period", "10s"),
        ("grace-period", "-1"),
        ("grace-period", "+1"),
        ("grace-period", "1000000000"),
        ("grace-period", "99999999999999999999"),
        ("grace-period", " 1"),
        ("grace-period", &*long),
        ("rewrite", ""),
        ("rewrite", "TERM"),
        ("rewrite", "TERM:"),
        ("rewrite", ":TERM"),
        ("rewrite", "TERM:QUIT,"),
        ("rewrite", "TERM:QUIT HUP:0"),
        ("rewrite", "term:quit"),
        ("rewrite", "0:TERM"),
        ("rewrite", "TERM:65"),
        ("rewrite", "TERM:QUIT:HUP"),
        ("rewrite", "RTMIN:TERM"),
        ("rewrite", "TERM:-1"),
        ("grace", "10"),
        ("", "true"),
        ("graceperiod\u{7}", "1"),
        ("enabled.db", "maybe"),
    ];
    for (key, value) in cases {
        let line = refusal(annotated(&[(&format!("init.pause/{key}"), value)]));
        assert!(line.contains("the annotation init.pause/"), "{line}");
    }
    assert_eq!(
        refusal(annotated(&[("init.pause/grace-period", "10s")])),
        r#"the annotation init.pause/grace-period is "10s": write a number of seconds, such as "10""#
    );
}

#[test]
fn a_volume_in_the_place_of_init_refuses_the_container() {
    for destination in ["/.init", "//.init/", "/./.init", "/.init/below"] {
        let mounted = Container { mounts: vec![destination.into()], ..container(&["/app"], &[]) };
        assert!(refusal(decide(&mounted, &ON)).contains("a volume"), "{destination}");
    }
    let other =
        Container { mounts: vec!["/.initial".into(), "/a/.init".into(), "/".into()], ..container(&["/app"], &[]) };
    words(decide(&other, &ON));
}

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

/// The project's own profile has every call that `init` makes, which `tests/refused_calls/` proves.
#[test]
fn needed_calls_are_calls_of_init() {
    let profile: serde_json::Value =
        serde_json::from_str(include_str!("../../../manifests/seccomp/init.json")).expect("JSON");
    let names = profile["syscalls"][0]["names"].as_array().expect("a list");
    for call in NEEDED.into_iter().chain([NEEDED_FOR_GRACE_PERIOD]) {
        assert!(names.iter().any(|name| name == call), "{call}");
    }
}

/// The grammar that `docs/init.md` gives, and `tests/init/options/grammar.rs` executes.
#[test]
fn every_signal_of_the_grammar_can_be_rewritten() {
    let page = include_str!("../../../docs/init.md");
    let (_, names) = page.split_once("<name>         ::=").expect("the grammar");
    let (names, _) = names.split_once("<code>").expect("the next rule");
    let names: Vec<&str> = names.split('"').skip(1).step_by(2).collect();
    assert_eq!(names.len(), 31);
    for name in names {
        words(annotated(&[("init.pause/rewrite", &format!("{name}:SIG{name}"))]));
    }
}
