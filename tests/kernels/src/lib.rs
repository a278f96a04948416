//! Boots a real kernel of each platform in QEMU, and runs the tests of `pause` and `init` there.
//!
//! | module        | its one job                                                          |
//! | ------------- | -------------------------------------------------------------------- |
//! | [`platforms`] | the columns of `build/platforms.toml` about machines and kernels     |
//! | [`suite`]     | which test programs run on the kernels, and which cannot, with reasons |
//! | [`promises`]  | what a process 1 promises, for `make conformance`                    |
//! | [`programs`]  | builds the test programs for a platform                              |
//! | [`cpio`]      | writes an archive that the kernel unpacks at boot                    |
//! | [`initramfs`] | puts the guest, the tests, the programs and a shell into one         |
//! | [`machine`]   | runs QEMU, with a limit of time                                      |
//! | [`console`]   | the lines by which the guest tells the host what happened            |
//! | [`outcome`]   | what a boot has shown                                                |
//! | [`report`]    | the table of all boots                                               |
//! | [`guest`]     | process 1 of the machine: mounts, tests, measurements                |
#![deny(missing_docs)]

pub mod console;
pub mod cpio;
pub mod guest;
pub mod initramfs;
pub mod machine;
pub mod outcome;
pub mod platforms;
pub mod programs;
pub mod promises;
pub mod report;
pub mod suite;
