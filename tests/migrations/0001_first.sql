-- Rows as version 0001 writes them: later migrations must carry them along. At least one row per
-- table, with every nullable column once null and once not.
INSERT INTO installation VALUES (1, 'acme', '{"checks":"write"}', '["push"]', FALSE);
INSERT INTO installation VALUES (2, NULL, '{}', '[]', TRUE);
INSERT INTO repo VALUES (10, 1, 'acme/api', 'main', FALSE, TRUE);
INSERT INTO repo VALUES (20, 2, 'other/web', NULL, NULL, FALSE);
INSERT INTO delivery VALUES ('g1', 'push', 1795000000000, NULL, '{}');
INSERT INTO delivery VALUES ('g2', 'ping', 1795000000000, 'ignored', '{}');
INSERT INTO job VALUES ('j1', 'plan', 'plan:g1', 0, 0, 0, 'queued', 1795000000000, 0, 8, NULL, NULL, 0, NULL, 1795000000000, NULL, '{"kind":"plan","delivery":"g1"}');
INSERT INTO job VALUES ('j2', 'sync_installation', 'sync:1', 1, 20, 1, 'running', 1795000000000, 1, 8, 1795000060000, 'w t', 0, NULL, 1795000000000, NULL, '{"kind":"sync_installation","installation":1}');
INSERT INTO job VALUES ('j3', 'check_pull', 'check:10:pull:1', 1, 0, 0, 'dead', 1795000000000, 8, 8, NULL, NULL, 2, '502', 1795000000000, 'g0', '{"kind":"check_pull","installation":1,"repo":10,"name":"acme/api","number":1,"head":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","fresh":"g0"}');
INSERT INTO pause VALUES (1, 1795000000000);
INSERT INTO pull VALUES (10, 1, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'topic', 10, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'main', FALSE, 'open', 1795000000000);
INSERT INTO pull VALUES (10, 2, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'topic', NULL, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'main', TRUE, 'closed', 1795000000000);
INSERT INTO blob VALUES (1, 'cccccccccccccccccccccccccccccccccccccccc', 1795000000000, 'bytes');
INSERT INTO evaluation VALUES (10, 'k', 1795000000000, '{}');
INSERT INTO judgement VALUES ('u1', 10, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'pull:1', 'd', 1795000000000, '{}');
INSERT INTO check_run VALUES (10, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'waymark / golden path', 'u1', 'd', NULL, FALSE, 0, 1795000000000);
INSERT INTO check_run VALUES (10, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'waymark / golden path', 'u1', 'd', 99, TRUE, 50, 1795000000000);
