INSERT INTO coverage_report VALUES (10, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'unit', 1794500000000, 1, 2, '');
INSERT INTO relation VALUES (10, 'component:default/api', 'needs', 'api:default/ledger');
UPDATE risk_pull SET remarks = 2, ready_ms = 1794400000000 WHERE repo = 10 AND number = 8;
