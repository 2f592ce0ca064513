-- Who needs an entity, and what it offers: asked for by name, not through every relation of an organisation.
CREATE INDEX relation_object ON relation (object, verb, repo, subject);
CREATE INDEX relation_subject ON relation (subject, verb, repo, object);
