//! z/Architecture: system calls by `svc`, with an error as a negative result.

use super::Argument;

/// Defines `_start`, where the kernel enters the program: calls `$main` with the initial stack and leaves with the
/// status that it returns.
#[doc(hidden)]
#[macro_export]
macro_rules! entry_point {
    ($main:path) => {
        // SAFETY: the kernel enters here once, with the initial stack in r15, aligned to 16 bytes (Linux:
        // `create_elf_tables`). No other code defines this name: start files of a C library are not linked.
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn _start() -> ! {
            core::arch::naked_asm!(
                "lgr %r2, %r15",            // argc, argv and the rest are the first argument
                "aghi %r15, -160",          // the outermost frame, in which main saves what it has to,
                "xc 0(8, %r15), 0(%r15)",   // and which no other comes before
                "brasl %r14, {main}",
                "lghi %r1, {exit_group}",   // what main returned is the status: both are in r2
                "svc 0",
                ".short 0",                 // a seccomp profile refused even the exit: die of it, never spin
                main = sym $main,
                exit_group = const $crate::sys::SYS_EXIT_GROUP,
            )
        }
    };
}

/// Makes the system call `number` and returns what the kernel puts into `r2`.
///
/// # Safety
/// The arguments must be what the call of that number asks for.
#[inline(always)]
pub unsafe fn syscall(number: usize, [a, b, c, d, e]: [Argument; 5]) -> isize {
    let result;
    // SAFETY: the caller vouches for the call. Of the registers the kernel changes r2 alone (`system_call` saves and
    // restores the others), and it does not use this stack.
    unsafe {
        core::arch::asm!(
            "svc 0", // the number is in r1
            in("r1") number,
            inlateout("r2") a => result,
            in("r3") b,
            in("r4") c,
            in("r5") d,
            in("r6") e,
            options(nostack),
        );
    }
    result
}
