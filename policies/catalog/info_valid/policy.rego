# METADATA
# title: Every entity in catalog-info.yaml follows Backstage's rules
# description: |
#   Backstage refuses an entity that breaks its rules, and does so quietly: the page of the service
#   goes stale or disappears, and with it its owner, its documentation and its links. The rules are
#   those of Backstage's own entity schemas, checked before the merge instead of after it.
# related_resources:
#   - https://backstage.io/docs/features/software-catalog/descriptor-format
# custom:
#   severity: medium
#   level: bronze
#   mode: enforce
#   needs: [catalog]
#   scope: file
#   since: "0.1.0"
#   parameters:
#     extra_kinds: []
#     extra_api_versions: []
#   fix: >-
#     Adds what can only be one thing (`apiVersion`, `kind: Component`, the name of the
#     repository, the owner that CODEOWNERS names, `children` of a group), puts numbers in quotes,
#     and writes tags in lower case.
#   remediation: |
#     Give the entity what its kind requires; this Component is complete:
#
#     ```yaml
#     apiVersion: backstage.io/v1alpha1
#     kind: Component
#     metadata:
#       name: payments            # 1-63 letters, digits, and - _ . between them
#       tags: [java, card-data]   # lower case
#       labels:
#         acme.com/tier: gold
#     spec:
#       type: service
#       lifecycle: production
#       owner: group:default/payments
#     ```
package waymark.catalog.info_valid

import rego.v1

import data.waymark.lib.pointers

default applies := false

applies if input.catalog.path != null

api_versions := {"backstage.io/v1alpha1", "backstage.io/v1beta1"}

template_api_versions := {
	"backstage.io/v1beta2",
	"scaffolder.backstage.io/v1beta2",
	"scaffolder.backstage.io/v1beta3",
}

# Kind → fields of `spec` that must be a text; `null` for a kind whose spec is not looked into.
required := {
	"API": ["type", "lifecycle", "owner"],
	"Component": ["type", "lifecycle", "owner"],
	"Domain": ["owner"],
	"Group": ["type"],
	"Location": [],
	"Resource": ["type", "owner"],
	"System": ["owner"],
	"Template": ["type"],
	"User": [],
}

# Fields of `spec` that, when they are there, must be a text.
optional := {
	"API": ["system"],
	"Component": ["system", "subcomponentOf"],
	"Domain": ["subdomainOf"],
	"Group": ["parent"],
	"Location": ["type", "target"],
	"Resource": ["system"],
	"System": ["domain"],
	"Template": ["owner"],
	"User": [],
}

# Fields of `spec` that, when they are there, must be a list of texts.
lists := {
	"API": [],
	"Component": ["providesApis", "consumesApis", "dependsOn", "dependencyOf"],
	"Domain": [],
	"Group": ["children", "members"],
	"Location": ["targets"],
	"Resource": ["dependsOn", "dependencyOf"],
	"System": [],
	"Template": [],
	"User": ["memberOf"],
}

# The text itself.
findings contains {
	"message": sprintf("%s is not valid YAML: %s", [problem.path, problem.message]),
	"path": problem.path,
	"pointer": problem.pointer,
} if {
	some problem in input.catalog.problems
}

# Every fault below is found in one document and has a pointer into it.
findings contains {
	"message": fault.message,
	"path": document.path,
	"pointer": sprintf("%s%s", [document.pointer, fault.at]),
	"resource": resource(document.entity),
	"remediation": fault.fix,
} if {
	some document in input.catalog.entities
	some fault in faults(document.entity)
}

resource(entity) := sprintf("%v %v", [entity.kind, entity.metadata.name]) if {
	is_string(entity.kind)
	is_string(entity.metadata.name)
}

else := "entity"

faults(entity) := {{
	"at": "",
	"message": sprintf("This document is a %s where Backstage expects an entity", [type_name(entity)]),
	"fix": "Write a mapping with `apiVersion`, `kind`, `metadata` and `spec`, or remove the document",
}} if {
	not is_object(entity)
}

else := (envelope(entity) | metadata(entity)) | spec(entity)

type_name(value) := "text" if is_string(value)

else := "list" if is_array(value)

else := "plain value"

# apiVersion and kind

envelope(entity) := api_version_faults(entity) | kind_faults(entity)

api_version_faults(entity) := {{
	"at": "/apiVersion",
	"message": "`apiVersion` is missing",
	"fix": "Add `apiVersion: backstage.io/v1alpha1`",
}} if {
	not is_string(object.get(entity, "apiVersion", null))
}

else := set() if allowed_version(entity)

else := {{
	"at": "/apiVersion",
	"message": sprintf("`apiVersion` is `%s`, which Backstage does not know for this kind", [entity.apiVersion]),
	"fix": "Write `apiVersion: backstage.io/v1alpha1`",
}}

