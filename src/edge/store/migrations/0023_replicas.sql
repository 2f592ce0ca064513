-- Which processes work on this database, so that together they stay within GitHub's limits. On SQLite
-- it stays empty: a file has one service.
CREATE TABLE replica (
    id      TEXT   NOT NULL PRIMARY KEY, -- of the process, made at its start
    seen_ms BIGINT NOT NULL              -- when it last said that it lives
);
