-- What was so when the scorecard was last written: each repository's golden path and waived policies, and the
-- campaigns. The next edit says what is new since then; levels have a history of their own.
CREATE TABLE scorecard_told (
    installation BIGINT NOT NULL PRIMARY KEY REFERENCES installation (id) ON DELETE CASCADE,
    packed       BYTEA  NOT NULL -- JSON as zlib
);
