INSERT INTO scorecard_told VALUES (1, 'packed');
