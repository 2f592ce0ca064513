-- What happens at intervals, and when next. One row for all replicas: whoever moves it on has it.
CREATE TABLE schedule (
    name   TEXT   NOT NULL PRIMARY KEY,
    due_ms BIGINT NOT NULL
);
