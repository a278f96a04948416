//! 64-bit POWER, little-endian (ELFv2): system calls by `sc`, which tells an error by a flag (cr0.SO) and returns its
//! number as it is, not negated.

use super::Argument;

/// Defines `_start`, where the kernel enters the program: calls `$main` with the initial stack and leaves with the
/// status that it returns.
#[doc(hidden)]
#[macro_export]
macro_rules! entry_point {
    ($main:path) => {
        // SAFETY: the kernel enters here once, with the initial stack in r1, aligned to 16 bytes (Linux:
        // `create_elf_tables`), and the address of this function in r12 (`start_thread`). No other code defines this
        // name: start files of a C library are not linked.
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn _start() -> ! {
            core::arch::naked_asm!(
                "0:",
                "addis 2, 12, .TOC.-0b@ha", // from where on functions find constants; those called here rely on it
                "addi 2, 2, .TOC.-0b@l",
                "mr 3, 1",                  // argc, argv and the rest are the first argument
                "li 0, 0",
                "mtlr 0",                   // nowhere to return to,
                "stdu 0, -32(1)",           // and the outermost frame, in which main saves what it has to
                "bl {main}",
                "li 0, {exit_group}",       // what main returned is the status: both are in r3
                "sc",
                ".long 0",                  // a seccomp profile refused even the exit: die of it, never spin
                main = sym $main,
                exit_group = const $crate::sys::SYS_EXIT_GROUP,
            )
        }
    };
}

/// Makes the system call `number` and returns what the kernel puts into `r3`, negated if it is an error.
///
/// # Safety
/// The arguments must be what the call of that number asks for.
#[inline(always)]
pub unsafe fn syscall(number: usize, [a, b, c, d, e]: [Argument; 5]) -> isize {
    let result;
    // SAFETY: the caller vouches for the call. The registers that the kernel may change are listed (Linux:
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
