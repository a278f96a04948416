//! What stands in for the file of an architecture that has none.

compile_error!(
    "pause does not know this architecture yet: add src/sys/<target_arch>.rs, with the two things that the head of \
     src/sys/mod.rs asks for, and name it there"
);
