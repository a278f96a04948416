//! The release of a kernel: two numbers, as a plain reading of the parts between dots finds them.

use pause::init::kernel_reaping::parse_release;

/// Runs the target.
pub fn fuzz(bytes: &[u8]) {
    let parts: Vec<&[u8]> = bytes.split(|byte| *byte == b'.').collect();
    let number = |part: &[u8]| {
        let is_number = !part.is_empty() && part.iter().all(u8::is_ascii_digit);
        is_number.then(|| str::from_utf8(part).ok()?.parse::<i32>().ok()).flatten()
    };
    let expected = match parts[..] {
        [major, minor, ..] => number(major).zip(number(minor)),
        _ => None,
    };
    assert_eq!(parse_release(bytes), expected);
}
