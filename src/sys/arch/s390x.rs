//! z/Architecture: system calls by `svc`, with an error as a negative result.

use super::Register;

// The kernel enters with the initial stack in r15, aligned to 16 bytes (Linux: `create_elf_tables`).
#[doc(hidden)]
#[macro_export]
macro_rules! start_instructions {
    () => {
        concat!(
            "lgr %r2, %r15\n",          // the first argument of main is the address of argc
            "aghi %r15, -160\n",        // the frame in which main may save registers
            "xc 0(8, %r15), 0(%r15)\n", // no outer frame
            "brasl %r14, {main}\n",
            "lghi %r1, {exit_group}\n", // the status stays where main returned it, in r2
            "svc 0\n",
            ".short 0\n",
        )
    };
}

#[inline(always)]
pub unsafe fn syscall(number: usize, [a, b, c, d, e]: [Register; 5]) -> isize {
    let result;
    // SAFETY: the caller guarantees the arguments. Of the registers the kernel changes r2 alone (`system_call` saves
    // and restores the others), and it does not use this stack.
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

pub const CLONE_TAKES_STACK_FIRST: bool = true;
