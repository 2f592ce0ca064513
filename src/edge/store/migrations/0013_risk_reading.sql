-- The past of a repository is read in steps, so that it goes on where it was interrupted.
ALTER TABLE risk_history ADD COLUMN cursor TEXT; -- JSON: where reading goes on; null: at the beginning, or done

-- What was read so far; gone when all is.
CREATE TABLE risk_reading (
    repo  BIGINT NOT NULL REFERENCES repo (id) ON DELETE CASCADE,
    place TEXT   NOT NULL, -- pull:12, commit:<sha>
    json  TEXT   NOT NULL,
    PRIMARY KEY (repo, place)
);
