UPDATE installation SET listed_ms = 1795000000000 WHERE id = 1;
