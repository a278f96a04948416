//! What a compiler takes for granted: functions that its output calls, for copies and strings, and a C library has.
//!
//! A program that is built without any of these calls has none of them in its file.

/// Defines them for a program. They are as simple as they can be: nothing here copies much, or often.
#[doc(hidden)]
#[macro_export]
macro_rules! memory_functions {
    () => {
        /// # Safety
        /// As `man 3 memcpy`: called by the compiler's own code.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, bytes: usize) -> *mut u8 {
            for i in 0..bytes {
                // SAFETY: the caller has that many bytes at both. Volatile, as the compiler would otherwise recognise
                // the loop for what it is, and call this function.
                unsafe { to.add(i).write_volatile(*from.add(i)) };
            }
            to
        }

        /// # Safety
        /// As `man 3 memset`: called by the compiler's own code.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn memset(to: *mut u8, byte: core::ffi::c_int, bytes: usize) -> *mut u8 {
            for i in 0..bytes {
                // SAFETY: the caller has that many bytes. Volatile for the same reason.
                unsafe { to.add(i).write_volatile(byte as u8) };
            }
            to
        }

        /// # Safety
        /// As `man 3 bcmp`: called by the compiler's own code.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, bytes: usize) -> core::ffi::c_int {
            // SAFETY: the caller has that many bytes at both. Volatile for the same reason.
            let differ = |i| unsafe { a.add(i).read_volatile() != b.add(i).read_volatile() };
            (0..bytes).any(differ).into()
        }

        /// # Safety
        /// As `man 3 strlen`: called by `core`.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn strlen(string: *const u8) -> usize {
            let mut length = 0;
            // SAFETY: the caller has a string that ends with a NUL, which is where this ends. Volatile for the same
            // reason.
            while unsafe { string.add(length).read_volatile() } != 0 {
                length += 1;
            }
            length
        }
    };
}
