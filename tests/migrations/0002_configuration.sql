-- Rows as version 0002 writes them.
INSERT INTO organisation_file VALUES (1, 'acme/.github:waymark.yml', 'path: default', NULL, 1795000000000);
INSERT INTO organisation_file VALUES (2, NULL, NULL, 'line 1: no mapping', 0);
INSERT INTO repo_labels VALUES (10, '{"topics":["pci"],"properties":null}');
