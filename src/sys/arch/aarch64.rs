//! AArch64: system calls by `svc`, with an error as a negative result.

use super::Register;

// The kernel enters with the initial stack in sp, aligned to 16 bytes (Linux: `create_elf_tables`).
#[doc(hidden)]
#[macro_export]
macro_rules! start_instructions {
    () => {
        concat!(
            "mov x29, #0\n", // no outer frame, for a stack unwinder
            "mov x0, sp\n",  // the first argument of main is the address of argc
            "bl {main}\n",
            "mov w8, #{exit_group}\n", // the status stays where main returned it, in w0
            "svc #0\n",
            "udf #0\n",
        )
    };
}

#[inline(always)]
pub unsafe fn syscall(number: usize, [a, b, c, d, e]: [Register; 5]) -> isize {
    let result;
    // SAFETY: the caller guarantees the arguments. Of the registers in use the kernel changes x0 alone (`kernel_entry`
    // and `kernel_exit` save and restore the others; it may discard what SVE adds to the vector registers, which no
    // code here uses: Documentation/arch/arm64/sve.rst), and it does not use this stack.
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

pub const CLONE_TAKES_STACK_FIRST: bool = false;
