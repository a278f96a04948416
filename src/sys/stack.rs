//! The initial stack: `argc`, the pointers to the arguments, a null pointer, the pointers to the variables of the
//! environment, and a null pointer.

use super::errno::check_unit;
use super::{Errno, syscall};
use core::ffi::{CStr, c_char};
use core::marker::PhantomData;
use core::slice;

/// The arguments and the environment of this process, as the kernel has stored them.
///
/// The value is the address of the initial stack, which the entry point passes to `main`. Safe code cannot make such a
/// value, and it cannot be copied. So it is the only way to read or write the pointers there. The strings live as long
/// as `'a`.
#[repr(transparent)]
pub struct InitialStack<'a>(*mut usize, PhantomData<&'a CStr>);

impl<'a> InitialStack<'a> {
    /// Returns the stack at `address`. The programs do not call this: only tests lay out a stack.
    ///
    /// # Safety
    /// There must be what the kernel stores there, and nobody else may read or write it as long as the result lives. The
    /// strings must live as long as `'a`.
    pub unsafe fn at(address: *mut usize) -> Self {
        Self(address, PhantomData)
    }

    /// Whether one of the arguments after the program's own name equals `flag`, which is in lower case. The ASCII case
    /// of the argument does not matter.
    pub fn has_argument(&self, flag: &CStr) -> bool {
        // SAFETY: each of these pointers is that of a string that ends with a NUL.
        self.arguments().iter().skip(1).any(|&argument| unsafe { equals(argument, flag) })
    }

