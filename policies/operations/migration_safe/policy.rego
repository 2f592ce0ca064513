# METADATA
# title: Migrations leave the running service alone
# description: |
#   While a change rolls out, old and new code run side by side on one database. A statement that
#   drops what old code reads cannot be undone; one that holds a lock while it reads or writes a
#   whole table stops everybody else. Asked of migrations that a pull request adds; what the same
#   file creates may be changed freely. Locks are those of PostgreSQL: where text, folder and drivers
#   do not say which database it is, the parameter `database` does (`postgresql`, `mysql`, …).
#   Programs (Rails, Django, Alembic, Entity Framework, Knex, TypeORM, Liquibase) are read by the
#   names of their operations.
# related_resources:
#   - https://www.postgresql.org/docs/current/explicit-locking.html
#   - https://squawkhq.com/docs/rules
# custom:
#   severity: high
#   level: silver
#   mode: warn
#   needs: [change, migrations]
#   scope: repo
#   since: "0.1.0"
#   parameters:
#     database: ""
#   remediation: |
#     Do it in steps: add beside, fill in batches, switch the code, and drop in a later release. Take
#     the forms that do not hold up others:
#
#     ```sql
#     CREATE INDEX CONCURRENTLY orders_user ON orders (user_id);
#     ALTER TABLE orders ADD CONSTRAINT orders_user_fk FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;
#     ```
#
#     Where it does no harm, say why in the comment above the statement (at the start of the file: for
#     all of it); in Rails, `safety_assured` says the same:
#
#     ```sql
#     -- waymark:acknowledged reason="no release since 3.2 reads this table"
#     DROP TABLE legacy_orders;
#     ```
package waymark.operations.migration_safe

import rego.v1

default applies := false

applies if count(input.migrations) > 0

findings contains {
	"message": sprintf("`%s`%s %s: %s", [statement.kind, of(statement), effects[statement.effect], statement.why]),
	"path": migration.path,
	"pointer": statement.pointer,
	"resource": subject(statement),
	"remediation": "Do it in steps, or say why it does no harm: `waymark:acknowledged reason=\"…\"` in the comment above",
} if {
	some migration in input.migrations
	some statement in unanswered(migration)
	statement.effect == "destructive"
}

findings contains {
	"message": sprintf("`%s`%s %s (%s): %s", [statement.kind, of(statement), effects[statement.effect], statement.lock, statement.why]),
	"path": migration.path,
	"pointer": statement.pointer,
	"resource": subject(statement),
	"remediation": "Take the form that holds up nobody, or say why it does no harm: `waymark:acknowledged reason=\"…\"` in the comment above",
} if {
	some migration in input.migrations
	some statement in unanswered(migration)
	statement.effect == "lock_taking"
	database(migration) == "postgresql"
}

unknowns contains {
	"message": sprintf("whether `%s`%s holds others up depends on the database, which is not known; set the parameter `database`", [statement.kind, of(statement)]),
	"path": migration.path,
} if {
	some migration in input.migrations
	some statement in unanswered(migration)
	statement.effect == "lock_taking"
	database(migration) == ""
}

unknowns contains {"message": statement.why, "path": migration.path} if {
	some migration in input.migrations
	some statement in unanswered(migration)
	statement.effect == "unknown"
}

unanswered(migration) := [statement |
	some statement in migration.statements
	not statement.acknowledged
]

effects := {
	"destructive": "destroys data",
	"lock_taking": "locks out others",
}

of(statement) := sprintf(" of `%s`", [statement.target]) if is_string(statement.target)

else := ""

subject(statement) := sprintf("%s %s", [statement.kind, statement.target]) if is_string(statement.target)

else := statement.kind

# What the repository says of it counts more than what the text looks like.
database(_) := said if said != ""

database(migration) := guessed(migration) if said == ""

guessed(migration) := migration.dialect if is_string(migration.dialect)

else := ""

default said := ""

said := lower(data.waymark.params.database) if is_string(data.waymark.params.database)
