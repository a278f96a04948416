//! Which containers the plugin changes, and how. The rules have tests of their own: `oci-init/rules/tests`.

use crate::runtime::{Answer, Connection, Runtime};
use crate::started::Plugin;
use crate::wire::Message;
use std::fs;
use std::path::Path;

/// A container of a pod.
fn container(args: &[&str]) -> Message {
    let namespaces = ["pid", "mount"].map(|kind| Message::default().bytes(1, kind));
    let linux = namespaces.iter().fold(Message::default(), |linux, one| linux.bytes(1, one.encoded()));
    without_linux(args).bytes(11, linux.encoded())
}

/// The same without namespaces.
fn without_linux(args: &[&str]) -> Message {
    let mount = Message::default().bytes(1, "/proc").bytes(2, "proc").bytes(3, "proc").texts(4, &["nosuid"]);
    // With fields that the plugin does not read, such as the environment.
    let container = Message::default().bytes(1, "id").bytes(2, "pod").bytes(3, "web").texts(8, &["PATH=/bin"]);
    container.texts(7, args).map(6, &[("io.kubernetes.cri.container-type", "container")]).bytes(9, mount.encoded())
}

fn pod(annotations: &[(&str, &str)]) -> Message {
    Message::default().bytes(1, "id").bytes(2, "name").bytes(4, "default").map(6, annotations)
}

/// A plugin that is connected to a runtime.
struct Place {
    plugin: Plugin,
    connection: Connection,
    _runtime: Runtime,
}

impl Place {
    fn with(default: &str) -> Self {
        let runtime = Runtime::start();
        let plugin = Plugin::start(&runtime, &["--default", default]);
        let connection = runtime.accept_and_start();
        Self { plugin, connection, _runtime: runtime }
    }

    /// The arguments that a container gets, without the word that replaces. Empty if it stays as it is.
    #[track_caller]
    fn args(&mut self, annotations: &[(&str, &str)], container: &Message) -> Vec<String> {
        let answer = self.connection.create(&pod(annotations), container).expect("it is not refused");
        let Some(adjust) = answer.messages(1).pop() else {
            assert_eq!(answer.present(), [0; 0]);
            return Vec::new();
        };
        adjust.texts(9)[1..].iter().map(|&arg| arg.to_owned()).collect()
    }
}

/// The line by which a container is refused.
#[track_caller]
fn line(answer: Answer) -> String {
    // Not what it is changed to: that can have megabytes.
    let Err((code, line)) = answer else { panic!("it is not refused") };
    assert_eq!(code, 9, "{line}");
    line
}

#[test]
fn a_container_gets_a_mount_and_words_before_its_arguments() {
    let mut place = Place::with("on");
    let answer = place.connection.create(&pod(&[]), &container(&["sleep", "", "1 000"])).expect("it is changed");
    assert_eq!(answer.present(), [1], "no other container is updated or evicted");
    let adjust = answer.messages(1).pop().expect("an adjustment");
    assert_eq!(adjust.present(), [3, 9], "only mounts and arguments");
    let [mount] = &adjust.messages(3)[..] else { panic!("one mount") };
    let init = place.plugin.init();
    assert_eq!([mount.text(1), mount.text(2), mount.text(3)], ["/.init", "bind", init.to_str().expect("UTF-8")]);
    assert_eq!(mount.texts(4), ["bind", "ro", "nosuid", "nodev"]);
    // An empty word first replaces what another plugin has set.
    assert_eq!(adjust.texts(9), ["", "/.init", "--", "sleep", "", "1 000"]);
}

#[test]
fn without_default_only_containers_of_annotated_pods_get_it() {
    let mut place = Place::with("off");
    let sleep = container(&["sleep", "1"]);
    assert!(place.args(&[], &sleep).is_empty());
    assert_eq!(place.args(&[("init.pause/enabled", "true")], &sleep), ["/.init", "--", "sleep", "1"]);
    assert_eq!(place.args(&[("init.pause/enabled.web", "true")], &sleep), ["/.init", "--", "sleep", "1"]);
    assert!(place.args(&[("init.pause/enabled.other", "true")], &sleep).is_empty());
}

#[test]
fn annotations_choose_options() {
    let options =
        [("init.pause/grace-period", "10"), ("init.pause/group", "true"), ("init.pause/rewrite", "TERM:QUIT")];
    let words = ["/.init", "-t", "10", "-g", "-r", "TERM:QUIT", "--", "sleep"];
    assert_eq!(Place::with("on").args(&options, &container(&["sleep"])), words);
}

#[test]
fn containers_without_a_process_1_of_their_own_and_inits_stay_as_they_are() {
    let mut place = Place::with("on");
    let linux = |path: &str| {
        let pid = Message::default().bytes(1, "pid").bytes(2, path);
        without_linux(&["sleep"]).bytes(11, Message::default().bytes(1, pid.encoded()).encoded())
    };
    assert!(!place.args(&[], &linux("")).is_empty(), "the control");
    assert!(place.args(&[], &linux("/proc/7/ns/pid")).is_empty(), "shareProcessNamespace");
    assert!(place.args(&[], &without_linux(&["sleep"])).is_empty(), "hostPID");
    for args in [&["/usr/bin/tini", "--", "sleep"][..], &["/sbin/init"], &["/.init", "--", "sleep"], &[], &["", "x"]] {
        assert!(place.args(&[], &container(args)).is_empty(), "{args:?}");
    }
    let sandbox = container(&["/program"]).map(6, &[("io.kubernetes.cri.container-type", "sandbox")]);
    assert!(place.args(&[], &sandbox).is_empty());
    assert!(place.args(&[("init.pause/enabled", "false")], &container(&["sleep"])).is_empty());
    // A user's annotation does not make a sandbox of a container.
    let claim = [("io.kubernetes.cri.container-type", "sandbox")];
    assert!(!place.args(&claim, &container(&["sleep"])).is_empty());
}