    /// Returns the argument at `index`. At 0 it is the program's own name.
    pub fn argument(&self, index: usize) -> Option<&'a CStr> {
        // SAFETY: each of these pointers is that of a string that ends with a NUL and lives as long as `'a`.
        self.arguments().get(index).map(|&argument| unsafe { CStr::from_ptr(argument) })
    }

    /// Returns the value of a variable of the environment. `prefix` is its name and `=`. If there are several, the
    /// first one counts.
    pub fn variable(&self, prefix: &CStr) -> Option<&'a CStr> {
        let mut slot = self.environment();
        loop {
            // SAFETY: `slot` is not past the null pointer, since the loop ends there. The other pointers are those of
            // strings that end with a NUL and live as long as `'a`. No byte of the prefix is a NUL.
            unsafe {
                let variable = *slot;
                if variable.is_null() {
                    return None;
                }
                if let Some(value) = after_prefix(variable, prefix.to_bytes()) {
                    return Some(CStr::from_ptr(value));
                }
                slot = slot.add(1);
            }
        }
    }

    /// Removes every variable of the environment. `prefix` is its name and `=`.
    pub fn remove_variable(&mut self, prefix: &CStr) {
        // SAFETY: no byte is a NUL.
        unsafe { self.replace(prefix.to_bytes(), None) };
    }

    /// Replaces every variable of the environment that equals `old`. Returns whether there was one.
    pub fn replace_variable(&mut self, old: &CStr, new: &'a CStr) -> bool {
        // SAFETY: only the last byte is a NUL.
        unsafe { self.replace(old.to_bytes_with_nul(), Some(new)) }
    }

    /// Replaces every variable that begins with `prefix`, or removes it if there is no replacement. If `prefix` ends
    /// with a NUL, the whole variable must be equal. Returns whether there was one.
    ///
    /// # Safety
    /// Only the last byte of `prefix` may be a NUL.
    unsafe fn replace(&mut self, prefix: &[u8], replacement: Option<&'a CStr>) -> bool {
        let mut found = false;
        let (mut from, mut to) = (self.environment().cast_mut(), self.environment().cast_mut());
        loop {
            // SAFETY: `from` is not past the null pointer, where the loop ends, and `to` is never ahead of `from`. The
            // other pointers are those of strings that end with a NUL, and the caller guarantees the prefix. The kernel
            // maps every stack writable (`VM_STACK_FLAGS`), and nobody else borrows this value.
            unsafe {
                let variable = *from;
                let matches = !variable.is_null() && after_prefix(variable, prefix).is_some();
                let kept = if matches { replacement.map(CStr::as_ptr) } else { Some(variable) };
                if let Some(pointer) = kept {
                    *to = pointer;
                    to = to.add(1);
                }
                if variable.is_null() {
                    return found;
                }
                found |= matches;
                from = from.add(1);
            }
        }
    }

    /// Executes the program at `path` in this process, with the arguments from the one at `first` on, and with this
    /// environment (`man 2 execve`). Returns only if that fails.
    pub fn execute(&self, path: &CStr, first: usize) -> Errno {
        let arguments = [path.as_ptr().into(), self.arguments_from(first).into(), self.environment().into()];
        // SAFETY: the kernel reads a string and two vectors of strings, each of which ends with a null pointer. All of
        // them live until the call returns.
        let result = check_unit(unsafe { syscall(libc::SYS_execve, arguments) });
        result.err().unwrap_or(Errno::ENOEXEC) // success does not return
    }

    /// Executes the script at `path` by `shell`, with the arguments after the one at `index`, which names the script.
    /// Returns only if that fails.
    pub fn execute_script(&mut self, shell: &CStr, path: &CStr, index: usize) -> Errno {
        if index == 0 || index >= self.arguments().len() {
            return Errno::ENOEXEC; // no argument names the script, or there is none before it for the shell's name
        }
        // SAFETY: both pointers are those of arguments. The stack is writable, as above, and nobody else borrows this
        // value. The pointers are restored before the strings at the new ones can be freed.
        unsafe {
            // Word 0 is `argc`, so this is the argument before the script's name, and then the script's name.
            let slot = self.0.add(index).cast::<[*const c_char; 2]>();
            let before = *slot;
            *slot = [shell.as_ptr(), path.as_ptr()];
            let error = self.execute(shell, index - 1);
            *slot = before;
            error
        }
    }

    /// Returns the vector of the arguments from `index` on, for [`Self::execute`]. It is empty if there are none.
    fn arguments_from(&self, index: usize) -> *const *const c_char {
        let index = index.min(self.arguments().len());
        // SAFETY: `argc` pointers and a null pointer follow `argc`, so there is one at this index.
        unsafe { self.0.add(1 + index).cast_const().cast() }
    }

    /// Returns the vector of the environment, which follows the null pointer of the arguments.
    fn environment(&self) -> *const *const c_char {
        // SAFETY: at least the null pointer of the environment is there.
        unsafe { self.0.add(1 + self.arguments().len() + 1).cast_const().cast() }
    }

    /// Returns all arguments. The first one is the program's own name. There are none if `argc` is 0.
    fn arguments(&self) -> &[*const c_char] {
        // SAFETY: this is the address of `argc`, and `argc` pointers follow it (System V ABI, "Initial Process Stack";
        // Linux: `create_elf_tables`). Only methods that borrow this value mutably write them.
        unsafe { slice::from_raw_parts(self.0.add(1).cast_const().cast(), *self.0) }
    }
}

/// Returns the rest of a string after `prefix`, if it begins with that.
///
/// # Safety
/// `string` must point to a string that ends with a NUL. Only the last byte of `prefix` may be a NUL.
unsafe fn after_prefix(string: *const c_char, prefix: &[u8]) -> Option<*const c_char> {
    let mut string = string;
    for byte in prefix {
        // SAFETY: the caller guarantees a NUL, and the loop does not continue after it: only the last byte of `prefix`
        // may equal it.
        unsafe {
            if *string.cast::<u8>() != *byte {
                return None;
            }
            string = string.add(1);
        }
    }
    Some(string)
}

/// Whether a string that ends with a NUL equals `flag`, except for its ASCII case. Stops at the first difference, so a
/// long string takes no longer.
///
/// # Safety
/// `string` must point to a string that ends with a NUL.
unsafe fn equals(string: *const c_char, flag: &CStr) -> bool {
    // SAFETY: the caller guarantees a NUL. The loop does not continue after it: only the last byte of `flag` equals it.
    let byte = |i| unsafe { *string.cast::<u8>().add(i) };
    flag.to_bytes_with_nul().iter().enumerate().all(|(i, wanted)| byte(i).to_ascii_lowercase() == *wanted)
}

#[cfg(test)]
mod tests;
