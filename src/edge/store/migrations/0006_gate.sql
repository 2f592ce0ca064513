-- Deployments that asked for an answer: what was said, and what is still owed.
CREATE TABLE gate (
    repo        BIGINT  NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    run         BIGINT  NOT NULL, -- GitHub's id of the workflow run that waits
    deployment  BIGINT  NOT NULL, -- GitHub's id of the deployment; 0: the event told none
    environment TEXT    NOT NULL,
    sha         TEXT    NOT NULL,
    verdict     TEXT    NOT NULL, -- waiting, approved, rejected
    answered    BOOLEAN NOT NULL, -- whether GitHub has the final answer
    reports     BIGINT  NOT NULL, -- status reports given; GitHub takes ten
    conditions  TEXT    NOT NULL, -- what the last report named, so that it is not said twice
    pulls       TEXT    NOT NULL, -- numbers of pull requests that brought the commit, JSON
    job         TEXT    NOT NULL, -- the job that decides, JSON: to ask again
    decision    TEXT    NOT NULL, -- the last decision, JSON; empty: none yet
    asked_ms    BIGINT  NOT NULL,
    look_ms     BIGINT  NOT NULL, -- when it is to be looked at again
    PRIMARY KEY (repo, run, deployment, environment)
);
CREATE INDEX gate_open ON gate (answered, look_ms);

-- What people answer for: a condition of a commit, or (as *) whatever holds its deployment.
CREATE TABLE acknowledgement (
    repo           BIGINT NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    sha            TEXT   NOT NULL,
    environment    TEXT   NOT NULL, -- empty: every one
    condition_name TEXT   NOT NULL,
    by_login       TEXT   NOT NULL,
    reason         TEXT   NOT NULL,
    issue          BIGINT NOT NULL, -- where it was said
    comment        BIGINT NOT NULL,
    given_ms       BIGINT NOT NULL,
    PRIMARY KEY (repo, sha, environment, condition_name)
);
