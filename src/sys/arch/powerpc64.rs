//! 64-bit POWER, little-endian (ELFv2): system calls by `sc`. A flag (cr0.SO) marks an error, whose number is not
//! negated.

use super::Register;

// The kernel enters with the initial stack in r1, aligned to 16 bytes (Linux: `create_elf_tables`), and with the
// address of this function in r12 (`start_thread`).
#[doc(hidden)]
#[macro_export]
macro_rules! start_instructions {
    () => {
        concat!(
            "0:\n",
            "addis 2, 12, .TOC.-0b@ha\n", // functions find constants relative to r2
            "addi 2, 2, .TOC.-0b@l\n",
            "mr 3, 1\n",        // the first argument of main is the address of argc
            "li 0, 0\n",        // no outer frame, for a stack unwinder
            "stdu 0, -32(1)\n", // the frame in which main may save r2 and lr
            "bl {main}\n",
            "li 0, {exit_group}\n", // the status stays where main returned it, in r3
            "sc\n",
            ".long 0\n",
        )
    };
}

#[inline(always)]
pub unsafe fn syscall(number: usize, [a, b, c, d, e]: [Register; 5]) -> isize {
    let result;
    // SAFETY: the caller guarantees the arguments. The registers that the kernel may change are listed (Linux:
    // Documentation/arch/powerpc/syscall64-abi.rst), and it does not use this stack.
    unsafe {
        core::arch::asm!(
            "sc",
            "bns+ 2f",
            "neg 3, 3",
            "2:",
            inlateout("r0") number => _,
            inlateout("r3") a => result,
            inlateout("r4") b => _,
            inlateout("r5") c => _,
            inlateout("r6") d => _,
            inlateout("r7") e => _,
            lateout("r8") _,
            lateout("r9") _,
            lateout("r10") _,
            lateout("r11") _,
            lateout("r12") _,
            lateout("cr0") _,
            lateout("cr1") _,
            lateout("cr5") _,
            lateout("cr6") _,
            lateout("cr7") _,
            lateout("ctr") _,
            lateout("xer") _,
            options(nostack),
        );
    }
    result
}

pub const CLONE_TAKES_STACK_FIRST: bool = false;
