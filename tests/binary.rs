//! The file: how big it is, what it is made of, and what it costs while it runs. The budgets stand here.

use goblin::elf::program_header::{PF_R, PF_W, PF_X, PT_GNU_STACK, PT_INTERP, PT_LOAD};
use goblin::elf::section_header::SHF_WRITE;
use goblin::elf::{Elf, header::EM_X86_64, header::ET_DYN};
use nix::sys::signal::Signal;
use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;
use testkit::Pod;
use testkit::platform::EmulatorLimit;
use testkit::programs::{path, pause};
use testkit::usage::{Memory, context_switches, cpu_time, memory};

/// Bytes of the file on amd64, and on any other platform, section headers included.
const FILE_BYTES_AMD64: usize = 1536;
const FILE_BYTES: usize = 2048;

/// Bytes of the largest page that a kernel of our platforms uses: on arm64, ppc64le and loong64.
const LARGEST_PAGE: u64 = 64 << 10;

/// KiB of memory on a machine with pages of 4 KiB: what half of the starts stay within, and what none exceeds. It
/// depends on chance, in whose hands the placement of the stack is.
const RSS_MEDIAN: u64 = 12;
const RSS_MOST: u64 = 16;
const PAGE_TABLES_MOST: u64 = 24;

fn file() -> Vec<u8> {
    fs::read(path("pause")).expect("it was built")
}

fn elf(file: &[u8]) -> Elf<'_> {
    Elf::parse(file).expect("it is an ELF file")
}

#[test]
fn it_is_small() {
    let file = file();
    let bytes = file.len();
    let budget = if elf(&file).header.e_machine == EM_X86_64 { FILE_BYTES_AMD64 } else { FILE_BYTES };
    assert!(bytes <= budget, "{bytes} bytes are more than {budget}");
}

#[test]
fn it_is_one_segment_that_can_be_read_and_executed() {
    let file = file();
    let elf = elf(&file);
    let loaded: Vec<_> = elf.program_headers.iter().filter(|header| header.p_type == PT_LOAD).collect();
    assert!(matches!(loaded[..], [segment] if segment.p_flags == PF_R | PF_X), "{loaded:#?}");
    assert!(loaded[0].p_memsz <= 4096, "it fits in a page");
    assert!(elf.section_headers.iter().all(|section| section.sh_flags & u64::from(SHF_WRITE) == 0));
}

#[test]
fn its_stack_is_not_executable() {
    let file = file();
    let elf = elf(&file);
    let stack: Vec<_> = elf.program_headers.iter().filter(|header| header.p_type == PT_GNU_STACK).collect();
    assert!(matches!(stack[..], [stack] if stack.p_flags == PF_R | PF_W), "{stack:#?}");
}

#[test]
fn it_runs_at_any_address_and_nobody_has_to_put_it_there() {
    let file = file();
    let elf = elf(&file);
    assert_eq!(elf.header.e_type, ET_DYN);
    assert_eq!(elf.interpreter, None);
    assert!(elf.program_headers.iter().all(|header| header.p_type != PT_INTERP));
    assert!(elf.dynamic.is_none());
    assert!(elf.dynrelas.is_empty() && elf.dynrels.is_empty() && elf.pltrelocs.is_empty());
    assert!(elf.shdr_relocs.is_empty());
}

#[test]
fn pages_may_be_as_large_as_they_get() {
    let file = file();
    let elf = elf(&file);
    let segment = elf.program_headers.iter().find(|header| header.p_type == PT_LOAD).expect("there is one");
    // What a kernel maps has to lie in the file as it lies in memory, counted from the beginning of a page.
    assert_eq!(segment.p_offset % LARGEST_PAGE, segment.p_vaddr % LARGEST_PAGE);
    assert!(segment.p_align.is_power_of_two());
}

#[test]
fn its_version_can_be_read_from_the_file() {
    let version = concat!("pause ", env!("CARGO_PKG_VERSION"), "\n").as_bytes();
    assert!(file().windows(version.len()).any(|bytes| bytes == version));
}

#[test]
fn nothing_tells_where_it_was_built() {
    let file = file();
    for trace in [env!("CARGO_MANIFEST_DIR"), "/rustc", ".cargo", "src/", ".rs"] {
        assert!(!file.windows(trace.len()).any(|bytes| bytes == trace.as_bytes()), "{trace} is in it");
    }
}

#[test]
fn it_holds_no_words_of_a_panic() {
    // What `core` would say, or the name of what a panic would call.
    let file = file();
    for words in ["panic", "unwrap", "overflow", "out of bounds", "divide by zero", "unreachable"] {
        assert!(!file.windows(words.len()).any(|bytes| bytes == words.as_bytes()), "{words:?} is in it");
    }
}

#[test]
fn it_needs_nothing_from_anybody() {
    let file = file();
    let elf = elf(&file);
    assert!(elf.libraries.is_empty());
    let undefined = elf.syms.iter().chain(elf.dynsyms.iter()).filter(|symbol| symbol.is_import()).count();
    assert_eq!(undefined, 0);
}

#[test]
fn other_tools_can_read_it() {
    let file = file();
    let elf = elf(&file);
    let names: Vec<_> = elf.section_headers.iter().filter_map(|at| elf.shdr_strtab.get_at(at.sh_name)).collect();
    assert_eq!(names, ["", ".rodata", ".text", ".shstrtab"]);
    let text = elf.section_headers.iter().find(|section| section.is_executable()).expect("there is code");
    assert!(text.vm_range().contains(&(elf.entry as usize)), "the entry point is in the code");
}

#[test]
fn it_takes_a_few_pages_of_memory() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let mut seen: Vec<Memory> = (0..41).map(|_| memory(Pod::with(pause()).pid()).expect("it lives")).collect();
    seen.sort_by_key(|memory| memory.rss);
    let median = seen[seen.len() / 2];
    assert!(median.rss <= RSS_MEDIAN, "the median of the resident memory is {median:?}");
    let most = seen[seen.len() - 1];
    assert!(most.rss <= RSS_MOST, "the most resident memory is {most:?}");
    let page_tables = seen.iter().map(|memory| memory.page_tables).max().expect("there are some");
    assert!(page_tables <= PAGE_TABLES_MOST, "the page tables take {page_tables} KiB");
}

#[test]
fn idle_it_never_wakes_up() {
    let pod = Pod::with(pause());
    let cost = || (context_switches(pod.pid()).expect("it lives"), cpu_time(pod.pid()).expect("it lives"));
    let before = cost();
    sleep(Duration::from_secs(3)); // the time it has to stay asleep in
    assert_eq!(cost(), before);
}

#[test]
fn a_debug_build_links_and_runs_too() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_pause"));
    program.stderr(Stdio::null());
    let pod = Pod::with(program);
    pod.signal(Signal::SIGTERM);
    assert_eq!(pod.wait().status.code(), Some(0));
}
