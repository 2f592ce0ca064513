-- What the scorecard keeps of each repository's default branch: a few hundred bytes where the
-- judgement has tens of thousands.
CREATE TABLE card (
    repo      BIGINT NOT NULL PRIMARY KEY REFERENCES repo (id) ON DELETE CASCADE,
    sha       TEXT   NOT NULL, -- the commit that was judged
    digest    TEXT   NOT NULL, -- of everything else that the judgement depends on
    judged_ms BIGINT NOT NULL,
    due_ms    BIGINT,          -- from then on it counts no more, although nothing was pushed
    json      TEXT   NOT NULL
);

-- Which level a repository had from when on; one row per change.
CREATE TABLE level_history (
    repo     BIGINT  NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    since_ms BIGINT  NOT NULL,
    level    TEXT,            -- null: below bronze
    on_path  BOOLEAN NOT NULL,
    PRIMARY KEY (repo, since_ms)
);

-- How far the sweep through an installation is.
CREATE TABLE sweep (
    installation BIGINT NOT NULL PRIMARY KEY REFERENCES installation (id) ON DELETE CASCADE,
    started_ms   BIGINT NOT NULL,
    finished_ms  BIGINT,          -- null while it goes on
    cursor       BIGINT NOT NULL, -- the last repository that was compared
    total        BIGINT NOT NULL, -- repositories at the start
    seen         BIGINT NOT NULL,
    changed      BIGINT NOT NULL, -- of these to be judged
    unreadable   BIGINT NOT NULL
);

-- Where servers have no GraphQL, heads are asked for one by one: an unchanged one costs nothing.
CREATE TABLE head_etag (
    repo BIGINT NOT NULL PRIMARY KEY REFERENCES repo (id) ON DELETE CASCADE,
    sha  TEXT   NOT NULL,
    etag TEXT   NOT NULL
);

-- The issues that we keep up to date: the scorecard, one per team where it overflows, signals,
-- campaigns.
CREATE TABLE kept_issue (
    installation BIGINT NOT NULL REFERENCES installation (id) ON DELETE CASCADE,
    key          TEXT   NOT NULL, -- scorecard, team:payments, campaign:…
    repo         BIGINT NOT NULL, -- where it is; not a reference: that may have left
    number       BIGINT,          -- null: there is none
    url          TEXT,
    digest       TEXT   NOT NULL, -- of what it says, without what has changed
    edited_ms    BIGINT NOT NULL,
    problem      TEXT,            -- why it cannot be kept; null when it can
    PRIMARY KEY (installation, key)
);

-- How satisfied people are: one answer per person and quarter, without the person's name.
CREATE TABLE satisfaction (
    installation BIGINT NOT NULL REFERENCES installation (id) ON DELETE CASCADE,
    quarter      TEXT   NOT NULL, -- 2026-Q4
    person       TEXT   NOT NULL, -- a digest
    score        BIGINT NOT NULL, -- 0 to 10
    words        TEXT,
    said_ms      BIGINT NOT NULL,
    PRIMARY KEY (installation, quarter, person)
);

-- How far a campaign was on a day, by team.
CREATE TABLE campaign_day (
    installation BIGINT NOT NULL REFERENCES installation (id) ON DELETE CASCADE,
    name         TEXT   NOT NULL,
    day          TEXT   NOT NULL, -- 2026-11-21
    json         TEXT   NOT NULL,
    PRIMARY KEY (installation, name, day)
);
