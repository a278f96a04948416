//! Compares `init` with tini, dumb-init and catatonit, as Debian packages them.
//!
//! The results are the tables `docs/measured/init-*.md`. With `PAUSE_WRITE` in the environment, the tests write the
//! tables. Otherwise they compare them.

mod differences;
mod job_control;
mod options;
mod pause;
mod peer;
mod rewrites;
