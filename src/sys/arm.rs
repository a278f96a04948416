//! 32-bit Arm: system calls by `svc`, with the number in r7 and an error as a negative result (the "EABI").

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
                "mov r11, #0",           // the outermost frame, for whoever unwinds the stack,
                "mov lr, #0",            // and nowhere to return to
                "mov r0, sp",            // argc, argv and the rest are the first argument
                "bl {main}",
                "mov r7, #{exit_group}", // what main returned is the status: both are in r0
                "svc #0",
                "udf #0",                // a seccomp profile refused even the exit: die of it, never spin
                main = sym $main,
                exit_group = const $crate::sys::SYS_EXIT_GROUP,
            )
        }
    };
}

/// Makes the system call `number` and returns what the kernel puts into `r0`.
///
/// # Safety
/// The arguments must be what the call of that number asks for.
#[inline(always)]
pub unsafe fn syscall(number: usize, [a, b, c, d, e]: [Argument; 5]) -> isize {
    let result;
    // SAFETY: the caller vouches for the call. Of the registers the kernel changes r0 alone (`vector_swi` saves and
    // restores the others), and it does not use this stack. r7 is put back.
    unsafe {
        core::arch::asm!(
            "mov {r7}, r7", // may be the compiler's frame pointer, which it lends to nobody
            "mov r7, {number}",
            "svc #0",
            "mov r7, {r7}",
            r7 = out(reg) _,
            number = in(reg) number,
            inlateout("r0") a => result,
            in("r1") b,
            in("r2") c,
            in("r3") d,
            in("r4") e,
            options(nostack),
        );
    }
    result
}
