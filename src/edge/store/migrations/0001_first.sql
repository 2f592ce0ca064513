-- One text for SQLite and PostgreSQL (LIBRARIES.md section 4): BIGINT for every integer and every time
-- (milliseconds since 1970), TEXT for JSON and for ids that the application makes (UUIDv7).
-- BYTEA is a word SQLite does not know: such a column has NUMERIC affinity there, which keeps a
-- bound blob as it is, so both databases store raw bytes under one text.

CREATE TABLE delivery (
    guid        TEXT   NOT NULL PRIMARY KEY,
    event       TEXT   NOT NULL,
    received_ms BIGINT NOT NULL,
    outcome     TEXT,
    body        BYTEA  NOT NULL
);

-- Work that we owe. A done job is a deleted row.
CREATE TABLE job (
    id             TEXT   NOT NULL PRIMARY KEY,
    kind           TEXT   NOT NULL,
    key            TEXT   NOT NULL,
    installation   BIGINT NOT NULL, -- 0: not known yet (plans)
    priority       BIGINT NOT NULL, -- smaller is sooner
    vt             BIGINT NOT NULL, -- virtual time: the place in line, fair between installations
    state          TEXT   NOT NULL, -- queued, running, dead
    run_after_ms   BIGINT NOT NULL,
    attempts       BIGINT NOT NULL,
    max_attempts   BIGINT NOT NULL,
    lease_until_ms BIGINT,
    lease          TEXT,            -- who runs it: worker name and a token of this one claim
    coalesced      BIGINT NOT NULL, -- how many older payloads this row has replaced
    last_error     TEXT,
    created_ms     BIGINT NOT NULL,
    fresh          TEXT,            -- the wish for a fresh run; outlives the payload it came with
    payload        TEXT   NOT NULL
);
CREATE UNIQUE INDEX job_queued_key ON job (key) WHERE state = 'queued';
CREATE UNIQUE INDEX job_running_key ON job (key) WHERE state = 'running';
-- The last two let a claim pass over those that must wait without fetching their rows. There is
-- deliberately no index that begins with run_after_ms: SQLite would prefer it to this order and
-- sort the whole queue for each claim (measured: 49 ms instead of 1.2 with 50,000 queued).
CREATE INDEX job_pick ON job (priority, vt, id, run_after_ms, installation)
    WHERE state = 'queued';
CREATE INDEX job_lease ON job (lease_until_ms) WHERE state = 'running';
CREATE INDEX job_share ON job (installation, priority, vt);

-- An installation that GitHub has throttled: its jobs wait, everybody else's go on.
CREATE TABLE pause (
    installation BIGINT NOT NULL PRIMARY KEY,
    until_ms     BIGINT NOT NULL
);

-- The tenant. Everything below hangs on it and goes with it.
CREATE TABLE installation (
    id          BIGINT  NOT NULL PRIMARY KEY,
    account     TEXT,             -- null until its own event or a sync has told
    permissions TEXT    NOT NULL, -- JSON object
    events      TEXT    NOT NULL, -- JSON list
    suspended   BOOLEAN NOT NULL
);

CREATE TABLE repo (
    id             BIGINT  NOT NULL PRIMARY KEY,
    installation   BIGINT  NOT NULL REFERENCES installation (id) ON DELETE CASCADE,
    name           TEXT    NOT NULL, -- owner/name
    default_branch TEXT,
    archived       BOOLEAN,
    private        BOOLEAN NOT NULL
);
CREATE INDEX repo_installation ON repo (installation);

-- A pull request as last heard of.
CREATE TABLE pull (
    repo       BIGINT  NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    number     BIGINT  NOT NULL,
    head_sha   TEXT    NOT NULL,
    head_ref   TEXT    NOT NULL,
    head_repo  BIGINT, -- null when the fork is gone; may be a repository that we do not hold
    base_sha   TEXT    NOT NULL,
    base_ref   TEXT    NOT NULL,
    draft      BOOLEAN NOT NULL,
    state      TEXT    NOT NULL, -- open, closed
    updated_ms BIGINT  NOT NULL, -- GitHub's updated_at
    PRIMARY KEY (repo, number)
);
CREATE INDEX pull_head_sha ON pull (repo, head_sha) WHERE state = 'open';
CREATE INDEX pull_head_ref ON pull (head_repo, head_ref) WHERE state = 'open';

-- Blobs by content, one shelf per tenant: a private blob's bytes are reachable only through the
-- installation that fetched them.
CREATE TABLE blob (
    installation BIGINT NOT NULL REFERENCES installation (id) ON DELETE CASCADE,
    sha          TEXT   NOT NULL,
    stored_ms    BIGINT NOT NULL,
    bytes        BYTEA  NOT NULL,
    PRIMARY KEY (installation, sha)
);

-- Evaluations by (tree, library, configuration), digested into the key.
CREATE TABLE evaluation (
    repo      BIGINT NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    key       TEXT   NOT NULL,
    stored_ms BIGINT NOT NULL,
    json      TEXT   NOT NULL,
    PRIMARY KEY (repo, key)
);

CREATE TABLE judgement (
    id        TEXT   NOT NULL PRIMARY KEY,
    repo      BIGINT NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    sha       TEXT   NOT NULL,
    subject   TEXT   NOT NULL, -- pull:12, default_branch, merge_group
    digest    TEXT   NOT NULL,
    judged_ms BIGINT NOT NULL,
    json      TEXT   NOT NULL
);
CREATE UNIQUE INDEX judgement_once ON judgement (repo, sha, subject, digest);

-- The check run that we last made under a name on a commit.
CREATE TABLE check_run (
    repo             BIGINT  NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    head_sha         TEXT    NOT NULL,
    name             TEXT    NOT NULL,
    external_id      TEXT    NOT NULL,
    digest           TEXT    NOT NULL,
    github_id        BIGINT, -- null: not known to have reached GitHub
    concluded        BOOLEAN NOT NULL,
    annotations_sent BIGINT  NOT NULL,
    updated_ms       BIGINT  NOT NULL,
    PRIMARY KEY (repo, head_sha, name)
);
CREATE INDEX check_run_open ON check_run (updated_ms) WHERE concluded = FALSE;
