-- What a repository's history says of its files, so that a change can be compared with it. Paths and
-- titles stand here as 63-bit digests: enough to recognise them, nothing to read. Of a person only
-- which files they touched is kept; nothing counts whose changes were reverted.

-- How far history is known.
CREATE TABLE risk_history (
    repo      BIGINT  NOT NULL PRIMARY KEY REFERENCES repo (id) ON DELETE CASCADE,
    state     TEXT    NOT NULL, -- asked, filled
    since_ms  BIGINT  NOT NULL, -- the first change that is known
    whole     BOOLEAN NOT NULL, -- the repository began there
    filled_ms BIGINT  NOT NULL
);

-- Who is who: `login:…` and `mail:…` (digests of addresses) that mean one person.
CREATE TABLE risk_person (
    repo   BIGINT NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    key    TEXT   NOT NULL,
    person BIGINT NOT NULL,
    shown  TEXT,            -- login, to be shown beside files
    PRIMARY KEY (repo, key)
);

-- What landed on the default branch.
CREATE TABLE risk_change (
    repo        BIGINT  NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    id          BIGINT  NOT NULL, -- pull request; negative: digest of a commit that came without one
    sha         TEXT,
    title       BIGINT  NOT NULL, -- digest
    at_ms       BIGINT  NOT NULL,
    counts      BOOLEAN NOT NULL, -- neither a program's nor a revert
    features    TEXT,             -- JSON: x and e^S as they were then
    reverted_ms BIGINT,
    label       TEXT,             -- how that is known: pull, commit, title
    PRIMARY KEY (repo, id)
);
CREATE INDEX risk_change_at ON risk_change (repo, at_ms);
CREATE INDEX risk_change_sha ON risk_change (repo, sha);
CREATE INDEX risk_change_title ON risk_change (repo, title);
CREATE INDEX risk_change_reverted ON risk_change (repo, reverted_ms) WHERE reverted_ms IS NOT NULL;

-- Which files each change touched.
CREATE TABLE risk_touch (
    repo   BIGINT NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    change BIGINT NOT NULL,
    path   BIGINT NOT NULL, -- digest
    was    BIGINT,          -- digest of the path before, when it was renamed
    at_ms  BIGINT NOT NULL,
    author BIGINT,          -- none for programs
    PRIMARY KEY (repo, change, path)
);
-- Holds all that is asked for: the table itself need not be read.
CREATE INDEX risk_touch_path ON risk_touch (repo, path, at_ms, change, author, was);

-- An open pull request as its last event showed it, and what was last said of it.
CREATE TABLE risk_pull (
    repo          BIGINT  NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    number        BIGINT  NOT NULL,
    head          TEXT    NOT NULL,
    title         TEXT    NOT NULL,
    author        TEXT,
    bot           BOOLEAN NOT NULL,
    files         BIGINT,           -- how many it touches
    reviews_known BOOLEAN NOT NULL, -- every review of it is in risk_review
    PRIMARY KEY (repo, number)
);

CREATE TABLE risk_review (
    repo    BIGINT  NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    number  BIGINT  NOT NULL,
    review  BIGINT  NOT NULL,
    login   TEXT,
    bot     BOOLEAN NOT NULL,
    verdict TEXT    NOT NULL, -- approved, changes_requested, commented, dismissed
    sha     TEXT,
    at_ms   BIGINT  NOT NULL,
    PRIMARY KEY (repo, number, review)
);

-- What coverage services say of a commit.
CREATE TABLE risk_coverage (
    repo    BIGINT NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    sha     TEXT   NOT NULL,
    context TEXT   NOT NULL, -- codecov/patch
    state   TEXT   NOT NULL,
    said    TEXT   NOT NULL, -- 80.24% (+0.11%) compared to a6f4c12
    at_ms   BIGINT NOT NULL,
    PRIMARY KEY (repo, sha, context)
);

-- What was last said of a commit, for the gate before a deployment.
CREATE TABLE risk_report (
    repo    BIGINT NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    sha     TEXT   NOT NULL,
    number  BIGINT NOT NULL,
    said_ms BIGINT NOT NULL,
    json    TEXT   NOT NULL, -- waymark.dev/risk/v1
    PRIMARY KEY (repo, sha)
);
