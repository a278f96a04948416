//! x86-64: system calls by `syscall`, with an error as a negative result.

use super::Register;

// The kernel enters with the initial stack in rsp, aligned to 16 bytes (System V ABI, AMD64, 3.4.1 "Initial Stack and
// Register State").
#[doc(hidden)]
#[macro_export]
macro_rules! start_instructions {
    () => {
        concat!(
            "xor ebp, ebp\n", // no outer frame, for a stack unwinder
            "mov rdi, rsp\n", // the first argument of main is the address of argc
            "call {main}\n",  // a jump would leave the stack misaligned
            "mov edi, eax\n", // the status that main returned
            "mov eax, {exit_group}\n",
            "syscall\n",
            "ud2\n",
        )
    };
}

#[inline(always)]
pub unsafe fn syscall(number: usize, [a, b, c, d, e]: [Register; 5]) -> isize {
    let result;
    // SAFETY: the caller guarantees the arguments. Of the registers the kernel changes rax, rcx and r11 alone (System V
    // ABI, AMD64, A.2.1), and it does not use this stack.
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

pub const CLONE_TAKES_STACK_FIRST: bool = false;
