//! What an ordinary user cannot see is said, and so is a `/proc` that is none.

use crate::sandbox::{ORDINARY_USER, Sandbox, log_missing};
use nix::unistd::geteuid;
use testkit::programs::pause;
use testkit::until;

const HIDE: &str = "mount -o remount,hidepid=2 /proc && touch \"$0\" && exec sleep 60";

/// Starts a pod whose `/proc` hides processes.
fn hidden() -> (Sandbox, testkit::PodProcess) {
    let sandbox = Sandbox::new(pause());
    let done = sandbox.path("done");
    let running = sandbox.script(&HIDE.replace("$0", &done.display().to_string()));
    until("/proc is mounted again", || done.exists());
    (sandbox, running)
}

#[test]
fn with_hidepid_an_ordinary_user_is_told_what_is_missing() {
    if !geteuid().is_root() {
        return log_missing("hidepid, which root has to set"); // an ordinary user's pod has no other user
    }
    let (sandbox, _mount) = hidden();
    let _roots = sandbox.script("sleep 1 & exec sleep 60");
    // Root sees all.
    let look = sandbox.look_until("the zombie", |look| look.kinds() == [("parent-does-not-wait", 1)]);
    assert_eq!((look.status, &look.report["missing"]), (1, &serde_json::json!([])));

    let output = sandbox.zombies(Some(ORDINARY_USER), &[]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(2), "{text}");
    let reason = "No zombies.\nNot seen: /proc is mounted with hidepid=";
    assert!(text.starts_with(reason) && text.contains("Run it as root"), "{text}");

    // Its own zombie is visible, but not the parent.
    let own = format!("setpriv --reuid={ORDINARY_USER} --regid={ORDINARY_USER} --clear-groups sleep 1 & exec sleep 60");
    let _parent = sandbox.script(&own);
    until("its own zombie is seen", || {
        let look = sandbox.look(Some(ORDINARY_USER), "0.2");
        look.status == 1 && look.kinds() == [("parent-hidden", 1)]
    });
}

#[test]
fn without_proc_it_says_what_to_do() {
    let sandbox = Sandbox::new(pause());
    let program = sandbox.path("zombies");
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", r#"unshare --mount sh -c 'mount -t tmpfs none /proc && exec "$0"' "$0""#]).arg(program);
    shell.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let output = sandbox.pod.join(shell).wait();
    assert_eq!(output.status.code(), Some(2));
    let line = "zombies: it cannot look at /proc: it has no processes. Mount it: mount -t proc proc /proc\n";
    assert_eq!((&*output.stdout, String::from_utf8_lossy(&output.stderr)), (&b""[..], line.into()));
}

#[test]
fn a_proc_that_shows_processes_alone_is_enough() {
    if !geteuid().is_root() {
        return log_missing("subset=pid, which root has to set");
    }
    let sandbox = Sandbox::new(pause());
    let _running = sandbox.script("sleep 1 & exec sleep 60");
    sandbox.look_until("the zombie", |look| look.kinds() == [("parent-does-not-wait", 1)]);
    let mut shell = std::process::Command::new("sh");
    let mount = "mount -t proc -o subset=pid proc /proc && [ ! -e /proc/uptime ] && exec \"$0\"";
    shell.args(["-c", &format!("unshare --mount sh -c '{mount}' \"$0\"")]).arg(sandbox.path("zombies"));
    shell.stdout(std::process::Stdio::piped());
    let text = String::from_utf8(sandbox.pod.join(shell).wait().stdout).expect("text");
    assert!(text.lines().any(|line| line.ends_with(" ?")), "it does not guess when the zombie has started: {text}");
    assert!(text.contains("is alive and does not wait") && text.ends_with("1 zombie in all.\n"), "{text}");
}

#[test]
fn wrong_options_end_with_status_2() {
    let sandbox = Sandbox::new(pause());
    for wrong in [&["--age", "soon"][..], &["--age=-1"], &["--watch=never"], &["--kill"], &["12"]] {
        let output = sandbox.zombies(None, wrong);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(output.stdout.is_empty() && stderr.starts_with("error: "), "{wrong:?}: {stderr}");
    }
}
