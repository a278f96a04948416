//! The words: text of strangers is harmless, and the advice fits the place and the program.

use zombies::advice::remedies;
use zombies::container::of;
use zombies::facts::{Named, Place, Zombie};
use zombies::interpreters;
use zombies::print::print;
use zombies::report::{Finding, Report};
use zombies::runtime::Names;
use zombies::text::harmless;
use zombies::verdict::Verdict;

#[test]
fn no_text_can_steer_a_terminal() {
    for byte in 0..=255 {
        let text = harmless(&[b'a', byte, b'b']);
        assert!(!text.contains(char::is_control), "{byte}: {text:?}");
        assert!(text.starts_with('a') && text.ends_with('b'), "{byte}: {text:?}");
    }
    for code in 0..=0x2_ffff {
        let Some(character) = char::from_u32(code) else { continue };
        let text = harmless(character.to_string().as_bytes());
        assert!(!text.contains(char::is_control), "{code:x}: {text:?}");
    }
    assert_eq!(harmless("\u{9b}31m\u{202e}x\u{200b}".as_bytes()), r"\u{9b}31m\u{202e}x\u{200b}");
    assert_eq!(harmless(b"\\n\n"), r"\\n\n");
}

#[test]
fn two_names_are_never_shown_alike() {
    let names: [&[u8]; 6] = [b"\n", b"\\n", b"\\\\n", b"\xff", b"\\xff", "\u{ff}".as_bytes()];
    for (at, name) in names.iter().enumerate() {
        for other in &names[at + 1..] {
            assert_ne!(harmless(name), harmless(other));
        }
    }
}

#[test]
fn the_advice_fits_the_place() {
    let id = "3fb3d3015ea281cc1c688c860c12acd43c2f4b1d0aaf5ee7b7f1d5ef5a3e9c77";
    let advice = |place: &Place| remedies(&Verdict::Process1DoesNotReap, None, place, &[]).join("\n");
    let kubernetes = of(&format!("/kubepods/pod04f9ccf7-39a3-4cbd-b5cc-032759116f54/{id}")).expect("a container");
    let text = advice(&Place::Container(kubernetes));
    for line in
        ["      shareProcessNamespace: true", "      runtimeClassName: init", "    ENTRYPOINT [\"/init\", \"--\"]"]
    {
        assert!(text.lines().any(|found| found == line), "{text}");
    }
    assert!(!text.contains("docker run"), "{text}");
    let docker = of(&format!("/docker/{id}")).expect("a container");
    let text = advice(&Place::Container(docker));
    assert!(text.contains("docker run --init") && !text.contains("shareProcessNamespace"), "{text}");
    assert!(!advice(&Place::Machine).contains("--init"));
}

#[test]
fn the_advice_fits_the_program() {
    let rows = [
        ("python3.12", "Popen"),
        ("python", "Popen"),
        ("bash", "call wait"),
        ("sh", "call wait"),
        ("java", "by exec"),
        ("node", "by exec"),
        ("perl5.36.0", "waitpid"),
        ("ruby", "Process.wait"),
    ];
    let other = interpreters::advice("server");
    for (command, words) in rows {
        let advice = interpreters::advice(command);
        assert!(advice.contains(words) && advice != other, "{command}: {advice}");
    }
    for command in ["pythonic", "shell", "javac", "nodes", "", "3"] {
        assert_eq!(interpreters::advice(command), other, "{command}");
    }
}

/// Returns the report's line on a container with these names.
fn line_on(path: &str, names: Option<[Option<&str>; 3]>) -> String {
    let mut container = of(path).expect("a container");
    container.names = names.map(|names| {
        let [container, pod, namespace] = names.map(|name| name.map(str::to_owned));
        Names { container, pod, namespace }
    });
    let zombie = Zombie {
        process: Named { pid: 7, command: "sleep".into() },
        pid_in_namespace: 7,
        depth: 2,
        uid: 0,
        started_seconds_ago: None,
        threads: 1,
        threads_in_kernel: Vec::new(),
        tracer: None,
        ppid: 1,
    };
    let place = Place::Container(container);
    let finding = Finding::new(Verdict::Process1DoesNotReap, None, place, Vec::new(), vec![zombie]);
    let mut text = Vec::new();
    print(&Report::new(vec![finding], 0, None, Vec::new()), &mut text).expect("memory");
    let text = String::from_utf8(text).expect("UTF-8");
    text.lines().find(|line| line.starts_with("  Container")).expect("a line").trim().to_owned()
}

#[test]
fn a_container_and_its_pod_are_told_by_name_and_id_as_far_as_they_are_known() {
    let id = "3fb3d3015ea281cc1c688c860c12acd43c2f4b1d0aaf5ee7b7f1d5ef5a3e9c77";
    let uid = "04f9ccf7-39a3-4cbd-b5cc-032759116f54";
    let (pod, docker) = (format!("/kubepods/pod{uid}/{id}"), format!("/docker/{id}"));
    let names = |container, pod, namespace| Some([container, pod, namespace]);
    for (path, names, line) in [
        (&pod, None, format!("Container 3fb3d3015ea2, pod {uid}.")),
        (
            &pod,
            names(Some("app"), Some("web"), Some("default")),
            format!("Container app (3fb3d3015ea2), pod web in the namespace default ({uid})."),
        ),
        (
            &pod,
            names(None, Some("web"), Some("default")),
            format!("Container 3fb3d3015ea2, pod web in the namespace default ({uid})."),
        ),
        (&docker, names(Some("it"), None, None), "Container it (3fb3d3015ea2) of Docker.".into()),
        (&docker, None, "Container 3fb3d3015ea2 of Docker.".into()),
    ] {
        assert_eq!(line_on(path, names), line);
    }
}
