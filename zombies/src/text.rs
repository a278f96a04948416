//! Makes text of bytes that another program has chosen: nothing in it can steer a terminal.

use std::fmt::Write;

/// Returns the bytes as text. Control characters, characters that change the direction of text, invisible ones, and bytes
/// that are not UTF-8 become escapes as in Rust, and so do backslashes.
pub fn harmless(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => text.push_str(r"\\"),
                '\n' => text.push_str(r"\n"),
                '\t' => text.push_str(r"\t"),
                '\r' => text.push_str(r"\r"),
                _ if character.is_control() || is_invisible(character) => text.extend(character.escape_unicode()),
                _ => text.push(character),
            }
        }
        for byte in chunk.invalid() {
            _ = write!(text, "\\x{byte:02x}"); // a String accepts all writes
        }
    }
    text
}

/// Returns whether a character has no width, or changes the direction of the text after it.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
