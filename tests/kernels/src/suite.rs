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
}

/// Skips the test that runs all others again: the ordinary user has steps of its own.
const SKIP_RERUN: &str = "an_ordinary_user_gets_the_same";

const fn as_root(name: &'static str) -> Step {
    Step { name, program: name, user: User::Root, arguments: &["--skip", SKIP_RERUN] }
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
    as_root("stress"),
    Step {
        name: "contract as an ordinary user",
        program: "contract",
        user: User::Ordinary,
        arguments: &["--skip", SKIP_RERUN],
    },
    Step {
        name: "reaping as an ordinary user",
        program: "reaping",
        user: User::Ordinary,
        arguments: &["--skip", SKIP_RERUN, "--skip", "starved"],
    },
];

/// The steps that test `init`.
pub const OF_INIT: &[Step] = &[Step {
    name: "init",
    program: "init",
    user: User::Root,
    arguments: &["--skip", SKIP_RERUN, "--skip", "options::", "--skip", "binary::the_file"],
}];

/// The test programs, or parts of them, that do not run on the kernels, each with the reason.
pub const ELSEWHERE: &[(&str, &str)] = &[
    ("init: options", "they depend on no kernel"),
    ("binary, link, verify, house, docs", "they read files of the project, and depend on no kernel"),
    ("differential, peers", "they need a C compiler or the peers"),
    ("demo, e2e", "they need cargo, a terminal recorder or container runtimes"),
    ("properties", "random cases of what contract and streams test"),
    ("soak", "takes minutes without emulation"),
];

/// All test programs of these steps, each once.
pub fn programs<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Vec<&'static str> {
    let mut programs: Vec<&str> = steps.into_iter().map(|step| step.program).collect();
    programs.sort_unstable();
    programs.dedup();
    programs
}

impl Step {
    /// Returns the step as a line of the file that the guest reads.
    pub fn line(&self) -> String {
        let user = if self.user == User::Root { "root" } else { "ordinary" };
        [&[self.name, self.program, user], self.arguments].concat().join("\t") + "\n"
    }
}