allowed_version(entity) if entity.apiVersion in api_versions

allowed_version(entity) if entity.apiVersion in data.waymark.params.extra_api_versions

allowed_version(entity) if {
	object.get(entity, "kind", "") == "Template"
	entity.apiVersion in template_api_versions
}

kind_faults(entity) := {{
	"at": "/kind",
	"message": "`kind` is missing",
	"fix": "Add `kind: Component`",
}} if {
	not is_string(object.get(entity, "kind", null))
}

else := set() if required[entity.kind]

else := set() if entity.kind in data.waymark.params.extra_kinds

else := {{
	"at": "/kind",
	"message": sprintf("`kind` is `%s`, which is not a kind of Backstage", [entity.kind]),
	"fix": sprintf("Use one of %s", [concat(", ", [kind | some kind, _ in required])]),
}}

# metadata

metadata(entity) := {{
	"at": "/metadata",
	"message": "`metadata` is missing",
	"fix": "Add `metadata` with a `name`",
}} if {
	not is_object(object.get(entity, "metadata", null))
}

else := union({
	name_faults(entity.metadata),
	namespace_faults(entity.metadata),
	text_faults(entity.metadata),
	map_faults(entity.metadata, "labels"),
	map_faults(entity.metadata, "annotations"),
	tag_faults(entity.metadata),
	link_faults(entity.metadata),
})

name_faults(meta) := set() if is_name(object.get(meta, "name", null))

else := {{
	"at": "/metadata/name",
	"message": "`metadata.name` is missing",
	"fix": "Add `name` under `metadata`",
}} if {
	object.get(meta, "name", null) == null
}

else := {{
	"at": "/metadata/name",
	"message": sprintf("`metadata.name` is `%v`: it must be 1 to 63 letters and digits, with `-`, `_` or `.` between them", [meta.name]),
	"fix": "Rename the entity",
}}

namespace_faults(meta) := set() if object.get(meta, "namespace", null) == null

else := set() if is_dns_label(meta.namespace)

else := {{
	"at": "/metadata/namespace",
	"message": sprintf("`metadata.namespace` is `%v`: it must be 1 to 63 lower-case letters and digits, with `-` between them", [meta.namespace]),
	"fix": "Rename or remove the namespace",
}}

text_faults(meta) := {fault |
	some field in ["title", "description"]
	value := object.get(meta, field, null)
	value != null
	not is_string(value)
	fault := {
		"at": sprintf("/metadata/%s", [field]),
		"message": sprintf("`metadata.%s` must be a text", [field]),
		"fix": "Put the value in quotes",
	}
}

map_faults(meta, field) := set() if object.get(meta, field, null) == null

else := {{
	"at": sprintf("/metadata/%s", [field]),
	"message": sprintf("`metadata.%s` must be a mapping", [field]),
	"fix": "Write one `key: value` per line",
}} if {
	not is_object(meta[field])
}

else := key_faults(meta, field) | value_faults(meta, field)

key_faults(meta, field) := {fault |
	some key, _ in meta[field]
	not is_label_key(key)
	fault := {
		"at": sprintf("/metadata/%s/%s", [field, pointers.escape(key)]),
		"message": sprintf("`%s` is not a valid key in `metadata.%s`: write `name` or `prefix.example.com/name`", [key, field]),
		"fix": "Rename the key",
	}
}

value_faults(meta, field) := {fault |
	some key, value in meta[field]
	not is_map_value(field, value)
	fault := {
		"at": sprintf("/metadata/%s/%s", [field, pointers.escape(key)]),
		"message": sprintf("`%s` in `metadata.%s` must be %s", [key, field, wanted_value[field]]),
		"fix": value_fix(value),
	}
}

wanted_value := {
	"annotations": "a text",
	"labels": "a text of at most 63 letters and digits, with `-`, `_` or `.` between them",
}

value_fix(value) := sprintf("Put it in quotes: `\"%v\"`", [value]) if is_plain(value)

else := "Change the value"

is_plain(value) if is_number(value)

is_plain(value) if is_boolean(value)

is_map_value("annotations", value) if is_string(value)

is_map_value("labels", value) if value == ""

is_map_value("labels", value) if is_name(value)

tag_faults(meta) := set() if object.get(meta, "tags", null) == null

else := {{
	"at": "/metadata/tags",
	"message": "`metadata.tags` must be a list",
	"fix": "Write one tag per line, each behind `- `",
}} if {
	not is_array(meta.tags)
}

else := {fault |
	some index, tag in meta.tags
	not is_tag(tag)
	fault := {
		"at": sprintf("/metadata/tags/%d", [index]),
		"message": sprintf("Tag `%v` is not valid: a tag is 1 to 63 lower-case letters, digits, `:`, `+` and `#`, with `-` between them", [tag]),
		"fix": tag_fix(tag),
	}
}

