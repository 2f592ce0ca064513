-- Rows as version 0007 writes them.
INSERT INTO card VALUES (10, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'd', 1795000000000, NULL, '{}');
INSERT INTO card VALUES (20, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'd', 1795000000000, 1795000000001, '{}');
INSERT INTO level_history VALUES (10, 1795000000000, NULL, FALSE);
INSERT INTO level_history VALUES (10, 1795000000001, 'bronze', TRUE);
INSERT INTO sweep VALUES (1, 1795000000000, NULL, 10, 2, 1, 1, 0);
INSERT INTO sweep VALUES (2, 1795000000000, 1795000000001, 20, 1, 1, 0, 0);
INSERT INTO head_etag VALUES (10, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'W/"1"');
INSERT INTO kept_issue VALUES (1, 'scorecard', 10, 3, 'https://github.test/acme/.github/issues/3', 'd', 1795000000000, NULL);
INSERT INTO kept_issue VALUES (2, 'scorecard', 20, NULL, NULL, '', 1795000000000, 'issues are disabled');
INSERT INTO satisfaction VALUES (1, '2026-Q4', 'digest', 9, NULL, 1795000000000);
INSERT INTO satisfaction VALUES (1, '2026-Q3', 'digest', 3, 'slow', 1795000000000);
INSERT INTO campaign_day VALUES (1, 'permissions', '2026-11-21', '{}');
