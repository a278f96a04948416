//! x86-64: system calls by `syscall`, with an error as a negative result.

use super::Register;

/// The instructions of `_start`. The kernel enters here once, with the initial stack in rsp (System V ABI, AMD64,
/// 3.4.1 "Initial Stack and Register State").
#[doc(hidden)]
#[macro_export]
macro_rules! start_instructions {
    () => {
        concat!(
            "xor ebp, ebp\n", // no outer frame, for a stack unwinder
            "mov rdi, rsp\n", // the first argument of main is the address of argc
            "and rsp, -16\n", // functions expect this alignment at a call
            "call {main}\n",  // a jump would leave the stack misaligned
            "mov edi, eax\n", // the status that main returned
            "mov eax, {exit_group}\n",
            "syscall\n",
            "ud2\n", // a seccomp profile refused exit_group: crash rather than go on
        )
    };
}

/// Makes the system call `number` and returns what the kernel puts into `rax`.
///
/// # Safety
/// The arguments must be those that this system call takes.
#[inline(always)]
pub unsafe fn syscall(number: usize, [a, b, c, d, e]: [Register; 5]) -> isize {
    let result;
    // SAFETY: the caller guarantees the arguments. Of the registers the kernel changes rax, rcx (the return address) and
    // r11 (the flags) alone (Intel SDM, SYSCALL), and it does not use this stack.
    unsafe {
        core::arch::asm!(
            "syscall",
            inlateout("rax") number => result,
            in("rdi") a,
            in("rsi") b,
            in("rdx") c,
            in("r10") d, // not rcx, as in a function call: the instruction overwrites it
            in("r8") e,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    result
}

/// The first two arguments of `clone`, in the order that this architecture takes them (`man 2 clone`, "C library/kernel
/// differences").
pub fn clone_arguments(flags: usize, stack: usize) -> [usize; 2] {
    [flags, stack]
}

/// The number of `rt_sigtimedwait` with a 64-bit time, where the call of that name takes a 32-bit one. Such calls have
/// the same number on every 32-bit architecture.
pub const SYS_RT_SIGTIMEDWAIT_TIME64: Option<libc::c_long> = None;

/// The number of `ppoll` with a 64-bit time, likewise.
pub const SYS_PPOLL_TIME64: Option<libc::c_long> = None;
