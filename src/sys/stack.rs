//! The initial stack: `argc`, `argc` pointers to the arguments and a null pointer, then pointers to the environment's
//! strings and a null pointer.

use super::Errno;
use super::process::execve;
use core::ffi::{CStr, c_char};
use core::marker::PhantomData;
use core::slice;

/// The arguments and the environment of this process, where the kernel left them.
///
/// The entry point passes it to `main` as the address of the initial stack. Nothing else makes one, and it cannot be
/// copied: so this value is the only way to read or write the pointers there. The strings that it points to live as long
/// as `'a`.
#[repr(transparent)]
pub struct InitialStack<'a>(*mut usize, PhantomData<&'a CStr>);

impl<'a> InitialStack<'a> {
    /// Whether an argument, other than the program's own name, equals `flag`, which is in lower case. The argument's ASCII
    /// case is ignored.
    pub fn has_argument(&self, flag: &CStr) -> bool {
        self.arguments().iter().skip(1).any(|&argument| equals(argument, flag))
    }

    /// The argument at `index`; 0 is the program's own name.
    pub fn argument(&self, index: usize) -> Option<&'a CStr> {
        // SAFETY: each of these pointers is that of a string that ends with a NUL and lives as long as `'a`.
        self.arguments().get(index).map(|&argument| unsafe { CStr::from_ptr(argument) })
    }

    /// The value of the environment's first variable that begins with `prefix`, a name and `=`.
    pub fn variable(&self, prefix: &[u8]) -> Option<&'a CStr> {
        let mut slot = self.environment();
        loop {
            // SAFETY: `slot` is not past the null pointer, since the loop ends there. The other pointers are those of strings
            // that end with a NUL and live as long as `'a`.
            unsafe {
                let variable = *slot;
                if variable.is_null() {
                    return None;
                }
                if let Some(value) = after_prefix(variable, prefix) {
                    return Some(CStr::from_ptr(value));
                }
                slot = slot.add(1);
            }
        }
    }

    /// Puts `replacement` in the place of every variable of the environment that begins with `prefix`, or removes them. A
    /// prefix that ends with a NUL is a whole variable. Returns whether there was one.
    pub fn replace_variables(&mut self, prefix: &[u8], replacement: Option<&'a CStr>) -> bool {
        let mut is_any_meant = false;
        let (mut from, mut to) = (self.environment().cast_mut(), self.environment().cast_mut());
        loop {
            // SAFETY: neither `from` nor `to`, which is never ahead of it, is past the null pointer, since the loop ends
            // there. The stack is writable (ELF header, PT_GNU_STACK), and this value is borrowed alone.
            unsafe {
                let variable = *from;
                let is_meant = !variable.is_null() && after_prefix(variable, prefix).is_some();
                if let Some(pointer) = if is_meant { replacement.map(CStr::as_ptr) } else { Some(variable) } {
                    *to = pointer;
                    to = to.add(1);
                }
                if variable.is_null() {
                    return is_any_meant;
                }
                is_any_meant |= is_meant;
                from = from.add(1);
            }
        }
    }

    /// Has `shell` execute the script at `path`, with the arguments that follow the one at `index`, which names the
    /// script. Returns only if that failed.
    pub fn execute_script(&mut self, shell: &CStr, path: &CStr, index: usize) -> Errno {
        if index == 0 || index >= self.arguments().len() {
            return Errno::ENOEXEC; // there is no argument that names it, or none before it to take the shell's name
        }
        // SAFETY: `index` and `index - 1` are those of arguments. The stack is writable, and this value is borrowed alone.
        // The pointers are put back before the strings that they name can go away.
        unsafe {
            let slot = self.0.add(index).cast::<[*const c_char; 2]>();
            let before = *slot;
            *slot = [shell.as_ptr(), path.as_ptr()];
            let error = execve(shell, self, index - 1);
            *slot = before;
            error
        }
    }

    /// The vector of the arguments from `index` on, for [`execve`]. Empty where there are none.
    pub(super) fn arguments_from(&self, index: usize) -> *const *const c_char {
        let index = index.min(self.arguments().len());
        // SAFETY: `argc` pointers and a null pointer follow `argc`, so there is one at this index.
        unsafe { self.0.add(1 + index).cast_const().cast() }
    }

    /// The vector of the environment, which begins after the null pointer of the arguments.
    pub(super) fn environment(&self) -> *const *const c_char {
        // SAFETY: at least the environment's own null pointer is there.
        unsafe { self.0.add(1 + self.arguments().len() + 1).cast_const().cast() }
    }

    /// All arguments, the program's own name first. Empty if `argc` is 0.
    fn arguments(&self) -> &[*const c_char] {
        // SAFETY: this is the address of `argc`, and `argc` pointers follow it (System V ABI, "Initial Process Stack";
        // Linux: `create_elf_tables`). They are written only where this value is borrowed mutably.
        unsafe { slice::from_raw_parts(self.0.add(1).cast_const().cast(), *self.0) }
    }
}

/// What follows `prefix` in a string that ends with a NUL. The NUL may be the last byte of the prefix.
fn after_prefix(string: *const c_char, prefix: &[u8]) -> Option<*const c_char> {
    let mut string = string;
    for byte in prefix {
        // SAFETY: the walk goes on only after a byte that equals one of `prefix`. A NUL may only be the last of them.
        unsafe {
            if *string.cast::<u8>() != *byte {
                return None;
            }
            string = string.add(1);
        }
    }
    Some(string)
}

/// Whether a string that ends with a NUL equals `flag`, its ASCII case ignored.
///
/// It looks no further than the first difference, so the length of the string does not matter.
fn equals(string: *const c_char, flag: &CStr) -> bool {
    // SAFETY: the callers pass pointers to strings that end with a NUL. The walk goes on to the next byte only after one
    // that equals a byte of `flag` and is not its last, so not a NUL.
    let byte = |i| unsafe { *string.cast::<u8>().add(i) };
    flag.to_bytes_with_nul().iter().enumerate().all(|(i, wanted)| byte(i).to_ascii_lowercase() == *wanted)
}

#[cfg(test)]
mod tests;
