//! 32-bit x86: system calls by `int 0x80`, with an error as a negative result.

use super::Register;

/// The instructions of `_start`. The kernel enters here once, with the initial stack in esp (System V ABI, Intel386,
/// "Process Initialization").
#[doc(hidden)]
#[macro_export]
macro_rules! start_instructions {
    () => {
        concat!(
            "xor ebp, ebp\n", // no outer frame, for a stack unwinder
            "mov eax, esp\n", // the first argument of main is the address of argc
            "and esp, -16\n", // aligned to 16 bytes once it is on the stack
            "sub esp, 12\n",
            "push eax\n",
            "call {main}\n",
            "mov ebx, eax\n", // the status that main returned
            "mov eax, {exit_group}\n",
            "int 0x80\n",
            "ud2\n", // a seccomp profile refused exit_group: crash rather than go on
        )
    };
}

/// Makes the system call `number` and returns what the kernel puts into `eax`.
///
/// # Safety
/// The arguments must be those that this system call takes.
#[inline(always)]
pub unsafe fn syscall(number: usize, [a, b, c, d, e]: [Register; 5]) -> isize {
    let result;
    // SAFETY: the caller guarantees the arguments. Of the registers the kernel changes eax alone (`entry_INT80_32` saves
    // and restores the others), and it does not use this stack. esi is put back.
    unsafe {
        core::arch::asm!(
            "xchg esi, {d}", // the compiler keeps it to itself and lends it to nobody
            "int 0x80",
            "xchg esi, {d}",
            inlateout("eax") number => result,
            in("ebx") a,
            in("ecx") b,
            in("edx") c,
            d = in(reg) d,
            in("edi") e,
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
pub const SYS_RT_SIGTIMEDWAIT_TIME64: Option<libc::c_long> = Some(421);

/// The number of `ppoll` with a 64-bit time, likewise.
pub const SYS_PPOLL_TIME64: Option<libc::c_long> = Some(414);
