//! What else can be written in a place: another number, text, constant or register.

use proc_macro2::{Delimiter, Ident, LineColumn, Span, TokenStream, TokenTree};
use std::ops::Range;
use syn::Lit;
use syn::spanned::Spanned;

/// One spoiled place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// The line, counted from 1.
    pub line: usize,
    /// The bytes that are replaced.
    pub range: Range<usize>,
    /// What stands there.
    pub old: String,
    /// What is written there.
    pub new: String,
}

/// Other signals, flags and errors, so that a wrong one compiles.
const OTHERS: &[(&str, &str)] = &[
    ("SIG_DFL", "SIG_IGN"),
    ("SIG_IGN", "SIG_DFL"),
    ("SIG_SETMASK", "SIG_BLOCK"),
    ("SIGUSR1", "SIGUSR2"),
    ("SI_USER", "SI_QUEUE"),
    ("SI_KERNEL", "SI_TKILL"),
    ("STDERR_FILENO", "STDOUT_FILENO"),
    ("STDOUT_FILENO", "STDERR_FILENO"),
    ("EINTR", "EAGAIN"),
    ("EAGAIN", "EINTR"),
    ("ENOENT", "EACCES"),
    ("EACCES", "ENOENT"),
    ("ESRCH", "ENOENT"),
    ("ECHILD", "EINTR"),
];

/// Collects them for the text of a file.
pub struct Finder<'a> {
    /// The text.
    pub text: &'a str,
    /// What was found.
    pub found: Vec<Mutant>,
}

impl Finder<'_> {
    /// Adds a place with another text.
    pub fn add(&mut self, span: Span, new: impl Into<String>) {
        let range = span.byte_range();
        self.add_range(range, span.start(), new);
    }

    fn add_range(&mut self, range: Range<usize>, start: LineColumn, new: impl Into<String>) {
        let (old, new) = (self.text[range.clone()].to_owned(), new.into());
        if old != new {
            self.found.push(Mutant { line: start.line, range, old, new });
        }
    }

    /// Replaces the text of one part by that of another.
    pub fn put(&mut self, whole: &impl Spanned, part: &impl Spanned) {
        let new = self.text[part.span().byte_range()].to_owned();
        self.add(whole.span(), new);
    }

    /// A number or a text.
    pub fn literal(&mut self, literal: &Lit, span: Span) {
        match literal {
            Lit::Int(number) => {
                let Ok(value) = number.base10_parse::<u64>() else { return };
                // Large numbers are times and sizes, whose last digit is no promise.
                let others = if value > 1000 { [0, value * 100] } else { [value + 1, value.saturating_sub(1)] };
                for other in others.into_iter().filter(|other| *other != value) {
                    self.add(span, format!("{other}{}", number.suffix()));
                }
            }
            Lit::Bool(value) => self.add(span, (!value.value).to_string()),
            Lit::Byte(_) => self.add(span, "b'\\x01'"),
            Lit::Str(_) | Lit::ByteStr(_) | Lit::CStr(_) => self.spoil_text(span),
            _ => {}
        }
    }

    /// Changes the first character of a text between quotes.
    fn spoil_text(&mut self, span: Span) {
        let old = &self.text[span.byte_range()];
        let Some((before, rest)) = old.split_once('"') else { return };
        let mut characters = rest.chars();
        // Not an escape, which may be longer than a character, nor the end.
        if let Some(first) = characters.next().filter(|first| !['"', '\\', '{'].contains(first)) {
            let other = if first == 'X' { 'Y' } else { 'X' };
            self.add(span, format!("{before}\"{other}{}", characters.as_str()));
        }
    }

    /// A name of a constant, which is the last part of a path.
    pub fn constant(&mut self, name: &Ident) {
        let text = name.to_string();
        let other = OTHERS.iter().find(|(old, _)| *old == text).map(|(_, other)| *other);
        let is_signal =
            text.len() > 5 && text.starts_with("SIG") && text.chars().all(|c| c.is_ascii_uppercase() || c.is_numeric());
        if let Some(other) = other.or(is_signal.then_some("SIGUSR1")) {
            self.add(name.span(), other);
        }
    }

    /// The arguments of a macro, which are tokens: numbers, texts, constants, and the registers of `asm!`.
    pub fn tokens(&mut self, tokens: TokenStream, is_assembly: bool) {
        let mut registers: Vec<Span> = Vec::new();
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (i, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => {
                    let is_operand = group.delimiter() == Delimiter::Parenthesis && is_assembly;
                    let register = group.stream().into_iter().next().filter(|_| is_operand);
                    if let (Some(TokenTree::Literal(name)), Some(TokenTree::Ident(_))) =
                        (register, i.checked_sub(1).map(|i| &tokens[i]))
                    {
                        registers.push(name.span());
                    } else {
                        self.tokens(group.stream(), is_assembly);
                    }
                }
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    if text.starts_with('"') {
                        self.add(literal.span(), "\"\""); // an instruction, or a part of a message
                    } else if let Ok(literal) = syn::parse_str::<Lit>(&text) {
                        self.literal(&literal, token.span());
                    }
                }
                TokenTree::Ident(name) => self.constant(name),
                TokenTree::Punct(_) => {}
            }
        }
        // Each register in the place of the next.
        for pair in registers.windows(2) {
            let [first, second] = [pair[0].byte_range(), pair[1].byte_range()];
            let [old, between, new] =
                [first.clone(), first.end..second.start, second.clone()].map(|range| &self.text[range]);
            self.add_range(first.start..second.end, pair[0].start(), format!("{new}{between}{old}"));
        }
    }
}
