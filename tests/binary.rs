//! The binary: its size, its contents, and the memory that it uses. The budgets are here.

use goblin::elf::program_header::{PF_R, PF_W, PF_X, PT_GNU_STACK, PT_INTERP, PT_LOAD, ProgramHeader};
use goblin::elf::section_header::SHF_WRITE;
use goblin::elf::{Elf, header::EM_X86_64, header::ET_DYN};
use nix::sys::signal::Signal;
use procfs::process::{MMapPath, Process};
use std::fs;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use testkit::Pod;
use testkit::platform::EmulatorLimit;
use testkit::programs::{path, pause};
use testkit::usage::{Memory, memory};

/// Bytes of the file on amd64, and on any other platform, section headers included.
const FILE_BYTES_AMD64: usize = 1536;
const FILE_BYTES: usize = 2048;

/// Bytes of the largest page on our platforms: that of some kernels on arm64, ppc64le and loong64.
const LARGEST_PAGE: u64 = 64 << 10;

/// KiB of memory on a machine with pages of 4 KiB: the median of all starts, and the maximum. The kernel places the
/// stack at random, so the number of pages varies.
const RSS_MEDIAN: u64 = 12;
const RSS_MOST: u64 = 16;
const PAGE_TABLES_MOST: u64 = 24;
/// The bytes of address space for which one page table is enough.
const PAGE_TABLE_COVERS: u64 = 2 << 20;

static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| fs::read(path("pause")).expect("the release binary"));
static ELF: LazyLock<Elf<'static>> = LazyLock::new(|| Elf::parse(&FILE).expect("an ELF file"));

/// The only program header of this type.
#[track_caller]
fn program_header(kind: u32) -> &'static ProgramHeader {
    let found: Vec<_> = ELF.program_headers.iter().filter(|header| header.p_type == kind).collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    found[0]
}

fn contains(bytes: &str) -> bool {
    FILE.windows(bytes.len()).any(|window| window == bytes.as_bytes())
}

#[test]
fn it_is_within_its_budget_of_bytes() {
    let bytes = FILE.len();
    let budget = if ELF.header.e_machine == EM_X86_64 { FILE_BYTES_AMD64 } else { FILE_BYTES };
    assert!(bytes <= budget, "{bytes} bytes are more than {budget}");
}

#[test]
fn its_only_segment_is_not_writable_and_its_stack_is_not_executable() {
    let segment = program_header(PT_LOAD);
    assert_eq!(segment.p_flags, PF_R | PF_X);
    assert!(segment.p_memsz <= 4096, "{} bytes do not fit in a page", segment.p_memsz);
    assert!(ELF.section_headers.iter().all(|section| section.sh_flags & u64::from(SHF_WRITE) == 0));
    assert_eq!(program_header(PT_GNU_STACK).p_flags, PF_R | PF_W);
}

#[test]
fn it_is_static_and_runs_at_any_address_without_relocation() {
    assert_eq!(ELF.header.e_type, ET_DYN);
    assert_eq!(ELF.interpreter, None);
    assert!(ELF.program_headers.iter().all(|header| header.p_type != PT_INTERP));
    assert!(ELF.dynamic.is_none() && ELF.libraries.is_empty());
    assert!(ELF.dynrelas.is_empty() && ELF.dynrels.is_empty() && ELF.pltrelocs.is_empty());
    assert!(ELF.shdr_relocs.is_empty());
    assert_eq!(ELF.syms.iter().chain(ELF.dynsyms.iter()).filter(|symbol| symbol.is_import()).count(), 0);
}

#[test]
fn a_kernel_with_the_largest_pages_can_load_it() {
    let segment = program_header(PT_LOAD);
    // The kernel maps whole pages of the file, so offset and address must agree within a page.
    assert_eq!(segment.p_offset % LARGEST_PAGE, segment.p_vaddr % LARGEST_PAGE);
    assert!(segment.p_align.is_power_of_two());
}

#[test]
fn it_contains_its_version_and_no_trace_of_the_build_or_of_a_panic() {
    assert!(contains(concat!("pause ", env!("CARGO_PKG_VERSION"), "\n")));
    let build = [env!("CARGO_MANIFEST_DIR"), "/rustc", ".cargo", "src/", ".rs"];
    // The messages of `core`, and the names of functions that panic.
    let panic = ["panic", "unwrap", "overflow", "out of bounds", "divide by zero", "unreachable"];
    for trace in build.into_iter().chain(panic) {
        assert!(!contains(trace), "{trace:?} is in the file");
    }
}

#[test]
fn other_tools_can_read_it() {
    let names: Vec<_> = ELF.section_headers.iter().filter_map(|at| ELF.shdr_strtab.get_at(at.sh_name)).collect();
    assert_eq!(names, ["", ".rodata", ".text", ".shstrtab"]);
    let text = ELF.section_headers.iter().find(|section| section.is_executable()).expect("an executable section");
    assert!(text.vm_range().contains(&(ELF.entry as usize)), "the entry point is in the code");
}

#[test]
fn it_needs_a_few_pages_of_memory() {
    if EmulatorLimit::OwnProcess.applies() {
        return;
    }
    let mut all: Vec<Memory> = (0..41).map(|_| memory_where_stack_has_one_page_table()).collect();
    all.sort_by_key(|memory| memory.rss);
    let (median, most) = (all[all.len() / 2], all[all.len() - 1]);
    assert!(median.rss <= RSS_MEDIAN, "the median of the resident memory is {median:?}");
    assert!(most.rss <= RSS_MOST, "the most resident memory is {most:?}");
    assert!(all.iter().all(|memory| memory.page_tables <= PAGE_TABLES_MOST), "page tables: {all:?}");
}

/// Returns the memory of a `pause`. The kernel places the stack by chance: of 500, about one needs two page tables for it.
/// Such a one is not taken.
fn memory_where_stack_has_one_page_table() -> Memory {
    loop {
        let pod = Pod::with(pause());
        let maps = Process::new(pod.pid().as_raw()).and_then(|process| process.maps()).expect("process 1 is alive");
        let stack = maps.iter().find(|map| map.pathname == MMapPath::Stack).expect("a stack");
        if stack.address.0 / PAGE_TABLE_COVERS == (stack.address.1 - 1) / PAGE_TABLE_COVERS {
            return memory(pod.pid()).expect("process 1 is alive");
        }
    }
}

#[test]
fn a_debug_build_links_and_runs_too() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_pause"));
    program.stderr(Stdio::null());
    let pod = Pod::with(program);
    pod.signal(Signal::SIGTERM);
    assert_eq!(pod.wait().status.code(), Some(0));
}