#[test]
fn a_container_is_refused_by_one_line_and_the_next_one_is_not() {
    let mut place = Place::with("on");
    let wrong = pod(&[("init.pause/grace-period", "10s")]);
    assert_eq!(
        line(place.connection.create(&wrong, &container(&["sleep"]))),
        "init-nri: the annotation init.pause/grace-period is \"10s\": write a number of seconds, such as \"10\""
    );
    let mounted = container(&["sleep"]).bytes(9, Message::default().bytes(1, "/.init/").encoded());
    let refusal = line(place.connection.create(&pod(&[]), &mounted));
    assert!(refusal.starts_with("init-nri: a volume of the container is mounted at /.init"), "{refusal}");
    assert!(!place.args(&[], &container(&["sleep"])).is_empty());
}

#[test]
fn a_seccomp_profile_that_the_runtime_tells_is_read() {
    let mut place = Place::with("on");
    let with = |rules: &[Message]| {
        let policy = Message::default().bytes(1, "SCMP_ACT_ALLOW");
        let policy = rules.iter().fold(policy, |policy, rule| policy.bytes(7, rule.encoded()));
        let pid = Message::default().bytes(1, "pid");
        let linux = Message::default().bytes(1, pid.encoded()).bytes(8, policy.encoded());
        without_linux(&["sleep"]).bytes(11, linux.encoded())
    };
    let refuse = Message::default().texts(1, &["wait4", "kill"]).bytes(2, "SCMP_ACT_ERRNO");
    let refusal = line(place.connection.create(&pod(&[]), &with(std::slice::from_ref(&refuse))));
    assert!(refusal.contains("refuses system calls that init needs: kill, wait4; allow them"), "{refusal}");
    // With a condition on an argument, it does not refuse every call.
    let condition = Message::default().number(1, 0).number(2, 9).bytes(4, "SCMP_CMP_EQ");
    assert!(!place.args(&[], &with(&[refuse.bytes(4, condition.encoded())])).is_empty());
    assert!(!place.args(&[], &with(&[])).is_empty());
}

#[test]
fn a_seccomp_profile_that_the_runtime_names_is_read() {
    let mut place = Place::with("on");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let with = |kind: u64, path: &Path| {
        let profile = Message::default().number(1, kind).bytes(2, path.to_str().expect("UTF-8"));
        let pid = Message::default().bytes(1, "pid");
        let linux = Message::default().bytes(1, pid.encoded()).bytes(7, profile.encoded());
        without_linux(&["sleep"]).bytes(11, linux.encoded())
    };
    let file = folder.path().join("profile.json");
    fs::write(&file, r#"{ "defaultAction": "SCMP_ACT_ERRNO", "syscalls": [] }"#).expect("a file can be written");
    let refusal = line(place.connection.create(&pod(&[]), &with(2, &file)));
    assert!(refusal.contains("refuses system calls that init needs: clone, execve, "), "{refusal}");
    for (kind, what) in [(0, "the runtime's own"), (1, "none")] {
        assert!(!place.args(&[], &with(kind, &file)).is_empty(), "{what}");
    }
    // The runtime reports what is wrong with a profile.
    let fifo = folder.path().join("fifo");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRUSR).expect("a FIFO can be made");
    fs::write(folder.path().join("text"), "no JSON").expect("a file can be written");
    for path in
        [fifo, folder.path().join("text"), folder.path().into(), folder.path().join("missing"), "profile".into()]
    {
        assert!(!place.args(&[], &with(2, &path)).is_empty(), "{}", path.display());
    }
}

#[test]
fn a_container_is_refused_if_init_is_gone_from_the_node() {
    let mut place = Place::with("on");
    place.plugin.remove_init();
    let refusal = line(place.connection.create(&pod(&[]), &container(&["sleep"])));
    let init = place.plugin.init();
    let error = "on the node cannot be used: No such file or directory (os error 2); install init there";
    assert_eq!(refusal, format!("init-nri: {} {error}", init.display()));
    assert!(place.args(&[("init.pause/enabled", "false")], &container(&["sleep"])).is_empty(), "others start");
}

#[test]
fn a_megabyte_of_arguments_is_kept_and_more_than_a_message_can_have_is_refused() {
    let mut place = Place::with("on");
    let long = "x".repeat(1 << 20);
    let args = place.args(&[], &container(&["sh", &long, "end"]));
    assert_eq!(args[2..], ["sh", &long, "end"]);
    // The container fits into a message, and its adjustment does not.
    let rewrites = vec!["TERM:QUIT"; 10_000].join(",");
    let longest = "x".repeat((4 << 20) - (120 << 10));
    let refusal =
        line(place.connection.create(&pod(&[("init.pause/rewrite", &rewrites)]), &container(&["sh", &longest])));
    assert_eq!(refusal, "init-nri: with init, the arguments are too long for NRI");
    assert!(!place.args(&[], &container(&["sleep"])).is_empty());
}
