-- Rows as version 0018 writes them.
INSERT INTO upgrade_wave VALUES (2, 1795000000000, 'upgrades: 3 wait for v2: no canary has merged it yet');
UPDATE adoption SET asked_ms = 1795000000000, fails = TRUE WHERE repo = 10;
