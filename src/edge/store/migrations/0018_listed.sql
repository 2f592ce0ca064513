-- When all repositories of an installation were last listed: a sweep lists them first when that is long ago.
ALTER TABLE installation ADD COLUMN listed_ms BIGINT; -- null: never, or before this version
