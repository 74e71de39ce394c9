//! fieldseal-verify.
fn main() {}
