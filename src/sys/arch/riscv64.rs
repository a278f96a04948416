//! 64-bit RISC-V: system calls by `ecall`, with an error as a negative result.

use super::Register;

// The kernel enters with the initial stack in sp, aligned to 16 bytes (Linux: `create_elf_tables`).
#[doc(hidden)]
#[macro_export]
macro_rules! start_instructions {
    () => {
        concat!(
            "li fp, 0\n",  // no outer frame, for a stack unwinder
            "mv a0, sp\n", // the first argument of main is the address of argc
            "call {main}\n",
            "li a7, {exit_group}\n", // the status stays where main returned it, in a0
            "ecall\n",
            "unimp\n",
        )
    };
}

#[inline(always)]
pub unsafe fn syscall(number: usize, [a, b, c, d, e]: [Register; 5]) -> isize {
    let result;
    // SAFETY: the caller guarantees the arguments. Of the registers in use the kernel changes a0 alone
    // (`handle_exception` saves and restores the others; it may discard the vector registers, which no code here uses:
    // Documentation/arch/riscv/vector.rst), and it does not use this stack.
    unsafe {
        core::arch::asm!(
            "ecall",
            in("a7") number,
            inlateout("a0") a => result,
            in("a1") b,
            in("a2") c,
            in("a3") d,
            in("a4") e,
            options(nostack),
        );
    }
    result
}

pub const CLONE_TAKES_STACK_FIRST: bool = false;
