INSERT INTO risk_quarter (repo, quarter, kind, band, total, harmed, expected)
    VALUES (10, '2026-Q3', 'reverted', 2, 120, 3, 1500000), (10, '2026-Q3', 'incident', 0, 40, 1, 0);
