INSERT INTO budgets_said (repo, environment, said_ms, messages)
    VALUES (10, 'production', 1795000000000, '["the error budget of `up` is spent"]');
