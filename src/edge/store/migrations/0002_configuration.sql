-- The organisation's configuration file, as last read from its configuration repository.
CREATE TABLE organisation_file (
    installation BIGINT NOT NULL PRIMARY KEY REFERENCES installation (id) ON DELETE CASCADE,
    path         TEXT,            -- of the last good file, with its repository; null: there is none
    text         TEXT,            -- its text; null with the path
    problem      TEXT,            -- why the present file does not count; null when it does
    read_ms      BIGINT NOT NULL  -- 0: read it again before it is used
);

-- Topics and custom properties of a repository, which decide on rollouts.
CREATE TABLE repo_labels (
    repo BIGINT NOT NULL PRIMARY KEY REFERENCES repo (id) ON DELETE CASCADE,
    json TEXT   NOT NULL
);
