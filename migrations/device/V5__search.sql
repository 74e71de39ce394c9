-- Search over customers, equipment, jobs and documents. The words are folded before they come here (upper case,
-- diacritics, ё, ß, œ), so the tokenizer folds nothing itself. The index holds no text, only words.

CREATE TABLE search_item (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  what TEXT NOT NULL CHECK (what IN ('customer', 'equipment', 'job', 'document')),
  thing BLOB NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  detail TEXT NOT NULL DEFAULT '',
  UNIQUE (what, thing)
) STRICT;

CREATE VIRTUAL TABLE search_word USING fts5 (
  words, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 0", prefix = '2 3'
);
