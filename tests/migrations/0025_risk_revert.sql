UPDATE risk_pull SET revert = TRUE WHERE repo = 10 AND number = 8;
