UPDATE risk_history SET cursor = '{"place":{"list":2},"whole":false}' WHERE repo = 10;
INSERT INTO risk_reading VALUES (10, 'commit:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '{}');
