//! Pods: process 1 that reaps and one that does not, kinds mixed, limits, and processes that end meanwhile.

use crate::pages_programs::unified_root;
use crate::sandbox::{Sandbox, log_missing};
use std::process::Command;
use testkit::cgroup::{enter, if_permitted};
use testkit::cgroup_cleanup;
use testkit::container::{finish, piped, until_ready};
use testkit::programs::{never_reaps, pause};
use testkit::{PodProcess, until};

fn orphans(sandbox: &Sandbox, how: &[&str]) -> PodProcess {
    sandbox.pod.join(piped(how))
}

#[test]
fn orphans_of_a_pod_are_the_fault_of_a_process_1_that_never_reaps() {
    let sandbox = Sandbox::new(never_reaps());
    finish(orphans(&sandbox, &["one-by-one", "25"]));
    let look = sandbox.look_until("the zombies", |look| look.kinds() == [("process-1-does-not-reap", 25)]);
    let finding = look.finding("process-1-does-not-reap").expect("the only one");
    assert_eq!(finding["parent"]["pid"], 1);
    assert_eq!(finding["parent"]["command"], "never-reaps");
    let remedies = finding["remedies"].to_string();
    for way in ["shareProcessNamespace: true", "docker run --init", "/init"] {
        assert!(remedies.contains(way), "{remedies}");
    }
    let text = sandbox.zombies(None, &[]).stdout;
    let text = String::from_utf8(text).expect("text");
    assert!(
        text.starts_with("25 zombies: 1 (\"never-reaps\") is process 1 of a PID namespace, and does not reap."),
        "{text}"
    );
    assert!(text.contains("… and 15 more") && text.contains("\n25 zombies in all, of "), "{text}");

    let control = Sandbox::new(pause());
    finish(orphans(&control, &["one-by-one", "25"]));
    let output = control.zombies(None, &[]);
    assert_eq!((output.status.code(), &*output.stdout), (Some(0), &b"No zombies.\n"[..]));
}

#[test]
fn kinds_that_are_mixed_are_told_apart() {
    let sandbox = Sandbox::new(never_reaps());
    finish(orphans(&sandbox, &["one-by-one", "3"]));
    let mut threads = orphans(&sandbox, &["threads"]);
    let traced = orphans(&sandbox, &["traced"]);
    let _others = ["sleep 1 & sleep 1 & exec sleep 60", "sleep 1 & kill -STOP $$"].map(|script| sandbox.script(script));
    let look = sandbox.look_until("four kinds and that of the shim", |look| {
        let mut kinds = look.kinds();
        kinds.retain(|(kind, _)| *kind != "process-1-does-not-reap");
        kinds.sort_unstable();
        kinds == [("parent-does-not-wait", 2), ("parent-stopped", 1), ("threads-live", 1), ("traced", 1)]
    });
    assert_eq!(
        look.finding("process-1-does-not-reap").expect("one of them")["zombies"].as_array().map(Vec::len),
        Some(3)
    );
    assert_eq!(look.finding("traced").expect("one of them")["verdict"]["tracer"]["command"], "orphan-maker");
    let fault = look.finding("parent-does-not-wait").expect("one of them");
    assert!(!fault["facts"].to_string().contains("not to blame"), "process 1 has zombies, too: {fault}");
    drop(threads.streams().stdin.take());
    drop(traced);
}

