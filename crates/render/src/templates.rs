//! Templates: Typst sources, and the hash by which a document names the one it was made with.

use crate::{catalogue, fonts};
use fieldseal_domain::{Digest, Language, content::TemplateRef};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::LazyLock};

/// The file a template begins with.
pub const MAIN: &str = "/template/main.typ";
/// Name of the template that all shipped kinds use.
pub const STANDARD: &str = "standard";
/// Most bytes of all files of a template.
pub const MAX_TEMPLATE: usize = 256 * 1024;

/// A template: sources by virtual path, all below `/template/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Name.
    pub id: String,
    /// Sources by virtual path; [`MAIN`] is among them.
    pub files: BTreeMap<String, String>,
}

const STANDARD_FILES: [(&str, &str); 4] = [
    (MAIN, include_str!("../templates/standard/main.typ")),
    ("/template/look.typ", include_str!("../templates/standard/look.typ")),
    ("/template/blocks.typ", include_str!("../templates/standard/blocks.typ")),
    ("/template/signing.typ", include_str!("../templates/standard/signing.typ")),
];

/// The shipped template of that name.
pub fn shipped(id: &str) -> Option<&'static Template> {
    static ALL: LazyLock<Template> = LazyLock::new(|| Template {
        id: STANDARD.to_owned(),
        files: STANDARD_FILES.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect(),
    });
    (id == STANDARD).then(|| &*ALL)
}

impl Template {
    /// What a document stores: name, and SHA-256 over every file of the template, every font and the texts of the
    /// language. Whatever could change the pages changes this hash.
    pub fn reference(&self, language: Language) -> TemplateRef {
        let mut statement = String::new();
        for (path, text) in &self.files {
            statement.push_str(&format!("{path}\0{}\n", Digest::of(text.as_bytes())));
        }
        statement.push_str(&format!("fonts\0{}\n", *FONTS_DIGEST));
        statement.push_str(&format!("texts\0{}\n", Digest::of(catalogue::source(language).as_bytes())));
        TemplateRef {
            id: self.id.clone(),
            hash: Digest::in_context("fieldseal/template/v1", statement.as_bytes()),
        }
    }
}

static FONTS_DIGEST: LazyLock<Digest> = LazyLock::new(|| {
    let digests: Vec<u8> = fonts::files().flat_map(|bytes| Digest::of(bytes).0).collect();
    Digest::of(&digests)
});

/// The reference a document of a shipped template carries; nothing for a name we do not ship.
pub fn reference(id: &str, language: Language) -> Option<TemplateRef> {
    shipped(id).map(|template| template.reference(language))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_hash_changes_with_language_and_source() {
        let standard = shipped(STANDARD).unwrap();
        let english = standard.reference(Language::En);
        assert_ne!(english.hash, standard.reference(Language::Ro).hash);
        let mut other = standard.clone();
        other.files.insert("/template/more.typ".into(), String::new());
        assert_ne!(english.hash, other.reference(Language::En).hash);
        assert_eq!(reference("standard", Language::En), Some(english));
        assert_eq!(reference("x", Language::En), None);
    }
}
