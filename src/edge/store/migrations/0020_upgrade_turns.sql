-- Only so many offers are asked about at a time: whoever was asked longest ago is next, and what was seen stays known.
ALTER TABLE adoption ADD COLUMN asked_ms BIGINT NOT NULL DEFAULT 0; -- when GitHub was asked what became of the offer; 0: never
ALTER TABLE adoption ADD COLUMN fails BOOLEAN NOT NULL DEFAULT FALSE; -- whether the default branch failed then, after it merged the offer

-- What the last look at upgrades came to, for people to read; a tenant's row goes with it.
CREATE TABLE upgrade_wave (
    installation BIGINT NOT NULL PRIMARY KEY REFERENCES installation (id) ON DELETE CASCADE,
    at_ms        BIGINT NOT NULL,
    said         TEXT   NOT NULL
);
