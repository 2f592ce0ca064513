-- Rows as version 0006 writes them.
INSERT INTO gate VALUES (10, 30433642, 145988746, 'production', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'waiting', FALSE, 1, 'freeze', '[7]', '{}', '', 1795000000000, 1795000300000);
INSERT INTO acknowledgement VALUES (10, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'production', '*', 'ada', 'the fix for the incident', 7, 99, 1795000000000);
