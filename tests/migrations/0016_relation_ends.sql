INSERT INTO relation VALUES (10, 'component:default/api', 'provides', 'api:default/api');
