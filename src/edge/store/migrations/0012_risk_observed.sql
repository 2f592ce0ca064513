-- Which lines tests run through, as somebody uploaded it: one row for each suite of a commit.
CREATE TABLE coverage_report (
    repo      BIGINT NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    sha       TEXT   NOT NULL,
    name      TEXT   NOT NULL, -- default, unit, e2e
    stored_ms BIGINT NOT NULL,
    hit       BIGINT NOT NULL, -- lines that tests run through
    lines     BIGINT NOT NULL, -- lines that can be run
    bytes     BYTEA  NOT NULL, -- JSON, zlib: lines by path
    PRIMARY KEY (repo, sha, name)
);
CREATE INDEX coverage_report_age ON coverage_report (stored_ms);

-- What the catalog file of a default branch states: who needs whom.
CREATE TABLE relation (
    repo    BIGINT NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    subject TEXT   NOT NULL, -- component:default/api
    verb    TEXT   NOT NULL, -- defines, needs, provides
    object  TEXT   NOT NULL,
    PRIMARY KEY (repo, subject, verb, object)
);

-- How an open pull request is reviewed.
ALTER TABLE risk_pull ADD COLUMN remarks BIGINT;  -- comments of others on its lines; null: to be asked for
ALTER TABLE risk_pull ADD COLUMN ready_ms BIGINT; -- since when it can be reviewed; null: nobody saw it
