//! The file and what it costs, as for `pause`.

use crate::run::{Told, piped, probe_child};
use goblin::elf::program_header::{PF_R, PF_W, PF_X, PT_GNU_STACK, PT_INTERP, PT_LOAD};
use goblin::elf::{Elf, header::EM_X86_64, header::ET_DYN};
use std::fs;
use std::thread::sleep;
use std::time::Duration;
use testkit::Pod;
use testkit::platform::EmulatorLimit;
use testkit::programs::path;
use testkit::usage::{context_switches, cpu_time, memory};

/// Bytes of the file on amd64, and on any other platform, section headers included: three and four pages.
const FILE_BYTES_AMD64: usize = 12_288;
const FILE_BYTES: usize = 16_384;

/// KiB of resident memory on a machine with pages of 4 KiB, at most.
const RSS_MOST: u64 = 28;

#[test]
fn it_is_small() {
    let file = fs::read(path("init")).expect("it was built");
    let is_amd64 = Elf::parse(&file).expect("it is an ELF file").header.e_machine == EM_X86_64;
    let budget = if is_amd64 { FILE_BYTES_AMD64 } else { FILE_BYTES };
    assert!(file.len() <= budget, "{} bytes are more than {budget}", file.len());
}

#[test]
fn it_is_one_segment_that_nobody_has_to_put_in_place() {
    let file = fs::read(path("init")).expect("it was built");
    let elf = Elf::parse(&file).expect("it is an ELF file");
    let of_kind = |kind| elf.program_headers.iter().filter(move |header| header.p_type == kind).collect::<Vec<_>>();
    assert!(matches!(of_kind(PT_LOAD)[..], [segment] if segment.p_flags == PF_R | PF_X));
    assert!(matches!(of_kind(PT_GNU_STACK)[..], [stack] if stack.p_flags == PF_R | PF_W));
    assert!(of_kind(PT_INTERP).is_empty());
    assert_eq!(elf.header.e_type, ET_DYN);
    assert!(elf.dynamic.is_none() && elf.libraries.is_empty());
    assert!(elf.dynrelas.is_empty() && elf.dynrels.is_empty() && elf.shdr_relocs.is_empty());
    for words in ["panic", "unwrap", "out of bounds", "/rustc", ".rs"] {
        assert!(!file.windows(words.len()).any(|bytes| bytes == words.as_bytes()), "{words:?} is in it");
    }
}

#[test]
fn while_the_program_sleeps_it_never_wakes_up() {
    let mut pod = Pod::start(piped(&["--", probe_child(), "signals"]));
    Told::by(pod.init());
    pod.init().until_it_waits();
    let cost = || (context_switches(pod.pid()).expect("it lives"), cpu_time(pod.pid()).expect("it lives"));
    let before = cost();
    sleep(Duration::from_secs(3)); // the time it has to stay asleep in
    assert_eq!(cost(), before);
    if !EmulatorLimit::OwnProcess.applies() {
        let memory = memory(pod.pid()).expect("it lives");
        assert!(memory.rss <= RSS_MOST, "{memory:?}");
    }
}
