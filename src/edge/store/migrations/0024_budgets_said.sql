-- What the gate last found of a repository's error budgets, for its pull requests.
CREATE TABLE budgets_said (
    repo        BIGINT NOT NULL PRIMARY KEY REFERENCES repo (id) ON DELETE CASCADE,
    environment TEXT   NOT NULL,
    said_ms     BIGINT NOT NULL,
    messages    TEXT   NOT NULL -- JSON; empty: all was calm
);
