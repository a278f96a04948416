//! 32-bit Arm: system calls by `svc`, with the number in r7 and an error as a negative result (the "EABI").

use super::Register;

// The kernel enters with the initial stack in sp, aligned to 16 bytes (Linux: `create_elf_tables`).
#[doc(hidden)]
#[macro_export]
macro_rules! start_instructions {
    () => {
        concat!(
            "mov r11, #0\n", // no outer frame, for a stack unwinder
            "mov r0, sp\n",  // the first argument of main is the address of argc
            "bl {main}\n",
            "mov r7, #{exit_group}\n", // the status stays where main returned it, in r0
            "svc #0\n",
            "udf #0\n",
        )
    };
}

#[inline(always)]
pub unsafe fn syscall(number: usize, [a, b, c, d, e]: [Register; 5]) -> isize {
    let result;
    // SAFETY: the caller guarantees the arguments. Of the registers the kernel changes r0 alone (`vector_swi` saves and
    // restores the others), and it does not use this stack.
    unsafe {
        core::arch::asm!(
            "svc #0",
            in("r7") number, // the compiler refuses r7 in Thumb code, where it is the frame pointer
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

pub const CLONE_TAKES_STACK_FIRST: bool = false;
