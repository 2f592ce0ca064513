//! What only a container itself can say: no writing to its image, no gaining of rights.

use serde_json::Value;

use super::Fix;
use super::bench::Bench;
use super::own_image::{low_port, needs_root};
use super::pod::{InPod, container};

pub(super) const READ_ONLY_ROOT_FILESYSTEM: Fix = Fix {
    policy: "kubernetes/read_only_root_filesystem",
    look_out: "what the program writes outside of its volumes, such as `/tmp`, needs an `emptyDir`",
    apply: |bench, finding| {
        let it = container(bench, finding)?;
        // They write beside their volumes: sockets, caches, their own configuration.
        refuse_root(bench, &it, "it writes to its own image")?;
        harden(bench, &it, "readOnlyRootFilesystem", true)
    },
};

pub(super) const NO_PRIVILEGE_ESCALATION: Fix = Fix {
    policy: "kubernetes/no_privilege_escalation",
    look_out: "programs such as `sudo` and `ping` no longer get rights of their own",
    apply: |bench, finding| {
        let it = container(bench, finding)?;
        let own = bench.value(&it.spot, &it.container);
        let own = &own["securityContext"];
        let adds = own["capabilities"]["add"].as_array().into_iter().flatten();
        let is_admin = |name: &Value| matches!(name.as_str(), Some("SYS_ADMIN" | "CAP_SYS_ADMIN"));
        if own["privileged"] == Value::Bool(true) || adds.into_iter().any(is_admin) {
            return Err("Kubernetes allows it on no container that is privileged".to_owned());
        }
        harden(bench, &it, "allowPrivilegeEscalation", false)
    },
};

pub(super) const CAPABILITIES_DROPPED: Fix = Fix {
    policy: "kubernetes/capabilities_dropped",
    look_out: "programs that change their user or own files of others no longer can",
    apply: |bench, finding| {
        if finding.place.pointer.as_deref().is_some_and(|at| !at.ends_with("/drop")) {
            return Err("whether it can do without is yours to say".to_owned());
        }
        let it = container(bench, finding)?;
        refuse_root(bench, &it, "it gives its rights away itself")?;
        let pointer = format!("{}/securityContext/capabilities/drop", it.container);
        match bench.value(&it.spot, &pointer) {
            Value::Null => bench.set(&it.spot, &pointer, "[ALL]")?,
            Value::Array(_) => {
                let text = bench.text(&it.spot.path)?;
                let edited =
                    crate::domain::edit::fields::append(text, it.spot.document, &pointer, "ALL");
                let edited = edited.map_err(|error| error.to_string())?;
                bench.put(&it.spot.path, edited);
            }
            _ => return Err("its `drop` is not a list".to_owned()),
        }
        // Without it the program could not open its port.
        let own = bench.value(&it.spot, &it.container);
        let add = format!("{}/securityContext/capabilities/add", it.container);
        if low_port(&own).is_some() && bench.value(&it.spot, &add).is_null() {
            let allowed = bench.parameters.get("allowed_capabilities").and_then(Value::as_array);
            if !allowed.is_some_and(|names| names.iter().any(|name| name == "NET_BIND_SERVICE")) {
                return Err(
                    "it listens on a port below 1024, and may not keep the right to".to_owned()
                );
            }
            bench.set(&it.spot, &add, "[NET_BIND_SERVICE]")?;
            return Ok("drops all capabilities but the one for ports below 1024".to_owned());
        }
        Ok("drops all capabilities".to_owned())
    },
};

fn refuse_root(bench: &Bench<'_>, it: &InPod, why: &str) -> Result<(), String> {
    match needs_root(bench, &bench.value(&it.spot, &it.container)) {
        Some(known) => Err(format!("{known}, so {why}")),
        None => Ok(()),
    }
}

fn harden(bench: &mut Bench<'_>, it: &InPod, field: &str, value: bool) -> Result<String, String> {
    let pointer = format!("{}/securityContext/{field}", it.container);
    if let Value::Bool(other) = bench.value(&it.spot, &pointer) {
        bench.on_purpose(&format!("`{field}: {other}`"))?;
    }
    bench.set(&it.spot, &pointer, if value { "true" } else { "false" })?;
    Ok(format!("sets `{field}: {value}`"))
}
