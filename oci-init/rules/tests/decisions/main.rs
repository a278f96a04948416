//! Which containers get `init`, with which words, and which are refused.

mod annotations;
mod seccomp;

use init_rules::{Container, Decision, INIT_AT, PidNamespace, Reason, Settings, decide};

static ON: Settings = settings(true, false);

const fn settings(is_enabled: bool, wraps_known_inits: bool) -> Settings {
    Settings { init: String::new(), is_enabled, wraps_known_inits }
}

fn container(args: &[&str], annotations: &[(&str, &str)]) -> Container {
    let annotations = annotations.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    Container { annotations, args: args.iter().map(|word| word.to_string()).collect(), ..Default::default() }
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
fn a_volume_in_the_place_of_init_refuses_the_container() {
    for destination in ["/.init", "//.init/", "/./.init", "/.init/below"] {
        let mounted = Container { mounts: vec![destination.into()], ..container(&["/app"], &[]) };
        assert!(refusal(decide(&mounted, &ON)).contains("a volume"), "{destination}");
    }
    let other =
        Container { mounts: vec!["/.initial".into(), "/a/.init".into(), "/".into()], ..container(&["/app"], &[]) };
    words(decide(&other, &ON));
}
