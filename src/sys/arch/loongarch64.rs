//! 64-bit LoongArch: system calls by `syscall`, with an error as a negative result.

use super::Register;

// The kernel enters with the initial stack in $sp, aligned to 16 bytes (Linux: `create_elf_tables`).
#[doc(hidden)]
#[macro_export]
macro_rules! start_instructions {
    () => {
        concat!(
            "move $fp, $zero\n", // no outer frame, for a stack unwinder
            "move $a0, $sp\n",   // the first argument of main is the address of argc
            "bl {main}\n",
            "li.w $a7, {exit_group}\n", // the status stays where main returned it, in $a0
            "syscall 0\n",
            "break 0\n",
        )
    };
}

#[inline(always)]
pub unsafe fn syscall(number: usize, [a, b, c, d, e]: [Register; 5]) -> isize {
    let result;
    // SAFETY: the caller guarantees the arguments. Of the registers the kernel changes $a0 and the temporary ones alone
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

pub const CLONE_TAKES_STACK_FIRST: bool = false;
