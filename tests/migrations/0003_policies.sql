-- Rows as version 0003 writes them.
INSERT INTO organisation_policies VALUES (1, 'dddddddddddddddddddddddddddddddddddddddd', '{"files":{},"refused":{}}', 1795000000000);
INSERT INTO snapshot VALUES (10, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 1795000000000, 'bytes');
