//! System calls that fail, by a seccomp filter.

use nix::errno::Errno;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter, sock_filter,
};
use std::collections::BTreeMap;
use std::io;
use std::mem::offset_of;

/// Errors that a security profile, an old kernel or an emulator answers with.
pub const ERRORS: [Errno; 4] = [Errno::EPERM, Errno::ENOSYS, Errno::EINVAL, Errno::EAGAIN];

/// A filter, compiled.
pub type Filter = BpfProgram;

/// A system call, or those calls of it that have a certain argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    pub number: libc::c_long,
    /// The index of the argument, which of its bits are looked at, and their values.
    pub argument: Option<(u8, u32, u32)>,
}

impl Call {
    /// Every call with this number.
    pub const fn every(number: libc::c_long) -> Self {
        Self { number, argument: None }
    }

    /// Those whose argument at this index has these values in the bits of `mask`.
    pub const fn with(number: libc::c_long, index: u8, mask: u32, value: u32) -> Self {
        Self { number, argument: Some((index, mask, value)) }
    }

    fn rule(self) -> Option<SeccompRule> {
        let (index, mask, value) = self.argument?;
        let operator = SeccompCmpOp::MaskedEq(mask.into());
        let condition = SeccompCondition::new(index, SeccompCmpArgLen::Dword, operator, value.into());
        let rule = condition.and_then(|condition| SeccompRule::new(vec![condition]));
        Some(rule.expect("an argument of a system call"))
    }
}

/// A filter, compiled: every call of these numbers is answered with `error`, every other one is let through.
pub fn refuse(calls: &[libc::c_long], error: Errno) -> Filter {
    refuse_some(&calls.iter().copied().map(Call::every).collect::<Vec<_>>(), error)
}

/// The same, for calls of which each has a number of its own.
pub fn refuse_some(calls: &[Call], error: Errno) -> Filter {
    let rules: BTreeMap<_, _> = calls.iter().map(|call| (call.number, call.rule().into_iter().collect())).collect();
    let architecture = std::env::consts::ARCH.try_into().expect("seccompiler knows this architecture");
    SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(error as u32), architecture)
        .and_then(BpfProgram::try_from)
        .expect("a filter of a few calls compiles")
}

/// The same for a program of 32-bit x86, which seccompiler does not know: calls of these numbers, as that architecture has
/// them, are refused, and every call of another architecture is let through.
pub fn refuse_i386(calls: &[u32], error: Errno) -> Filter {
    const AUDIT_ARCH_I386: u32 = 0x4000_0003; // `linux/audit.h`
    let instruction = |code: u32, jt: usize, jf: usize, k: u32| {
        let jump = |distance| u8::try_from(distance).expect("a filter of a few calls");
        sock_filter { code: code as u16, jt: jump(jt), jf: jump(jf), k }
    };
    let load = |offset: usize| instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, offset as u32);
    let if_equal = |value, jt, jf| instruction(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, jt, jf, value);
    let answer = |value| instruction(libc::BPF_RET | libc::BPF_K, 0, 0, value);
    let count = calls.len();
    let mut program = vec![
        load(offset_of!(libc::seccomp_data, arch)),
        if_equal(AUDIT_ARCH_I386, 0, count + 1), // or else to the answer that lets it through
        load(offset_of!(libc::seccomp_data, nr)),
    ];
    // The distance of a jump is the number of instructions that it skips: to the last one, which refuses.
    program.extend(calls.iter().enumerate().map(|(index, &call)| if_equal(call, count - index, 0)));
    program.push(answer(libc::SECCOMP_RET_ALLOW));
    program.push(answer(libc::SECCOMP_RET_ERRNO | error as u32));
    program
}

/// Puts a filter on this process, and on whatever it executes. It sets `no_new_privs` as well.
pub fn apply(filter: &Filter) -> io::Result<()> {
    apply_filter(filter).map_err(|_| io::Error::last_os_error())
}
