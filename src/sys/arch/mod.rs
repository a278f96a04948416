//! Used for a platform without a file of its own: stops the build and says why.

compile_error!(
    "pause supports Linux on amd64, arm64, arm, ppc64le, s390x, riscv64, loong64 and 386. To add an architecture, \
     write src/sys/arch/<target_arch>.rs with the items that the head of src/sys/mod.rs lists, and name it there. \
     x32 and the big-endian variants of arm, arm64 and POWER differ from these in system calls or layouts."
);
