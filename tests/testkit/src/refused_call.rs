//! Seccomp filters that make system calls fail.

use nix::errno::Errno;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter, sock_filter,
};
use std::collections::BTreeMap;
use std::io;
use std::mem::offset_of;

/// Errors that a security profile, an old kernel or an emulator returns.
pub const ERRORS: [Errno; 4] = [Errno::EPERM, Errno::ENOSYS, Errno::EINVAL, Errno::EAGAIN];

/// A compiled filter.
pub type Filter = BpfProgram;

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

    fn rule(self) -> Option<SeccompRule> {
        let (index, mask, value) = self.argument?;
        let operator = SeccompCmpOp::MaskedEq(mask.into());
        let condition = SeccompCondition::new(index, SeccompCmpArgLen::Dword, operator, value.into());
        let rule = condition.and_then(|condition| SeccompRule::new(vec![condition]));
        Some(rule.expect("a system call has this argument"))
    }
}

/// Returns a filter that makes every call with these numbers fail with `error`, and allows all others.
pub fn refuse(calls: &[libc::c_long], error: Errno) -> Filter {
    refuse_some(&calls.iter().copied().map(Call::every).collect::<Vec<_>>(), error)
}

/// Like [`refuse`], for calls with different numbers.
pub fn refuse_some(calls: &[Call], error: Errno) -> Filter {
    let rules: BTreeMap<_, _> = calls.iter().map(|call| (call.number, call.rule().into_iter().collect())).collect();
    let architecture = std::env::consts::ARCH.try_into().expect("seccompiler knows this architecture");
    SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(error as u32), architecture)
        .and_then(BpfProgram::try_from)
        .expect("a short filter compiles")
}

/// Like [`refuse`], for programs of 32-bit x86, with the numbers of that architecture. Calls of other architectures are
/// allowed. By hand: seccompiler does not support that architecture.
pub fn refuse_i386(calls: &[u32], error: Errno) -> Filter {
    const AUDIT_ARCH_I386: u32 = 0x4000_0003; // `linux/audit.h`
    let count = calls.len();
    let mut program = vec![
        load(offset_of!(libc::seccomp_data, arch)),
        if_equal(AUDIT_ARCH_I386, 0, count + 1), // otherwise to the instruction that allows the call
        load(offset_of!(libc::seccomp_data, nr)),
    ];
    // A jump counts the instructions that it skips. This one goes to the last instruction, which refuses.
    program.extend(calls.iter().enumerate().map(|(index, &call)| if_equal(call, count - index, 0)));
    program.push(action(libc::SECCOMP_RET_ALLOW));
    program.push(action(libc::SECCOMP_RET_ERRNO | error as u32));
    program
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

/// Applies a filter to this process, and to the programs that it executes. Sets `no_new_privs` too.
pub fn apply(filter: &Filter) -> io::Result<()> {
    apply_filter(filter).map_err(|_| io::Error::last_os_error())
}
