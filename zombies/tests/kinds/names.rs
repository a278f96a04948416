//! Names of commands that other programs choose: none of them breaks a line, or steers a terminal.

use crate::sandbox::Sandbox;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;
use testkit::programs::pause;

/// The name of an executable file, and what is shown of its first 15 bytes.
const NAMES: [(&[u8], &str); 9] = [
    (b"with spaces  in", "with spaces  in"),
    (b") Z 1 (x) R 2 (", ") Z 1 (x) R 2 ("),
    (b"line\nend\ttab\rcr", r"line\nend\ttab\rcr"),
    (b"\xff\xfe latin\xe9", r"\xff\xfe latin\xe9"),
    (b"\x1b]0;title\x07\x1b[2J", r"\u{1b}]0;title\u{7}\u{1b}[2J"),
    ("\u{202e}gnp.exe\u{200b}".as_bytes(), r"\u{202e}gnp.exe\u{200b}"),
    ("only half of €".as_bytes(), r"only half of \xe2\x82"),
    (br"back\slash", r"back\\slash"),
    ("dämon 守护".as_bytes(), "dämon 守护"),
];

#[test]
fn strange_names_are_shown_harmless() {
    let sandbox = Sandbox::new(pause());
    let sleep = fs::canonicalize("/bin/sleep").expect("coreutils");
    let _running = NAMES.map(|(name, _)| {
        let path = sandbox.path("names").join(OsStr::from_bytes(name));
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is ours");
        link(&sleep, &path);
        // The child and the parent have the name: in a table, in a sentence, and in the JSON.
        let mut shell = Command::new("sh");
        shell.args(["-c", r#""$1" 1 & exec "$1" 60"#, "sh"]).arg(path);
        sandbox.run(shell)
    });
    let look = sandbox.look_until("a zombie of each name", |look| look.kinds() == [("parent-does-not-wait", 1); 9]);
    let report = look.report.to_string();
    let text = String::from_utf8(sandbox.zombies(None, &[]).stdout).expect("UTF-8");
    for (name, shown) in NAMES {
        let json = serde_json::to_string(shown).expect("text");
        assert_eq!(report.matches(&format!(":{json}")).count(), 2, "{name:?} in {report}");
        assert!(text.contains(&format!("(\"{shown}\") is alive")), "{name:?} in {text}");
        assert!(text.lines().any(|line| line.contains(shown) && line.ends_with(" ago")), "{name:?} in {text}");
    }
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    assert!(!look.report.to_string().contains(char::is_control));
}

fn link(from: &Path, to: &Path) {
    std::os::unix::fs::symlink(from, to).expect("the folder is ours");
}
