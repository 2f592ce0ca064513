-- Rows as version 0009 writes them.
INSERT INTO adoption VALUES (10, TRUE, 'v1', 'v2', 1795000000000, 7, FALSE, FALSE, NULL);
INSERT INTO adoption VALUES (20, FALSE, NULL, NULL, 0, NULL, FALSE, FALSE, 'refused');
