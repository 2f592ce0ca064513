-- The organisation's own policies, as last read from its configuration repository.
CREATE TABLE organisation_policies (
    installation BIGINT NOT NULL PRIMARY KEY REFERENCES installation (id) ON DELETE CASCADE,
    tree         TEXT   NOT NULL, -- the tree that they were read from; equal names, equal policies
    json         TEXT   NOT NULL, -- paths and texts
    read_ms      BIGINT NOT NULL  -- 0: read it again before it is used
);

-- The newest default branch of each repository, as policies see it, so that a change of policies
-- can be tried on all of them. Texts lie in blob; a tenant's rows go with it.
CREATE TABLE snapshot (
    repo      BIGINT NOT NULL PRIMARY KEY REFERENCES repo (id) ON DELETE CASCADE,
    sha       TEXT   NOT NULL, -- the commit
    stored_ms BIGINT NOT NULL,
    bytes     BYTEA  NOT NULL  -- JSON, zlib
);
