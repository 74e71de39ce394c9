//! Files attached to a PDF: only the one that matters, the content of the document.

use crate::form;
use crate::pdf::{Dict, Document, Object, PdfError};

/// Name of the attached content; a folder before it does not matter.
const CONTENT_NAME: &str = "document.json";
/// Name trees may be nested this deep.
const MAX_TREE_DEPTH: usize = 8;
/// And may have this many nodes.
const MAX_TREE_NODES: usize = 256;

/// The bytes of `document.json` as attached to a frozen PDF: what R is computed over.
///
/// # Errors
/// [`PdfError`] if the file cannot be read, or two attachments of that name differ.
pub fn document_json(pdf: &[u8]) -> Result<Option<Vec<u8>>, PdfError> {
    let mut all = named_content(&Document::open(pdf)?)?;
    all.dedup();
    match all.len() {
        0 | 1 => Ok(all.pop()),
        _ => Err(PdfError::structure("two different attachments have the name of the content")),
    }
}

/// The decoded bytes of every attachment of that name, by either way readers find one:
/// /Names /EmbeddedFiles and /AF.
pub(crate) fn named_content(document: &Document<'_>) -> Result<Vec<Vec<u8>>, PdfError> {
    let catalog = document.catalog()?;
    let mut specifications = Vec::new();
    if let Some(names) = document.get_dict(&catalog, "Names")?
        && let Some(tree) = document.get_dict(&names, "EmbeddedFiles")?
    {
        let mut nodes = 0;
        name_tree(document, &tree, 0, &mut nodes, &mut specifications)?;
    }
    if let Object::Array(files) = document.get(&catalog, "AF")? {
        for file in files {
            specifications.push(document.resolve(&file)?);
        }
    }
    let mut out = Vec::new();
    for specification in specifications {
        let Object::Dict(specification) = specification else { continue };
        if is_content(document, &specification)? {
            out.push(embedded(document, &specification)?);
        }
    }
    Ok(out)
}

fn name_tree(
    document: &Document<'_>,
    node: &Dict,
    depth: usize,
    nodes: &mut usize,
    out: &mut Vec<Object>,
) -> Result<(), PdfError> {
    *nodes += 1;
    if depth > MAX_TREE_DEPTH || *nodes > MAX_TREE_NODES {
        return Err(PdfError::Limit { what: "the tree of attachments is too large" });
    }
    if let Object::Array(names) = document.get(node, "Names")? {
        for pair in names.chunks_exact(2) {
            if let [_, file] = pair {
                out.push(document.resolve(file)?);
            }
        }
    }
    if let Object::Array(kids) = document.get(node, "Kids")? {
        for kid in &kids {
            if let Object::Dict(kid) = document.resolve(kid)? {
                name_tree(document, &kid, depth + 1, nodes, out)?;
            }
        }
    }
    Ok(())
}

fn is_content(document: &Document<'_>, specification: &Dict) -> Result<bool, PdfError> {
    for key in ["UF", "F"] {
        if let Object::Str(name) = document.get(specification, key)? {
            let name = form::text(&name);
            return Ok(name.rsplit('/').next() == Some(CONTENT_NAME));
        }
    }
    Ok(false)
}

fn embedded(document: &Document<'_>, specification: &Dict) -> Result<Vec<u8>, PdfError> {
    let files =
        document.get_dict(specification, "EF")?.ok_or(PdfError::structure("an attachment without a file"))?;
    let id = files.get("UF").or_else(|| files.get("F")).and_then(Object::reference);
    document.load(id.ok_or(PdfError::structure("an attachment without a file"))?)?.decoded()
}
