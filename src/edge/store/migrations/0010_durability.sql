-- How far GitHub's own list of deliveries has been compared with the inbox. One row.
CREATE TABLE recovery (
    id         BIGINT NOT NULL PRIMARY KEY, -- 1
    through_ms BIGINT,                      -- all older ones are compared; null: none yet
    top_ms     BIGINT,                      -- when the comparison under way began; null: none is
    cursor     TEXT                         -- where it goes on
);

-- Fair share within an installation: whose job it is. 0: not known, or nobody's. Plans have it as
-- well, so that one repository's pushes cannot hold up the reading of everybody else's.
ALTER TABLE job ADD COLUMN repo BIGINT NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN rt BIGINT NOT NULL DEFAULT 0; -- the turn among the installation's repositories
-- An installation's next turn, and the last tag of each repository.
CREATE INDEX job_turn ON job (installation, priority, rt, id, run_after_ms)
    WHERE state = 'queued';
CREATE INDEX job_flow ON job (installation, priority, repo, rt) WHERE state <> 'dead';

-- What the clean-up looks for.
CREATE INDEX delivery_age ON delivery (received_ms);
CREATE INDEX blob_age ON blob (stored_ms);
CREATE INDEX evaluation_age ON evaluation (stored_ms);
CREATE INDEX judgement_age ON judgement (judged_ms);
CREATE INDEX check_run_age ON check_run (updated_ms);
