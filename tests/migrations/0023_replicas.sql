INSERT INTO replica (id, seen_ms) VALUES ('01a2', 1795000000000);
