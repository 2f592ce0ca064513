-- Rows as version 0005 writes them.
INSERT INTO risk_history VALUES (10, 'filled', 1790000000000, FALSE, 1795000000000);
INSERT INTO risk_person VALUES (10, 'login:ann', 4611686018427387904, 'ann');
INSERT INTO risk_change VALUES (10, 7, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 17, 1794000000000, TRUE, '{"x":[0.7,0.7,1.0,0.0,0.0,0.0],"weight":0.9}', NULL, NULL);
INSERT INTO risk_touch VALUES (10, 7, 99, NULL, 1794000000000, 4611686018427387904);
INSERT INTO risk_pull VALUES (10, 8, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'Add VAT', 'ann', FALSE, 3, TRUE);
INSERT INTO risk_review VALUES (10, 8, 5001, 'bob', FALSE, 'approved', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 1794500000000);
INSERT INTO risk_coverage VALUES (10, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'codecov/patch', 'success', '91.00% of diff hit', 1794500000000);
INSERT INTO risk_report VALUES (10, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 8, 1794500000000, '{"schema":"waymark.dev/risk/v1"}');
