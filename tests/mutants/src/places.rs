//! Finds the places of a source file that can be spoiled, and what to write there.

use crate::spoil::{Finder, Mutant};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Attribute, BinOp, Expr, ExprBinary, ExprIf, ExprMatch, ExprMethodCall, ExprPath, ExprUnary, ExprWhile, ImplItemFn,
    ItemFn, ItemMod, Lit, Macro, Pat, PatGuard, Stmt, UnOp,
};

/// Finds them in the text of a file, in the order of the text.
///
/// # Errors
/// The text is no Rust source.
pub fn find(text: &str) -> syn::Result<Vec<Mutant>> {
    let mut finder = Finder { text, found: Vec::new() };
    finder.visit_file(&syn::parse_file(text)?);
    finder.found.sort_by_key(|mutant| (mutant.range.start, mutant.range.end));
    finder.found.dedup();
    Ok(finder.found)
}

impl Finder<'_> {
    /// The condition of a branch or a loop: never, and always.
    fn condition(&mut self, condition: &Expr) {
        if has_let(condition) {
            let text = &self.text[condition.span().byte_range()];
            self.add(condition.span(), format!("false && {text}"));
        } else {
            self.add(condition.span(), "false");
            self.add(condition.span(), "true");
        }
    }
}

/// Whether a condition binds a variable.
fn has_let(condition: &Expr) -> bool {
    struct Lets(bool);
    impl Visit<'_> for Lets {
        fn visit_expr_let(&mut self, _: &syn::ExprLet) {
            self.0 = true;
        }
    }
    let mut lets = Lets(false);
    lets.visit_expr(condition);
    lets.0
}

/// Whether these attributes keep an item for tests.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_cfg = attribute.path().is_ident("cfg") || attribute.path().is_ident("test");
        is_cfg && attribute.meta.require_list().map_or(true, |list| list.tokens.to_string().contains("test"))
    })
}

/// Returns what else could stand in the place of an operator.
fn other_operators(operator: &BinOp) -> &'static [&'static str] {
    match operator {
        BinOp::Eq(_) => &["!="],
        BinOp::Ne(_) => &["=="],
        BinOp::Lt(_) => &["<=", ">="],
        BinOp::Le(_) => &["<", ">"],
        BinOp::Gt(_) => &[">=", "<="],
        BinOp::Ge(_) => &[">", "<"],
        BinOp::And(_) => &["||"],
        BinOp::Or(_) => &["&&"],
        BinOp::Add(_) => &["-"],
        BinOp::Sub(_) => &["+"],
        BinOp::Mul(_) => &["+"],
        BinOp::Div(_) | BinOp::Rem(_) => &["*"],
        BinOp::Shl(_) => &[">>"],
        BinOp::Shr(_) => &["<<"],
        BinOp::AddAssign(_) => &["-="],
        BinOp::SubAssign(_) => &["+="],
        BinOp::BitOrAssign(_) => &["&="],
        _ => &[],
    }
}

impl<'a> Visit<'a> for Finder<'_> {
    fn visit_attribute(&mut self, _: &'a Attribute) {} // also documentation

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'a ItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'a ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_lit(&mut self, literal: &'a Lit) {
        self.literal(literal, literal.span());
    }

    fn visit_expr_path(&mut self, path: &'a ExprPath) {
        if let Some(last) = path.path.segments.last() {
            self.constant(&last.ident);
        }
    }

    fn visit_expr_binary(&mut self, binary: &'a ExprBinary) {
        for new in other_operators(&binary.op) {
            self.add(binary.op.span(), *new);
        }
        if matches!(binary.op, BinOp::BitOr(_) | BinOp::BitAnd(_)) {
            self.put(binary, &binary.left);
            self.put(binary, &binary.right);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'a ExprUnary) {
        if matches!(unary.op, UnOp::Not(_) | UnOp::Neg(_)) {
            self.put(unary, &unary.expr);
        }
        visit::visit_expr_unary(self, unary);
    }

    fn visit_expr_if(&mut self, branch: &'a ExprIf) {
        self.condition(&branch.cond);
        visit::visit_expr_if(self, branch);
    }

    fn visit_expr_while(&mut self, repeated: &'a ExprWhile) {
        self.condition(&repeated.cond);
        visit::visit_expr_while(self, repeated);
    }

    fn visit_expr_match(&mut self, choice: &'a ExprMatch) {
        let has_rest = choice.arms.iter().any(|arm| matches!(arm.pat, Pat::Wild(_) | Pat::Ident(_)));
        for arm in &choice.arms {
            if has_rest && !matches!(arm.pat, Pat::Wild(_)) {
                self.add(arm.span(), "");
            }
        }
        visit::visit_expr_match(self, choice);
    }

    fn visit_pat_guard(&mut self, guarded: &'a PatGuard) {
        self.condition(&guarded.guard);
        visit::visit_pat_guard(self, guarded);
    }

    fn visit_expr_method_call(&mut self, call: &'a ExprMethodCall) {
        // Without a conversion, the type is wrong.
        if !["into", "as_bytes", "cast"].contains(&&*call.method.to_string()) {
            self.put(call, &call.receiver);
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::Expr(expression, Some(_)) = statement
            && matches!(
                expression,
                Expr::Call(_)
                    | Expr::MethodCall(_)
                    | Expr::Try(_)
                    | Expr::Assign(_)
                    | Expr::Return(_)
                    | Expr::Break(_)
                    | Expr::Binary(_)
            )
        {
            self.add(statement.span(), "");
        }
        visit::visit_stmt(self, statement);
    }

    fn visit_macro(&mut self, called: &'a Macro) {
        let name = called.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        if !["assert", "panic", "unreachable", "compile_error"].contains(&&*name) {
            self.tokens(called.tokens.clone(), name == "asm");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_place_is_found() {
        for (source, expected) in [
            ("fn f() { if a == 7 {} }", "`a == 7` → `false`, `a == 7` → `true`, `==` → `!=`, `7` → `8`, `7` → `6`"),
            ("fn f() { if let Some(a) = b {} }", "`let Some(a) = b` → `false && let Some(a) = b`"),
            (
                "fn f() { g(libc::SIGINT | !h); }",
                "`g(libc::SIGINT | !h);` → ``, `libc::SIGINT | !h` → `libc::SIGINT`, \
                `libc::SIGINT | !h` → `!h`, `SIGINT` → `SIGUSR1`, `!h` → `h`",
            ),
            (
                "fn f() { match a { 1 if b => c, _ => d } }",
                "`1` → `2`, `1` → `0`, `1 if b => c,` → ``, `b` → `false`, `b` → `true`",
            ),
            ("const A: u8 = B.with(c);", "`B.with(c)` → `B`"),
            ("const A: &str = \"text\";", "`\"text\"` → `\"Xext\"`"),
            (
                "fn f() { asm!(\"svc 0\", in(\"x0\") a, in(\"x1\") b) }",
                "`\"svc 0\"` → `\"\"`, \
                `\"x0\") a, in(\"x1\"` → `\"x1\") a, in(\"x0\"`",
            ),
            ("/// 7\n#[cfg(test)]\nmod tests { const A: u8 = 7; }", ""),
        ] {
            let found: Vec<_> =
                find(source).expect("it is Rust").iter().map(|m| format!("`{}` → `{}`", m.old, m.new)).collect();
            assert_eq!(found.join(", "), expected, "{source}");
        }
    }
}
