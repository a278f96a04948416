//! Stands in for the file of an architecture that has none, and for a system other than Linux.

compile_error!(
    "pause supports Linux on amd64, arm64, arm, ppc64le, s390x, riscv64, loong64 and 386 alone. To add an architecture, \
     write src/sys/arch/<target_arch>.rs with the items that the head of src/sys/mod.rs lists, and name it there. \
     x32 and the big-endian variants of arm, arm64 and POWER have system calls or layouts of their own."
);
