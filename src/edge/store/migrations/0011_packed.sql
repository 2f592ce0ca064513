-- A judgement's report repeats the library's texts about each policy, and an evaluation those of the
-- policies: packed, they take a tenth.
ALTER TABLE judgement ADD COLUMN packed BYTEA; -- the report as zlib; null: `json` holds it
ALTER TABLE evaluation ADD COLUMN packed BYTEA; -- likewise
