//! `image`, run on projects with hand-made binaries.

mod contents;
mod faults;
mod project;
