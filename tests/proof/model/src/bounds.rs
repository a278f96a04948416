//! How much may happen in each run.

use crate::environment::Environment;

const NOTHING: Environment = Environment { orphans: 0, joins: 0, members: 0, signals: 0, stops: 0, tracers: 0 };

/// To `pause`, in a run of seconds.
pub const PAUSE_QUICK: Environment = Environment { orphans: 1, signals: 2, stops: 1, tracers: 1, ..NOTHING };

/// To `pause`, in a run of minutes.
pub const PAUSE_LONG: Environment = Environment { orphans: 2, signals: 3, stops: 2, ..PAUSE_QUICK };

/// To `init`, in runs of seconds: around the end of the program, and in the grace period.
pub const INIT_QUICK: [Environment; 2] = [
    Environment { orphans: 1, signals: 1, stops: 1, ..NOTHING },
    Environment { joins: 1, members: 1, signals: 1, ..NOTHING },
];

/// To `init`, in runs of minutes.
pub const INIT_LONG: [Environment; 2] = [
    Environment { orphans: 2, members: 1, signals: 1, stops: 1, ..NOTHING },
    Environment { joins: 1, members: 1, signals: 2, stops: 1, ..NOTHING },
];

/// To a spoiled `init`, so that one SIGCHLD can stand for two orphans.
pub const TWO_ORPHANS: Environment = Environment { orphans: 2, ..NOTHING };
