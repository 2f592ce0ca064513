-- Rows as version 0011 writes them.
INSERT INTO judgement VALUES ('u2', 10, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'default_branch', 'd', 1795000000000, '', 'zlib');
INSERT INTO evaluation VALUES (10, 'l', 1795000000000, '', 'zlib');
