-- Which changes of a file were repairs, by their titles, of which only digests are kept. Stands beside the
-- touch, so that those of one file are counted without looking at its other changes.
ALTER TABLE risk_touch ADD COLUMN repair BOOLEAN; -- null: not noted; never so for what does not count

-- Of what was learned before, the features know: FIX is the fifth of the six numbers in
-- {"x":[nf,ndev,b_known,frev180,fix,b_doconly],"weight":…}.
UPDATE risk_touch SET repair = (
    SELECT CASE
        WHEN NOT c.counts THEN FALSE
        WHEN c.features LIKE '{"x":[%,%,%,%,1.0,%],%' THEN TRUE
        WHEN c.features IS NOT NULL THEN FALSE
    END
    FROM risk_change c WHERE c.repo = risk_touch.repo AND c.id = risk_touch.change
);

CREATE INDEX risk_touch_repair ON risk_touch (repo, path, at_ms, change, repair) WHERE repair IS NOT FALSE;
