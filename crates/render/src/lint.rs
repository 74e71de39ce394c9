//! What a template must not use, found in its syntax tree before it ever runs.
//!
//! The world gives templates no files, packages or clock anyway; this lint refuses what the world cannot: compiled
//! plug-ins and code made at run time. It is run when a template is saved and again before it is used.

use crate::templates::{MAX_TEMPLATE, Template};
use serde::{Deserialize, Serialize};
use typst::syntax::{SyntaxKind, SyntaxNode, parse};

/// One refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Virtual path of the file.
    pub file: String,
    /// What is refused, as written.
    pub what: String,
    /// Why.
    pub reason: Reason,
}

/// Why something is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Runs code that nobody can read (`plugin`, `eval`).
    HiddenCode,
    /// Comes from outside the template (`@preview/...`).
    Package,
    /// Does not belong to a template (path outside `/template/`).
    Path,
    /// All files together are larger than a template may be.
    Size,
    /// Cannot be parsed.
    Syntax,
}

/// Names whose use is refused wherever they stand.
const HIDDEN_CODE: [&str; 2] = ["plugin", "eval"];

/// Everything that is refused in `template`.
pub fn check(template: &Template) -> Vec<Refusal> {
    let mut found = Vec::new();
    let mut refuse = |file: &str, what: &str, reason| {
        found.push(Refusal { file: file.to_owned(), what: what.to_owned(), reason });
    };
    if template.files.values().map(String::len).sum::<usize>() > MAX_TEMPLATE {
        refuse("", "", Reason::Size);
    }
    for (path, text) in &template.files {
        if !path.starts_with("/template/") || path.contains("..") {
            refuse(path, path, Reason::Path);
        }
        let root = parse(text);
        if let Some(error) = root.errors_and_warnings().0.first() {
            refuse(path, &error.message, Reason::Syntax);
        }
        walk(&root, &mut |node| match node.kind() {
            SyntaxKind::Ident | SyntaxKind::MathIdent if HIDDEN_CODE.contains(&node.leaf_text().as_str()) => {
                refuse(path, node.leaf_text(), Reason::HiddenCode);
            }
            SyntaxKind::Str if node.leaf_text().trim_start_matches('"').starts_with('@') => {
                refuse(path, node.leaf_text(), Reason::Package);
            }
            _ => {}
        });
    }
    found
}

fn walk(node: &SyntaxNode, visit: &mut impl FnMut(&SyntaxNode)) {
    // A list instead of recursion: a template may be nested more deeply than the stack is.
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        visit(node);
        open.extend(node.children());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::templates::{MAIN, STANDARD, shipped};

    fn reasons(text: &str) -> Vec<Reason> {
        let template = Template { id: "t".into(), files: [(MAIN.to_owned(), text.to_owned())].into() };
        check(&template).into_iter().map(|refusal| refusal.reason).collect()
    }

    #[test]
    fn the_shipped_template_is_clean() {
        assert_eq!(check(shipped(STANDARD).unwrap()), vec![]);
    }

    #[test]
    fn hidden_code_is_found_wherever_it_stands() {
        for text in
            ["#eval(\"1\")", "#let p = plugin", "$ eval(1) $", "#std.eval(\"1\")", "#import std: eval as e"]
        {
            assert_eq!(reasons(text), vec![Reason::HiddenCode], "{text}");
        }
        assert_eq!(reasons("#import \"@preview/x:1.0.0\": y"), vec![Reason::Package]);
        assert_eq!(reasons("the plugin and eval are only words here"), vec![]);
        assert_eq!(reasons("#let ("), vec![Reason::Syntax]);
    }

    #[test]
    fn a_template_is_small_and_stays_in_its_folder() {
        assert_eq!(reasons(&" ".repeat(MAX_TEMPLATE + 1)), vec![Reason::Size]);
        let template =
            Template { id: "t".into(), files: [("/data/view.json".to_owned(), String::new())].into() };
        assert_eq!(check(&template).first().map(|refusal| refusal.reason), Some(Reason::Path));
    }
}
