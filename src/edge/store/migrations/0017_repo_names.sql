-- A repository is looked up by its name for each job (its organisation's configuration lies in one): not by reading all.
CREATE INDEX repo_name ON repo (lower(name), installation, id);
