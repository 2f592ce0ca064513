INSERT INTO repo VALUES (30, 2, 'Other/Named', 'main', FALSE, FALSE);
