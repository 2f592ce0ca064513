-- Who has adopted a golden path, and which version was offered last; a tenant's rows go with it.
CREATE TABLE adoption (
    repo       BIGINT  NOT NULL PRIMARY KEY REFERENCES repo (id) ON DELETE CASCADE,
    adopted    BOOLEAN NOT NULL, -- whether the default branch holds .github/waymark.lock
    settled    TEXT,             -- the version of templates and parameters that it holds
    offered    TEXT,             -- the version that was offered last; null: none
    offered_ms BIGINT  NOT NULL, -- when; 0 with a null version
    pull       BIGINT,           -- the pull request that offers it; null: there could be none
    merged     BOOLEAN NOT NULL, -- whether that was merged
    was_red    BOOLEAN NOT NULL, -- whether the default branch failed already before
    problem    TEXT              -- why it could not be offered, or was not taken
);
