-- How often each of its people changed a file is counted where it lies, in the order in which it is
-- grouped: of a file that ten thousand changes touched a few hundred rows are read.
CREATE INDEX risk_touch_author ON risk_touch (repo, path, author, at_ms, change);
-- Few touches rename, and those are all that is needed to follow a file back through its names.
CREATE INDEX risk_touch_renamed ON risk_touch (repo, path, at_ms, change, author, was) WHERE was IS NOT NULL;
-- The rest no longer asks for `was`.
DROP INDEX risk_touch_path;
CREATE INDEX risk_touch_path ON risk_touch (repo, path, at_ms, change, author);
