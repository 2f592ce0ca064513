-- How changes reach users: what the DORA measures are computed from (docs/dora.md). Everything
-- hangs on its repository, and so on its tenant.

-- Deployments as GitHub tells of them, by the id that GitHub gave.
CREATE TABLE dora_deployment (
    repo         BIGINT NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    source       TEXT   NOT NULL, -- deployment, workflow_run, release
    id           BIGINT NOT NULL,
    environment  TEXT   NOT NULL, -- empty where the source has none
    git_ref      TEXT,            -- a release's tag
    sha          TEXT,            -- null: the tag has not been looked up
    created_ms   BIGINT NOT NULL,
    succeeded_ms BIGINT,          -- the first success
    failed_ms    BIGINT,          -- the first failure
    compared     TEXT,            -- JSON: what it ships; null: not asked
    PRIMARY KEY (repo, source, id)
);
CREATE INDEX dora_deployment_time ON dora_deployment (repo, created_ms);

CREATE TABLE dora_incident (
    repo       BIGINT  NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    number     BIGINT  NOT NULL,
    opened_ms  BIGINT  NOT NULL,
    closed_ms  BIGINT,
    updated_ms BIGINT  NOT NULL, -- GitHub's updated_at: older news change nothing
    counts     BOOLEAN NOT NULL, -- false: it turned out to be none
    PRIMARY KEY (repo, number)
);

-- Finished workflow runs for pushes to the default branch.
CREATE TABLE dora_run (
    repo        BIGINT NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    id          BIGINT NOT NULL,
    started_ms  BIGINT NOT NULL,
    finished_ms BIGINT NOT NULL,
    success     BOOLEAN, -- null: cancelled, skipped
    PRIMARY KEY (repo, id)
);
CREATE INDEX dora_run_time ON dora_run (repo, finished_ms);

-- What is known of a repository as a whole.
CREATE TABLE dora_repo (
    repo                BIGINT  NOT NULL PRIMARY KEY REFERENCES repo (id) ON DELETE CASCADE,
    created_ms          BIGINT,           -- when GitHub made it
    first_production_ms BIGINT,           -- earliest production deployment that is known
    known_from_ms       BIGINT,           -- deployments are known from then on
    whole               BOOLEAN NOT NULL, -- whether that goes back to its creation
    read_ms             BIGINT,           -- when its past was read; null: not yet
    problem             TEXT              -- why it could not be read whole
);
