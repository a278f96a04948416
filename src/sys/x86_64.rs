//! x86-64: system calls by `syscall`, with an error as a negative result.

use super::Argument;

/// Defines `_start`, where the kernel enters the program: calls `$main` with the initial stack and leaves with the
/// status that it returns.
#[doc(hidden)]
#[macro_export]
macro_rules! entry_point {
    ($main:path) => {
        // SAFETY: the kernel enters here once, with the initial stack in rsp (System V ABI, AMD64, 3.4.1 "Initial
        // Stack and Register State"). No other code defines this name: start files of a C library are not linked.
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn _start() -> ! {
            core::arch::naked_asm!(
                "xor ebp, ebp",          // the outermost frame, for whoever unwinds the stack
                "mov rdi, rsp",          // argc, argv and the rest are the first argument
                "and rsp, -16",          // calls expect this alignment,
                "call {main}",           // and a call, not a jump, keeps it
                "mov edi, eax",          // what main returns is the status
                "mov eax, {exit_group}",
                "syscall",
                "ud2",                   // a seccomp profile refused even the exit: die of it, never spin
                main = sym $main,
                exit_group = const $crate::sys::SYS_EXIT_GROUP,
            )
        }
    };
}

/// Makes the system call `number` and returns what the kernel puts into `rax`.
///
/// # Safety
/// The arguments must be what the call of that number asks for.
#[inline(always)]
pub unsafe fn syscall(number: usize, [a, b, c, d, e]: [Argument; 5]) -> isize {
    let result;
    // SAFETY: the caller vouches for the call. Of the registers the kernel changes rax, rcx (the return address) and
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
