//! The grammar in `docs/init.md`, which decides what `init` accepts.

use bnf::{Grammar, Term};

const DOCUMENT: &str = include_str!("../../../docs/init.md");

/// The characters of words. The grammar does not define them.
pub const CHARACTERS: std::ops::RangeInclusive<char> = '!'..='~';

/// Returns the grammar of the document, with definitions of the symbols that it does not define.
pub fn grammar() -> Grammar {
    let block = DOCUMENT.split("```bnf\n").nth(1).and_then(|rest| rest.split("```").next());
    let block = block.expect("the document has a grammar");
    let alternatives = |except: char| {
        let characters = CHARACTERS.filter(|character| *character != except);
        let quoted =
            characters.map(|character| if character == '"' { "'\"'".into() } else { format!("\"{character}\"") });
        quoted.collect::<Vec<_>>().join(" | ")
    };
    let open = format!(
        "<word> ::= <character> <rest>\n<program> ::= \"-\" | <first> <rest>\n<first> ::= {}\n<character> ::= {}\n",
        alternatives('-'),
        alternatives('\0')
    );
    format!("{block}\n{open}").parse().expect("the grammar is in BNF")
}

/// Whether the grammar derives a sentence from a symbol.
pub fn derives(grammar: &Grammar, symbol: &str, sentence: &str) -> bool {
    let start = Term::Nonterminal(symbol.into());
    let parser = grammar.build_parser().expect("the grammar is complete");
    parser.parse_input_starting_with(sentence, &start).next().is_some()
}
