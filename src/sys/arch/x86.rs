//! 32-bit x86: system calls by `int 0x80`, with an error as a negative result.

use super::Register;

// The kernel enters with the initial stack in esp (System V ABI, Intel386, "Process Initialization").
#[doc(hidden)]
#[macro_export]
macro_rules! start_instructions {
    () => {
        concat!(
            "xor ebp, ebp\n", // no outer frame, for a stack unwinder
            "mov eax, esp\n", // the first argument of main is the address of argc
            "and esp, -16\n", // functions expect this alignment at a call
            "sub esp, 12\n",  // with the argument 16 bytes, so the stack stays aligned
            "push eax\n",
            "call {main}\n",
            "mov ebx, eax\n", // the status that main returned
            "mov eax, {exit_group}\n",
            "int 0x80\n",
            "ud2\n",
        )
    };
}

#[inline(always)]
pub unsafe fn syscall(number: usize, [a, b, c, d, e]: [Register; 5]) -> isize {
    let result;
    // SAFETY: the caller guarantees the arguments. Of the registers the kernel changes eax alone (`entry_INT80_32`
    // saves and restores the others; in a 64-bit kernel `entry_INT80_compat` or `int80_emulation` does), and it does
    // not use this stack. The second xchg restores esi.
    unsafe {
        core::arch::asm!(
            "xchg esi, {d}", // the compiler reserves esi, so it cannot be an operand
            "int 0x80",
            "xchg esi, {d}",
            inlateout("eax") number => result,
            in("ebx") a,
            in("ecx") b,
            in("edx") c,
            d = in(reg) d,
            in("edi") e,
            options(nostack),
        );
    }
    result
}

pub const CLONE_TAKES_STACK_FIRST: bool = false;
