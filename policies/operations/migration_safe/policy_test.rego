package waymark.operations.migration_safe_test

import rego.v1

import data.waymark.operations.migration_safe

statement(effect, changes) := object.union(
	{
		"pointer": "#problem/0",
		"kind": "drop_table",
		"effect": effect,
		"lock": "SHARE",
		"target": "users",
		"why": "because",
		"acknowledged": false,
	},
	changes,
)

counts(statement, dialect, database) := [count(found), count(unsure)] if {
	snap := {"migrations": [{"path": "m.sql", "dialect": dialect, "statements": [statement]}]}
	params := {"database": database}
	found := migration_safe.findings with input as snap with data.waymark.params as params
	unsure := migration_safe.unknowns with input as snap with data.waymark.params as params
}

test_destructive_everywhere if {
	every dialect in ["postgresql", "mysql", null] {
		counts(statement("destructive", {}), dialect, "") == [1, 0]
	}
	counts(statement("destructive", {"acknowledged": true}), null, "") == [0, 0]
	counts(statement("destructive", {"target": null}), null, "") == [1, 0]
}

test_locks_of_postgresql if {
	counts(statement("lock_taking", {}), "postgresql", "") == [1, 0]
	counts(statement("lock_taking", {}), "mysql", "") == [0, 0]
	counts(statement("lock_taking", {}), null, "") == [0, 1]
	counts(statement("lock_taking", {}), null, "PostgreSQL") == [1, 0]
	counts(statement("lock_taking", {}), "postgresql", "mysql") == [0, 0]
}

test_the_rest if {
	counts(statement("unknown", {}), null, "") == [0, 1]
	counts(statement("breaks_running_code", {}), null, "") == [0, 0]
	counts(statement("additive", {}), null, "") == [0, 0]
}
