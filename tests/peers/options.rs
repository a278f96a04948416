//! The options that `init` shares with tini.

use super::peer::{command, probe_child, status};
use testkit::PodProcess;

/// Options, and the exit status if the program exits with 7, or `None` if the options are a mistake.
type Case = (&'static [&'static str], Option<i32>);

/// tini and `init` treat these alike.
const SAME: [Case; 24] = [
    (&[], Some(7)),
    (&["-s", "-v", "-g"], Some(7)),
    (&["-sgv"], Some(7)),
    (&["-vvvv"], Some(7)),
    (&["-w"], Some(7)),
    (&["-e", "7"], Some(0)),
    (&["-e7"], Some(0)),
    (&["-sve7"], Some(0)),
    (&["-e", "007"], Some(0)),
    (&["-e0", "-e", "255"], Some(7)),
    (&["-e", "6", "-e", "7"], Some(0)),
    (&["-p", "SIGTERM"], Some(7)),
    (&["-pSIGKILL"], Some(7)),
    (&["-e", "256"], None),
    (&["-e", "-1"], None),
    (&["-e", "7 "], None),
    (&["-e", "0x7"], None),
    (&["-e", "99999999999"], None),
    (&["-es"], None),
    (&["-p", "sigterm"], None),
    (&["-p", "SIGRTMIN"], None),
    (&["-p", "0"], None),
    (&["-p", ""], None),
    (&["-x"], None),
];

/// Only `init` accepts these.
const ONLY_INIT: [Case; 9] = [
    (&["-p", "TERM"], Some(7)),
    (&["-p", "15"], Some(7)),
    (&["-p", "64"], Some(7)),
    (&["-p", "SIGSTKFLT"], Some(7)),
    (&["-p", "SIGIO"], Some(7)),
    (&["-p", "SIGPWR"], Some(7)),
    (&["-c"], Some(7)),
    (&["-t", "1"], Some(7)),
    (&["--verbose"], Some(7)),
];

/// Only tini accepts these: it reads numbers as `strtol` does, which takes an empty text for 0.
const ONLY_TINI: [Case; 3] = [(&["-e", ""], Some(7)), (&["-e", " 7"], Some(0)), (&["-e", "+7"], Some(0))];

/// Returns the exit status of the peer, or `None` if it refuses the options and does not start the program.
fn status_unless_mistake(peer: &str, options: &[&str]) -> Option<i32> {
    let mut command = command(peer, &[options, &["--", "sh", "-c", "echo begun; exit 7"]].concat());
    command.env("TINI_SUBREAPER", "");
    let output = PodProcess::outside(command).wait();
    // tini writes messages to standard output too.
    if String::from_utf8_lossy(&output.stdout).contains("begun\n") {
        return output.status.code();
    }
    assert_eq!(output.status.code(), Some(1), "{peer}, {options:?}: a mistake");
    None
}

#[test]
fn init_accepts_the_options_of_tini_with_few_differences() {
    let statuses = |options: &[&str]| ["tini", "init"].map(|peer| status_unless_mistake(peer, options));
    for (options, expected) in SAME {
        assert_eq!(statuses(options), [expected; 2], "{options:?}");
    }
    for (options, expected) in ONLY_INIT {
        assert_eq!(statuses(options), [None, expected], "{options:?}");
    }
    for (options, expected) in ONLY_TINI {
        assert_eq!(statuses(options), [expected, None], "{options:?}");
    }
    for (options, expected) in [(&["-g"][..], "143"), (&["-e", "143"], "0"), (&["-sv"], "143"), (&["-w"], "143")] {
        assert_eq!(both(&[options, &["--", probe_child(), "die", "15"]].concat()), [expected; 2], "{options:?}");
    }
}

/// Returns the exit statuses of tini and of `init`.
fn both(arguments: &[&str]) -> [String; 2] {
    ["tini", "init"].map(|peer| status(peer, arguments))
}

#[test]
fn init_finds_the_program_among_the_arguments_as_tini_does() {
    for words in [&["--", "-x"][..], &["-"], &[""], &["-s", "--", "--"]] {
        assert_eq!(both(words), ["127"; 2], "{words:?}");
    }
    for words in [&[][..], &["--"], &["-e"], &["-p"], &["-g"]] {
        assert_eq!(both(words), ["1"; 2], "{words:?}");
    }
    // Without `--`, tini takes options after the program as its own.
    assert_eq!(both(&["sh", "-c", "exit 7"]), ["1", "7"]);
    // tini accepts `--version` only as the only argument.
    assert_eq!(both(&["-s", "--version"]), ["1", "0"]);
}
