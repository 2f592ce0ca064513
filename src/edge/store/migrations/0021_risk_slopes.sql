-- Slopes of an organisation's own, fitted once a quarter; a row without them says that there is nothing to
-- fit, or nothing gained by it.
CREATE TABLE risk_slopes (
    installation BIGINT NOT NULL REFERENCES installation (id) ON DELETE CASCADE,
    quarter      TEXT   NOT NULL, -- 2026-Q3: the last one that the changes come from
    own          TEXT,            -- JSON
    PRIMARY KEY (installation, quarter)
);
