INSERT INTO risk_slopes (installation, quarter, own) VALUES (1, '2026-Q3', NULL);
