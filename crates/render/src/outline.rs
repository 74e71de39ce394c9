//! Texts as outlines: what the seal draws into a signature field, where no font may be used.
