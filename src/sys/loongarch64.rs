//! 64-bit LoongArch: system calls by `syscall`, with an error as a negative result.

use super::Argument;

/// Defines `_start`, where the kernel enters the program: calls `$main` with the initial stack and leaves with the
/// status that it returns.
#[doc(hidden)]
#[macro_export]
macro_rules! entry_point {
    ($main:path) => {
        // SAFETY: the kernel enters here once, with the initial stack in $sp, aligned to 16 bytes (Linux:
        // `create_elf_tables`). No other code defines this name: start files of a C library are not linked.
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn _start() -> ! {
            core::arch::naked_asm!(
                "move $fp, $zero",          // the outermost frame, for whoever unwinds the stack,
                "move $ra, $zero",          // and nowhere to return to
                "move $a0, $sp",            // argc, argv and the rest are the first argument
                "bl {main}",
                "li.w $a7, {exit_group}",   // what main returned is the status: both are in $a0
                "syscall 0",
                "break 0",                  // a seccomp profile refused even the exit: die of it, never spin
                main = sym $main,
                exit_group = const $crate::sys::SYS_EXIT_GROUP,
            )
        }
    };
}

/// Makes the system call `number` and returns what the kernel puts into `$a0`.
///
/// # Safety
/// The arguments must be what the call of that number asks for.
#[inline(always)]
pub unsafe fn syscall(number: usize, [a, b, c, d, e]: [Argument; 5]) -> isize {
    let result;
    // SAFETY: the caller vouches for the call. Of the registers the kernel changes $a0 and the temporary ones alone
    // (Linux: `handle_syscall`), and it does not use this stack.
    unsafe {
        core::arch::asm!(
            "syscall 0",
            in("$a7") number,
            inlateout("$a0") a => result,
            in("$a1") b,
            in("$a2") c,
            in("$a3") d,
            in("$a4") e,
            lateout("$t0") _,
            lateout("$t1") _,
            lateout("$t2") _,
            lateout("$t3") _,
            lateout("$t4") _,
            lateout("$t5") _,
            lateout("$t6") _,
            lateout("$t7") _,
            lateout("$t8") _,
            options(nostack),
        );
    }
    result
}
