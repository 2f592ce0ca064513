INSERT INTO recovery (id, through_ms, top_ms, cursor) VALUES (1, 1795000000000, NULL, NULL);
