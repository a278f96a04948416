//! AArch64: system calls by `svc`, with an error as a negative result.

use super::Argument;

/// Defines `_start`, where the kernel enters the program: calls `$main` with the initial stack and leaves with the
/// status that it returns.
#[doc(hidden)]
#[macro_export]
macro_rules! entry_point {
    ($main:path) => {
        // SAFETY: the kernel enters here once, with the initial stack in sp, aligned to 16 bytes (Linux:
        // `create_elf_tables`). No other code defines this name: start files of a C library are not linked.
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn _start() -> ! {
            core::arch::naked_asm!(
                "mov x29, #0",           // the outermost frame, for whoever unwinds the stack,
                "mov x30, #0",           // and nowhere to return to
                "mov x0, sp",            // argc, argv and the rest are the first argument
                "bl {main}",
                "mov w8, #{exit_group}", // what main returned is the status: both are in w0
                "svc #0",
                "udf #0",                // a seccomp profile refused even the exit: die of it, never spin
                main = sym $main,
                exit_group = const $crate::sys::SYS_EXIT_GROUP,
            )
        }
    };
}

/// Makes the system call `number` and returns what the kernel puts into `x0`.
///
/// # Safety
/// The arguments must be what the call of that number asks for.
#[inline(always)]
pub unsafe fn syscall(number: usize, [a, b, c, d, e]: [Argument; 5]) -> isize {
    let result;
    // SAFETY: the caller vouches for the call. Of the registers in use the kernel changes x0 alone (`el0_svc` saves and
    // restores the others; of the vectors it may drop what SVE adds, which no code here uses), and it does not use this
    // stack.
    unsafe {
        core::arch::asm!(
            "svc #0",
            in("x8") number,
            inlateout("x0") a => result,
            in("x1") b,
            in("x2") c,
            in("x3") d,
            in("x4") e,
            options(nostack),
        );
    }
    result
}