tag_fix(tag) := sprintf("Write `%s`", [lower(tag)]) if is_tag(lower(tag))

else := "Change or remove the tag"

link_faults(meta) := set() if object.get(meta, "links", null) == null

else := {{
	"at": "/metadata/links",
	"message": "`metadata.links` must be a list",
	"fix": "Write one link per line, each behind `- url: `",
}} if {
	not is_array(meta.links)
}

else := {fault |
	some index, link in meta.links
	not has_url(link)
	fault := {
		"at": sprintf("/metadata/links/%d/url", [index]),
		"message": sprintf("Link %d has no `url`", [index + 1]),
		"fix": "Add `url` to the link",
	}
}

has_url(link) if is_text(link.url)

# spec

spec(entity) := set() if not required[object.get(entity, "kind", "")]

else := {{
	"at": "/spec",
	"message": "`spec` is missing",
	"fix": "Add `spec`",
}} if {
	not is_object(object.get(entity, "spec", null))
}

else := union({
	required_faults(entity),
	optional_faults(entity),
	list_faults(entity),
	definition_faults(entity),
	children_faults(entity),
	steps_faults(entity),
})

required_faults(entity) := {fault |
	some field in required[entity.kind]
	not is_text(object.get(entity.spec, field, null))
	fault := {
		"at": sprintf("/spec/%s", [field]),
		"message": sprintf("%s needs %s `spec.%s`", [entity.kind, need(entity.spec, field), field]),
		"fix": sprintf("Add `%s: %s` under `spec`", [field, sample[field]]),
	}
}

need(spec, field) := "the field" if object.get(spec, field, null) == null

else := "a text in"

sample := {
	"lifecycle": "production",
	"owner": "group:default/your-team",
	"type": "service",
}

optional_faults(entity) := {fault |
	some field in optional[entity.kind]
	value := object.get(entity.spec, field, null)
	value != null
	not is_text(value)
	fault := {
		"at": sprintf("/spec/%s", [field]),
		"message": sprintf("`spec.%s` must be a text that is not empty", [field]),
		"fix": "Write a name, or remove the field",
	}
}

list_faults(entity) := {fault |
	some field in lists[entity.kind]
	value := object.get(entity.spec, field, null)
	value != null
	not is_list_of_texts(value)
	fault := {
		"at": sprintf("/spec/%s", [field]),
		"message": sprintf("`spec.%s` must be a list of texts", [field]),
		"fix": "Write one reference per line, each behind `- `",
	}
}

is_list_of_texts(value) if {
	is_array(value)
	every item in value {
		is_text(item)
	}
}

# A definition may also be a placeholder such as `$text: ./openapi.yaml`.
definition_faults(entity) := {{
	"at": "/spec/definition",
	"message": "API needs the field `spec.definition`",
	"fix": "Add `definition` under `spec`, for example with `$text: ./openapi.yaml` in it",
}} if {
	entity.kind == "API"
	definition := object.get(entity.spec, "definition", null)
	not is_text(definition)
	not is_placeholder(definition)
}

else := set()

is_placeholder(value) if {
	is_object(value)
	some key, _ in value
	startswith(key, "$")
}

children_faults(entity) := {{
	"at": "/spec/children",
	"message": "Group needs the field `spec.children`",
	"fix": "Add `children: []` under `spec`",
}} if {
	entity.kind == "Group"
	object.get(entity.spec, "children", null) == null
}

else := set()

steps_faults(entity) := {{
	"at": "/spec/steps",
	"message": "Template needs the field `spec.steps`",
	"fix": "Add `steps` under `spec`",
}} if {
	entity.kind == "Template"
	entity.apiVersion == "scaffolder.backstage.io/v1beta3"
	not is_array(object.get(entity.spec, "steps", null))
}

else := set()

# Words

is_text(value) if {
	is_string(value)
	value != ""
}

is_name(value) if {
	is_string(value)
	regex.match(`^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`, value)
}

is_dns_label(value) if {
	is_string(value)
	count(value) <= 63
	regex.match(`^[a-z0-9]+(-+[a-z0-9]+)*$`, value)
}

is_label_key(key) if is_name(key)

is_label_key(key) if {
	parts := split(key, "/")
	count(parts) == 2
	count(parts[0]) <= 253
	every label in split(parts[0], ".") {
		is_dns_label(label)
	}
	is_name(parts[1])
}

is_tag(value) if {
	is_string(value)
	count(value) <= 63
	regex.match(`^[a-z0-9:+#]+(-[a-z0-9:+#]+)*$`, value)
}
