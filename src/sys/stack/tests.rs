//! Tests with an initial stack like one that the kernel lays out.

use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use std::ffi::CString;
use std::iter::once;
use std::ptr::{null, without_provenance};

/// A stack with these arguments, the program's name first, and this environment; and the strings that it points to.
fn stack(arguments: &[&[u8]], environment: &[&[u8]]) -> (Vec<*const c_char>, Vec<CString>) {
    let strings: Vec<CString> =
        arguments.iter().chain(environment).map(|bytes| CString::new(*bytes).unwrap()).collect();
    let pointer = |string: &CString| string.as_ptr();
    let (first, second) = strings.split_at(arguments.len());
    let end = null();
    let vectors = first.iter().map(pointer).chain(once(end)).chain(second.iter().map(pointer)).chain(once(end));
    (once(without_provenance(arguments.len())).chain(vectors).collect(), strings)
}

/// Whether a process with these arguments was given `flag`.
fn has_argument(arguments: &[&[u8]], flag: &str) -> bool {
    let (mut words, _strings) = stack(arguments, &[]);
    InitialStack(words.as_mut_ptr().cast(), PhantomData).has_argument(&CString::new(flag).unwrap())
}

#[test]
fn a_flag_is_found_in_any_place_and_case() {
    assert!(has_argument(&[b"pause", b"-v"], "-v"));
    assert!(has_argument(&[b"pause", b"-V"], "-v"));
    assert!(has_argument(&[b"pause", b"", b"x", b"-v", b"y"], "-v"));
}

#[test]
fn the_programs_own_name_is_no_flag() {
    assert!(!has_argument(&[b"-v"], "-v"));
}

#[test]
fn without_arguments_there_is_no_flag() {
    assert!(!has_argument(&[], "-v"));
}

#[test]
fn an_argument_that_only_begins_or_ends_like_a_flag_is_none() {
    for argument in [&b""[..], b"-", b"v", b"-vv", b"-v ", b"--v", b"\xadv", b"-\xd6", b"-6"] {
        assert!(!has_argument(&[b"pause", argument], "-v"), "{argument:?}");
    }
}

/// What a program that is executed would find in its environment.
fn environment_of(stack: &InitialStack) -> Vec<String> {
    let mut slot = stack.environment();
    let mut variables = Vec::new();
    // SAFETY: the vector ends with a null pointer, and each string with a NUL.
    unsafe {
        while !(*slot).is_null() {
            variables.push(CStr::from_ptr(*slot).to_str().unwrap().to_owned());
            slot = slot.add(1);
        }
    }
    variables
}

#[test]
fn a_variable_is_found_replaced_and_removed_by_its_whole_name() {
    let (mut words, _strings) = stack(&[b"init", b"true"], &[b"A=1", b"AB=2", b"A", b"A=3", b"=4", b"B="]);
    let mut stack = InitialStack(words.as_mut_ptr().cast(), PhantomData);
    assert_eq!(stack.variable(c"A="), Some(c"1"));
    assert_eq!(stack.variable(c"B="), Some(c""));
    assert_eq!(stack.variable(c"C="), None);
    assert!(stack.replace_variable(c"A=3", c"A=1"));
    assert_eq!(environment_of(&stack), ["A=1", "AB=2", "A", "A=1", "=4", "B="]);
    assert!(stack.replace_variable(c"A=1", c"A=10"));
    assert!(!stack.replace_variable(c"A=1", c"A=5"));
    assert_eq!(environment_of(&stack), ["A=10", "AB=2", "A", "A=10", "=4", "B="]);
    stack.remove_variable(c"A=");
    stack.remove_variable(c"C=");
    assert_eq!(environment_of(&stack), ["AB=2", "A", "=4", "B="]);
    assert_eq!(stack.argument(1), Some(c"true"));
}

#[test]
fn the_arguments_from_an_index_on_are_empty_behind_the_last() {
    let (mut words, _strings) = stack(&[b"init", b"it"], &[b"A=1"]);
    let argument = words[1..].as_ptr();
    let stack = InitialStack(words.as_mut_ptr().cast(), PhantomData);
    assert_eq!([0, 1, 2].map(|index| stack.arguments_from(index)), [0, 1, 2].map(|index| argument.wrapping_add(index)));
    assert_eq!(stack.arguments_from(3), argument.wrapping_add(2));
}

#[test]
fn a_script_that_cannot_be_executed_leaves_the_arguments_as_they_were() {
    let (mut words, _strings) = stack(&[b"init", b"it", b"x"], &[]);
    let mut stack = InitialStack(words.as_mut_ptr().cast(), PhantomData);
    assert_eq!(stack.execute_script(c"/no/such/shell", c"/it", 1), Errno::ENOENT);
    assert_eq!([0, 1, 2, 3].map(|index| stack.argument(index)), [Some(c"init"), Some(c"it"), Some(c"x"), None]);
    assert_eq!(stack.execute_script(c"/no/such/shell", c"/it", 0), Errno::ENOEXEC);
    assert_eq!(stack.execute_script(c"/no/such/shell", c"/it", 3), Errno::ENOEXEC);
}

/// Arguments that are likely to be near misses.
fn argument() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(1_u8.., 0..8),
        vec(prop::sample::select(&b"-vVgGuU=\x0d\x16"[..]), 0..4),
        "-[vV]".prop_map(Vec::from)
    ]
}

proptest! {
    #[test]
    fn a_flag_is_found_where_an_argument_equals_it(
        arguments in vec(argument(), 0..8),
        flag in prop_oneof![Just("-v"), "[a-z-]{0,6}".prop_map(|flag| &*flag.leak())],
    ) {
        let expected = arguments.iter().skip(1).any(|argument| argument.eq_ignore_ascii_case(flag.as_bytes()));
        let arguments: Vec<&[u8]> = arguments.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(has_argument(&arguments, flag), expected);
    }
}
