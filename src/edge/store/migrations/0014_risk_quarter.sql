-- What was predicted in a quarter, and what came true: counted once, when every change of it is old
-- enough to tell. Kinds of harm stand apart; only reverts are predicted.
CREATE TABLE risk_quarter (
    repo     BIGINT NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    quarter  TEXT   NOT NULL, -- 2026-Q3
    kind     TEXT   NOT NULL, -- reverted, deployment_failed, rolled_back, incident
    band     BIGINT NOT NULL, -- of the predicted multiple: under 0.5, to 1, to 2, over; 0 for other kinds
    total    BIGINT NOT NULL, -- changes; deployments for other kinds
    harmed   BIGINT NOT NULL,
    expected BIGINT NOT NULL, -- sum of the predicted rates, in millionths
    PRIMARY KEY (repo, quarter, kind, band)
);

-- Whether we put our label on it.
ALTER TABLE risk_pull ADD COLUMN labelled BOOLEAN NOT NULL DEFAULT FALSE;
