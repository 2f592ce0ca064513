-- Whether a pull request takes another change back: its body may say so under any title, and no body
-- is kept.
ALTER TABLE risk_pull ADD COLUMN revert BOOLEAN NOT NULL DEFAULT FALSE;
