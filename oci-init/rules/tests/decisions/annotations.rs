//! Annotations choose whether a container gets `init`, and its options. Mistakes are refused.

use crate::{ON, container, refusal, settings, words};
use init_rules::{Container, Decision, Reason, decide};

fn annotated(annotations: &[(&str, &str)]) -> Decision {
    decide(&Container { name: Some("web".into()), ..container(&["/app"], annotations) }, &ON)
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

/// The grammar that `docs/init.md` gives, and `tests/init/options/grammar.rs` executes.
#[test]
fn every_signal_of_the_grammar_can_be_rewritten() {
    let page = include_str!("../../../../docs/init.md");
    let (_, names) = page.split_once("<name>         ::=").expect("the grammar");
    let (names, _) = names.split_once("<code>").expect("the next rule");
    let names: Vec<&str> = names.split('"').skip(1).step_by(2).collect();
    assert_eq!(names.len(), 31);
    for name in names {
        words(annotated(&[("init.pause/rewrite", &format!("{name}:SIG{name}"))]));
    }
}
