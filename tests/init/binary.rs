//! The executable file of `init`, and the memory and CPU time of the process.

use crate::run::start_probe;
use goblin::elf::program_header::{PF_R, PF_W, PF_X, PT_GNU_STACK, PT_INTERP, PT_LOAD};
use goblin::elf::{Elf, header::EM_X86_64, header::ET_DYN};
use procfs::page_size;
use std::fs;
use std::thread::sleep;
use std::time::Duration;
use testkit::platform::EmulatorLimit;
use testkit::programs::path;
use testkit::usage::{context_switches, cpu_time, memory};

/// The most bytes of the file on amd64, and on any other platform: ppc64le has the largest.
const MAX_FILE_BYTES_AMD64: usize = 13_568;
const MAX_FILE_BYTES: usize = 19_968;

/// The most resident memory, in pages.
const MAX_RSS: u64 = 7;

#[test]
fn the_file_fits_its_budget() {
    let file = fs::read(path("init")).expect("init was built");
    let is_amd64 = Elf::parse(&file).expect("init is an ELF file").header.e_machine == EM_X86_64;
    let budget = if is_amd64 { MAX_FILE_BYTES_AMD64 } else { MAX_FILE_BYTES };
    assert!(file.len() <= budget, "{} bytes are more than {budget}", file.len());
}

#[test]
fn the_file_is_one_read_only_segment_without_relocations_or_panics() {
    let file = fs::read(path("init")).expect("init was built");
    let elf = Elf::parse(&file).expect("init is an ELF file");
    let of_kind = |kind| elf.program_headers.iter().filter(move |header| header.p_type == kind).collect::<Vec<_>>();
    assert!(matches!(of_kind(PT_LOAD)[..], [segment] if segment.p_flags == PF_R | PF_X));
    assert!(matches!(of_kind(PT_GNU_STACK)[..], [stack] if stack.p_flags == PF_R | PF_W));
    assert!(of_kind(PT_INTERP).is_empty());
    assert_eq!(elf.header.e_type, ET_DYN);
    assert!(elf.dynamic.is_none() && elf.libraries.is_empty());
    assert!(elf.dynrelas.is_empty() && elf.dynrels.is_empty() && elf.shdr_relocs.is_empty());
    for words in ["panic", "unwrap", "out of bounds", "/rustc", ".rs"] {
        assert!(!file.windows(words.len()).any(|bytes| bytes == words.as_bytes()), "the file contains {words:?}");
    }
}

#[test]
fn while_the_program_sleeps_init_never_wakes_up_and_keeps_to_its_memory_budget() {
    let (mut pod, _log) = start_probe(&[]);
    pod.init().until_it_waits();
    let cost = || (context_switches(pod.pid()).expect("init is alive"), cpu_time(pod.pid()).expect("init is alive"));
    let before = cost();
    sleep(Duration::from_secs(3)); // a timer of init would fire in this time
    assert_eq!(cost(), before);
    if !EmulatorLimit::OwnProcess.applies() {
        let memory = memory(pod.pid()).expect("init is alive");
        assert!(memory.rss <= MAX_RSS * page_size() / 1024, "{memory:?}");
    }
}
