INSERT INTO risk_slopes (installation, quarter, own) VALUES (1, '2026-Q3', NULL);
INSERT INTO risk_change VALUES (10, 9, NULL, 18, 1794650000000, TRUE, '{"x":[0.7,1.0,1.0,0.0,1.0,0.0],"weight":0.9}', NULL, NULL);
INSERT INTO risk_touch VALUES (10, 9, 97, NULL, 1794650000000, NULL);
