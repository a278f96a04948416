//! Which tests run on the kernels, and which do not, with the reasons.

/// The user that runs a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum User {
    /// Root, as a container runtime.
    Root,
    /// An ordinary user, in a user namespace.
    Ordinary,
}

/// A test program, or a part of it, that runs on the kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name in messages.
    pub name: &'static str,
    /// The test program.
    pub program: &'static str,
    /// The user that runs it.
    pub user: User,
    /// The words that select tests.
    pub arguments: &'static [&'static str],
    /// The program that is tested in place of `pause`, by its name in [`PROGRAMS`](crate::initramfs::PROGRAMS).
    pub other: Option<&'static str>,
}

/// The name of the program that the caller tests in place of `pause`.
pub const OTHER: &str = "other";
/// The name of the C equivalent of Kubernetes' `pause`.
pub const EQUIVALENT: &str = "c-equivalent";
/// The name of the program that only sleeps.
pub const FLOOR: &str = "floor";

/// Skips the test that runs all others again: the ordinary user has steps of its own.
const SKIP_RERUN: &str = "an_ordinary_user_gets_the_same";

const fn as_root(name: &'static str) -> Step {
    Step { name, program: name, user: User::Root, arguments: &["--skip", SKIP_RERUN], other: None }
}

const fn ordinary(name: &'static str, program: &'static str) -> Step {
    Step { name, user: User::Ordinary, ..as_root(program) }
}

/// These tests of a program must fail with `other` in place of `pause`.
const fn control(
    name: &'static str,
    program: &'static str,
    other: &'static str,
    arguments: &'static [&'static str],
) -> Step {
    Step { name, program, user: User::Root, arguments, other: Some(other) }
}

/// The steps that test `pause`, or another process 1 of a pod.
pub const OF_PAUSE: &[Step] = &[
    as_root("contract"),
    as_root("signals"),
    as_root("guard"),
    as_root("privileges"),
    as_root("reaping"),
    as_root("streams"),
    as_root("resources"),
    Step { arguments: &["--skip", SKIP_RERUN, "--skip", "orphans::", "--skip", "density::"], ..as_root("stress") },
    ordinary("contract as an ordinary user", "contract"),
    ordinary("reaping as an ordinary user", "reaping"),
];

/// How the name of a step begins whose tests must fail: the control.
pub const CONTROL: &str = "control ";

/// The controls: two other programs break promises that `pause` keeps.
pub const CONTROLS: &[Step] = &[
    control("control never-reaps, reaping", "reaping", "never-reaps", &["--exact", "an_orphan_is_reaped"]),
    control("control never-reaps, privileges", "privileges", "never-reaps", &["it_gives_up_all_capabilities_of_root"]),
    control("control C equivalent, reaping", "reaping", EQUIVALENT, &["zombies_from_before_its_execution_are_reaped"]),
    control("control C equivalent, stress", "stress", EQUIVALENT, &["a_stopped_or_frozen_sandbox_leaves_no_zombie"]),
    control("control C equivalent, privileges", "privileges", EQUIVALENT, &["it_gives_up_all_capabilities_of_root"]),
    control("control C equivalent, guard", "guard", EQUIVALENT, &["a_signal_from_inside_is_ignored"]),
    control("control C equivalent, signals", "signals", EQUIVALENT, &["its_first_system_call_blocks_the_signals"]),
];

/// The steps that test `init`.
pub const OF_INIT: &[Step] = &[Step {
    name: "init",
    program: "init",
    user: User::Root,
    arguments: &[
        "--skip",
        "all_tests_pass_as_an_ordinary_user",
        "--skip",
        "options::",
        "--skip",
        "binary::the_file",
        // The tables of job control.
        "--skip",
        "without_a_shell_above_a_key_stops_no_process",
        "--skip",
        "a_shell_above_sees_every_stop_and_continues_both_processes",
        "--skip",
        "without_a_terminal_the_program_stays_stopped_until_sigcont",
        "--skip",
        "a_storm_of_orphans_hardly_wakes_it_up",
    ],
    other: None,
}];

/// The test programs, or parts of them, that do not run on the kernels, each with the reason.
pub const ELSEWHERE: &[(&str, &str)] = &[
    ("init: options", "they depend on no kernel"),
    ("init: the tables of job control", "hundreds of cases take most of an hour under emulation"),
    ("init: how often a storm of orphans wakes it up", "one emulated CPU makes too few orphans for that"),
    (
        "the other tests as an ordinary user",
        "the kernel does the same for both, and each takes minutes under emulation",
    ),
    ("refused_calls", "it starts thousands of pods"),
    ("binary, link, verify, house, docs", "they read files of the project, and depend on no kernel"),
    ("differential, peers", "they need a C compiler or the peers"),
    ("demo, e2e", "they need cargo, a terminal recorder or container runtimes"),
    ("properties", "random cases of what contract and streams test"),
    ("stress: orphans, density, soak", "20,000 orphans and hundreds of sandboxes take minutes under emulation"),
];

/// All test programs of these steps, each once.
pub fn programs<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Vec<&'static str> {
    let mut programs: Vec<&str> = steps.into_iter().map(|step| step.program).collect();
    programs.sort_unstable();
    programs.dedup();
    programs
}

/// The same steps, with the program that the caller names in place of `pause`.
pub fn of_other(steps: &[Step]) -> Vec<Step> {
    steps.iter().map(|step| Step { other: Some(OTHER), ..*step }).collect()
}

impl Step {
    /// Returns the step as a line of the file that the guest reads, with one more word that selects tests.
    pub fn line(&self, filter: Option<&str>) -> String {
        let user = if self.user == User::Root { "root" } else { "ordinary" };
        [&[self.name, self.program, user, self.other.unwrap_or_default()], self.arguments, filter.as_slice()]
            .concat()
            .join("\t")
            + "\n"
    }
}
