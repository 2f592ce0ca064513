INSERT INTO dora_deployment (repo, source, id, environment, git_ref, sha, created_ms, succeeded_ms, failed_ms, compared)
VALUES (10, 'deployment', 1, 'production', NULL, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 1795000000000, 1795000060000, NULL,
        '{"with":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","relation":"ahead","commits":[],"partial":false}'),
       (10, 'release', 2, '', 'v1', NULL, 1795000000000, 1795000000000, NULL, NULL);
INSERT INTO dora_incident (repo, number, opened_ms, closed_ms, updated_ms, counts)
VALUES (10, 5, 1795000000000, NULL, 1795000000000, TRUE);
INSERT INTO dora_run (repo, id, started_ms, finished_ms, success) VALUES (10, 7, 1795000000000, 1795000060000, NULL);
INSERT INTO dora_repo (repo, created_ms, first_production_ms, known_from_ms, whole, read_ms, problem)
VALUES (10, 1794000000000, NULL, NULL, FALSE, NULL, NULL);
