//! The functions of a C library that compiled code and `core` may call: they copy, fill and compare memory, and measure
//! strings.
//!
//! The linker leaves out those that a program does not call.

/// Defines these functions for a program. They are simple rather than fast, because the programs copy little.
#[doc(hidden)]
#[macro_export]
macro_rules! memory_functions {
    () => {
        /// # Safety
        /// As `man 3 memcpy`. Compiled code calls it.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, bytes: usize) -> *mut u8 {
            for i in 0..bytes {
                // SAFETY: the caller guarantees that many bytes at both. The access is volatile because the compiler
                // would otherwise replace this loop by a call of this function.
                unsafe { to.add(i).write_volatile(*from.add(i)) };
            }
            to
        }

        /// # Safety
        /// As `man 3 memset`. Compiled code calls it.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn memset(to: *mut u8, byte: core::ffi::c_int, bytes: usize) -> *mut u8 {
            for i in 0..bytes {
                // SAFETY: the caller guarantees that many bytes. Volatile as above.
                unsafe { to.add(i).write_volatile(byte as u8) };
            }
            to
        }

        /// # Safety
        /// As `man 3 bcmp`. Compiled code calls it.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, bytes: usize) -> core::ffi::c_int {
            // SAFETY: the caller guarantees that many bytes at both. Volatile as above.
            let differ = |i| unsafe { a.add(i).read_volatile() != b.add(i).read_volatile() };
            (0..bytes).any(differ).into()
        }

        /// # Safety
        /// As `man 3 strlen`. `core` calls it.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn strlen(string: *const u8) -> usize {
            let mut length = 0;
            // SAFETY: the caller guarantees a NUL, which ends the loop. Volatile as above.
            while unsafe { string.add(length).read_volatile() } != 0 {
                length += 1;
            }
            length
        }
    };
}
