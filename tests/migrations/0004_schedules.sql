INSERT INTO schedule (name, due_ms) VALUES ('sync', 1000);
