//! Seccomp filters that make system calls fail.

use libc::sock_filter;
use nix::errno::Errno;
use nix::sys::prctl::set_no_new_privs;
use std::io;
use std::mem::offset_of;

/// Errors that a security profile, an old kernel or an emulator returns.
pub const ERRORS: [Errno; 4] = [Errno::EPERM, Errno::ENOSYS, Errno::EINVAL, Errno::EAGAIN];

/// A compiled filter.
pub type Filter = Vec<sock_filter>;

/// A system call, or only the calls of it with a certain argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The number of the system call.
    pub number: libc::c_long,
    /// The index of the argument, the mask of the bits that are compared, and their values.
    pub argument: Option<(u8, u32, u32)>,
}

impl Call {
    /// Returns all calls with this number.
    pub const fn every(number: libc::c_long) -> Self {
        Self { number, argument: None }
    }

    /// Returns the calls whose argument at `index` equals `value` in the bits of `mask`.
    pub const fn with(number: libc::c_long, index: u8, mask: u32, value: u32) -> Self {
        Self { number, argument: Some((index, mask, value)) }
    }

    /// Returns the instructions that end the filter with `end` if this is the call, whose number is loaded.
    fn matched(self, end: sock_filter) -> Vec<sock_filter> {
        let number = self.number as u32;
        let Some((index, mask, value)) = self.argument else { return vec![if_equal(number, 0, 1), end] };
        vec![
            if_equal(number, 0, 5),
            load(low_half_of_argument(index)),
            instruction(libc::BPF_ALU | libc::BPF_AND | libc::BPF_K, 0, 0, mask),
            if_equal(value & mask, 0, 1),
            end,
            action(libc::SECCOMP_RET_ALLOW), // the number is no longer loaded
        ]
    }
}

/// Returns a filter that makes every call with these numbers fail with `error`, and allows all others.
pub fn refuse(calls: &[libc::c_long], error: Errno) -> Filter {
    refuse_some(&calls.iter().copied().map(Call::every).collect::<Vec<_>>(), error)
}

/// Like [`refuse`], for calls with different numbers.
pub fn refuse_some(calls: &[Call], error: Errno) -> Filter {
    matching(calls, libc::SECCOMP_RET_ERRNO | error as u32)
}

/// Returns a filter that takes this action for these calls, with different numbers, and allows all others.
pub fn matching(calls: &[Call], value: u32) -> Filter {
    let mut program = vec![load(offset_of!(libc::seccomp_data, nr))];
    program.extend(calls.iter().flat_map(|call| call.matched(action(value))));
    program.push(action(libc::SECCOMP_RET_ALLOW));
    program
}

/// Like [`refuse`], for programs of 32-bit x86, with the numbers of that architecture. Calls of other architectures are
/// allowed.
pub fn refuse_i386(calls: &[u32], error: Errno) -> Filter {
    const AUDIT_ARCH_I386: u32 = 0x4000_0003; // `linux/audit.h`
    let mut program = vec![
        load(offset_of!(libc::seccomp_data, arch)),
        if_equal(AUDIT_ARCH_I386, 1, 0),
        action(libc::SECCOMP_RET_ALLOW),
    ];
    program.extend(refuse(&calls.iter().map(|&call| call as libc::c_long).collect::<Vec<_>>(), error));
    program
}

/// Returns where the lower half of an argument is in `seccomp_data`.
pub(crate) fn low_half_of_argument(index: u8) -> usize {
    let low_half = if cfg!(target_endian = "big") { 4 } else { 0 };
    offset_of!(libc::seccomp_data, args) + usize::from(index) * size_of::<u64>() + low_half
}

/// Returns the instruction that loads a word of `seccomp_data`.
pub(crate) fn load(offset: usize) -> sock_filter {
    instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, offset as u32)
}

/// Returns the instruction that skips `jt` instructions if the loaded word equals `value`, otherwise `jf`.
pub(crate) fn if_equal(value: u32, jt: usize, jf: usize) -> sock_filter {
    instruction(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, jt, jf, value)
}

/// Returns the instruction that ends the filter with this action.
pub(crate) fn action(value: u32) -> sock_filter {
    instruction(libc::BPF_RET | libc::BPF_K, 0, 0, value)
}

fn instruction(code: u32, jt: usize, jf: usize, k: u32) -> sock_filter {
    let jump = |distance| u8::try_from(distance).expect("a short filter");
    sock_filter { code: code as u16, jt: jump(jt), jf: jump(jf), k }
}

/// Applies a filter to this process, and to the programs that it executes. Sets `no_new_privs` too. System calls only.
pub fn apply(filter: &Filter) -> io::Result<()> {
    set_no_new_privs()?;
    install(filter, 0).map(drop)
}

/// Installs a filter with these flags. Returns the result of the call.
pub(crate) fn install(filter: &Filter, flags: libc::c_ulong) -> io::Result<libc::c_long> {
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_ptr().cast_mut() };
    // SAFETY: the kernel reads the program, which lives until the call returns.
    let result = unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const program) };
    Ok(Errno::result(result)?)
}
