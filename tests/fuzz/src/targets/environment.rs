//! The variables of the initial stack: found, replaced and removed. The first line is a name, the second a replacement,
//! the third says what is done, and the others are the variables.

use super::lines;
use crate::stack::Stack;
use std::ffi::CString;

/// Runs the target.
pub fn fuzz(bytes: &[u8]) {
    let [name, replacement, action, environment @ ..] = &lines(bytes)[..] else { return };
    let mut stack = Stack::new(&[b"init"], environment);
    let [name, replacement] = [name, replacement].map(|line| CString::new(*line).expect("no byte is a NUL"));

    let value = environment.iter().find_map(|variable| variable.strip_prefix(name.as_bytes()));
    let mut initial = stack.initial();
    assert_eq!(initial.variable(&name).map(|value| value.to_bytes()), value);

    let mut expected = environment.to_vec();
    if action.is_empty() {
        initial.remove_variable(&name);
        expected.retain(|variable| !variable.starts_with(name.as_bytes()));
    } else {
        let is_equal = |variable: &&[u8]| *variable == name.as_bytes();
        let found = initial.replace_variable(&name, &replacement);
        assert_eq!(found, environment.iter().any(is_equal));
        expected
            .iter_mut()
            .filter(|variable| is_equal(variable))
            .for_each(|variable| *variable = replacement.as_bytes());
    }
    let left = stack.environment(&replacement);
    assert_eq!(left.iter().map(|variable| variable.to_bytes()).collect::<Vec<_>>(), expected);
}