#[test]
fn a_process_1_without_zombies_is_not_blamed_for_those_of_others() {
    let sandbox = Sandbox::new(pause());
    let _running = sandbox.script("sleep 1 & exec sleep 60");
    let look = sandbox.look_until("the zombie", |look| look.kinds() == [("parent-does-not-wait", 1)]);
    let facts = look.finding("parent-does-not-wait").expect("the only one")["facts"].to_string();
    assert!(facts.contains(r#"Process 1, 1 (\"pause\"), has no zombie: it is not to blame."#), "{facts}");
}

#[test]
fn the_limit_of_the_control_group_is_told() {
    let Some(group) = if_permitted() else { return };
    group.limit_pids(64).expect("the group has the controller");
    let sandbox = Sandbox::new(never_reaps());
    let mut maker = sandbox.pod.join_after(piped(&["together", "20"]), enter(Some(&group)));
    until_ready(&mut maker);
    finish(maker);
    // Version 1 shows zombies in the root, and so without a group. The parent is in it, as process 1 of a container is.
    group.add(sandbox.pod.pid()).expect("process 1 may be moved");
    let look = sandbox.look_until("the zombies", |look| look.kinds() == [("process-1-does-not-reap", 20)]);
    let limits = &look.finding("process-1-does-not-reap").expect("the only one")["limits"];
    assert_eq!(limits[0]["limit"], 64, "{limits}");
    assert_eq!(limits[0]["zombies"], 20, "{limits}");
    assert!(limits[0]["used"].as_u64().is_some_and(|used| (21..=64).contains(&used)), "{limits}");
}

#[test]
fn processes_that_end_while_they_are_looked_at_are_no_errors() {
    let sandbox = Sandbox::new(pause());
    let makers: Vec<_> = (0..4).map(|_| sandbox.run(endless())).collect();
    for _ in 0..100 {
        // No zombie is there for long, so the looks differ only in what ends meanwhile.
        let look = sandbox.look(None, "0.01");
        assert_eq!(look.report["missing"].as_array().map(Vec::len), Some(0), "{look:#?}");
        assert!(look.kinds().iter().all(|(kind, _)| *kind != "parent-hidden"), "{look:#?}");
    }
    drop(makers);
    until("all of them are gone", || sandbox.look(None, "0.2").status == 0);
}

fn endless() -> Command {
    testkit::programs::orphan_maker(&["endless"])
}

/// A program with a zombie, which then does this with SIGCHLD.
fn with_sigchld(action: &str) -> String {
    format!(
        "#include <signal.h>\n#include <unistd.h>\nstatic void nothing(int signal) {{ (void)signal; }}\n\
         int main(void) {{ signal(SIGCHLD, nothing); if (fork() == 0) _exit(0); sleep(1); {action} for (;;) sleep(60); }}"
    )
}

#[test]
fn what_a_parent_does_with_sigchld_is_told() {
    let rows = [
        ("", "caught", "It catches SIGCHLD, but does not wait for these children."),
        ("signal(SIGCHLD, SIG_IGN);", "ignored", "It ignores SIGCHLD, but has not done so when they ended."),
        ("signal(SIGCHLD, SIG_DFL);", "none", "It has no handler for SIGCHLD, which tells it of a child's end."),
    ];
    for (action, field, sentence) in rows {
        let sandbox = Sandbox::new(pause());
        let _running = sandbox.c_program(&with_sigchld(action));
        sandbox.look_until(sentence, |look| {
            let Some(finding) = look.finding("parent-does-not-wait") else { return false };
            let sigchld = finding["parent"]["sigchld"].as_object().expect("an object");
            let is_so = sigchld.iter().all(|(name, value)| *value == (name == field));
            is_so && finding["facts"][0] == sentence
        });
    }
}

#[test]
fn a_group_outside_of_the_cgroup_namespace_is_found_in_a_mount_that_shows_it() {
    let Some(root) = unified_root() else { return log_missing("a freezer of version 2") };
    let name = cgroup_cleanup::name();
    let group = cgroup_cleanup::claim(&root, &name);
    let sandbox = Sandbox::new(pause());
    let at = group.display();
    let make =
        format!("mkdir -p {at}/pod/container {at}/reader/container {at}/other && sh -c 'sleep 2 & wait' & sleep 1");
    let freeze = format!("echo $! > {at}/pod/container/cgroup.procs && echo 1 > {at}/pod/cgroup.freeze && sleep 60");
    let _frozen = sandbox.script(&format!("{make}; {freeze}"));
    sandbox.look_until("the zombie", |look| look.kinds() == [("parent-frozen", 1)]);

    // From a namespace below another group, the path is `/../../pod/container`.
    let mut shell = Command::new("sh");
    let program = sandbox.path("zombies");
    let enter = format!("echo 0 > {at}/reader/container/cgroup.procs && exec unshare --cgroup \"$0\" --json --age=0.2");
    shell.args(["-c", &enter]).arg(&program).stdout(std::process::Stdio::piped());
    let look = crate::sandbox::parse(&sandbox.pod.join(shell).wait());
    let finding = look.finding("parent-frozen").expect("it is frozen from there, too");
    assert_eq!(finding["verdict"]["cgroup"], format!("/{name}/pod"), "{finding:#}");
    drop(sandbox);
    cgroup_cleanup::remove(&group);
}
