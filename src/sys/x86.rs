//! 32-bit x86: system calls by `int 0x80`, with an error as a negative result.

use super::Argument;

/// Defines `_start`, where the kernel enters the program: calls `$main` with the initial stack and leaves with the
/// status that it returns.
#[doc(hidden)]
#[macro_export]
macro_rules! entry_point {
    ($main:path) => {
        // SAFETY: the kernel enters here once, with the initial stack in esp (System V ABI, Intel386, "Process
        // Initialization"). No other code defines this name: start files of a C library are not linked.
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn _start() -> ! {
            core::arch::naked_asm!(
                "xor ebp, ebp",          // the outermost frame, for whoever unwinds the stack
                "mov eax, esp",          // argc, argv and the rest are the first argument,
                "and esp, -16",          // which goes onto the stack, where calls expect this alignment
                "sub esp, 12",
                "push eax",
                "call {main}",
                "mov ebx, eax",          // what main returns is the status
                "mov eax, {exit_group}",
                "int 0x80",
                "ud2",                   // a seccomp profile refused even the exit: die of it, never spin
                main = sym $main,
                exit_group = const $crate::sys::SYS_EXIT_GROUP,
            )
        }
    };
}

/// Makes the system call `number` and returns what the kernel puts into `eax`.
///
/// # Safety
/// The arguments must be what the call of that number asks for.
#[inline(always)]
pub unsafe fn syscall(number: usize, [a, b, c, d, e]: [Argument; 5]) -> isize {
    let result;
    // SAFETY: the caller vouches for the call. Of the registers the kernel changes eax alone (`entry_INT80_32` saves
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
