//! `init` beside tini, dumb-init and catatonit, as Debian packages them: what each of them does, and where they differ.
//!
//! The results are the tables `docs/measured/init-*.md`. With `PAUSE_WRITE` in the environment the tests write them,
//! otherwise they compare them.

mod differences;
mod job_control;
mod options;
mod peer;
