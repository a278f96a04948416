//! The entry point of a program, and a panic handler that does not link where a panic can be reached.

/// The number of `exit_group`, for [`program!`](crate::program).
pub const SYS_EXIT_GROUP: libc::c_long = libc::SYS_exit_group;

/// Defines the entry point: `program!(main)` makes the kernel run `main`, which takes the
/// [`InitialStack`](crate::sys::stack::InitialStack) and returns the status to exit with.
///
/// The kernel enters a program at `_start`. The instructions there are those of `start_instructions!` in the
/// architecture's file.
#[macro_export]
macro_rules! program {
    ($main:path) => {
        const _: extern "C" fn($crate::sys::stack::InitialStack<'static>) -> core::ffi::c_int = $main;

        // SAFETY: the kernel enters here once, in the state that the architecture's file describes. The start files of
        // a C library are not linked, so no other code defines this name.
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn _start() -> ! {
            core::arch::naked_asm!(
                $crate::start_instructions!(),
                main = sym $main,
                exit_group = const $crate::sys::start::SYS_EXIT_GROUP,
            )
        }

        $crate::memory_functions!();

        #[panic_handler]
        fn panic(_: &core::panic::PanicInfo) -> ! {
            $crate::sys::start::panic()
        }
    };
}

/// Handles a panic by a call of a function that does not exist. So a program that can reach a panic does not link.
pub fn panic() -> ! {
    // SAFETY: nothing defines this function, so no program that contains a call of it is linked.
    unsafe extern "C" {
        safe fn a_panic_can_be_reached() -> !;
    }
    a_panic_can_be_reached()
}
