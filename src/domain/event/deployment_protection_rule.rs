//! `deployment_protection_rule`: a deployment waits for our answer.

use serde::Deserialize;

use super::payload::{InstallationRef, Repository};
use super::{DeploymentSeen, Intent};
use crate::domain::ids::Sha;

#[derive(Deserialize)]
struct Payload {
    action: String,
    environment: Option<String>,
    event: Option<String>,
    sha: Option<Sha>,
    #[serde(rename = "ref")]
    git_ref: Option<String>,
    deployment_callback_url: Option<String>,
    deployment: Option<Deployment>,
    #[serde(default)]
    pull_requests: Vec<Pull>,
    repository: Repository,
    installation: Option<InstallationRef>,
}

#[derive(Deserialize)]
struct Deployment {
    id: i64,
    sha: Option<Sha>,
    #[serde(rename = "ref")]
    git_ref: Option<String>,
    creator: Option<Account>,
}

#[derive(Deserialize)]
struct Account {
    login: String,
}

#[derive(Deserialize)]
struct Pull {
    number: i64,
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Intent>, serde_json::Error> {
    let p: Payload = serde_json::from_slice(body)?;
    let Some(installation) = p.installation.filter(|_| p.action == "requested") else {
        return Ok(Vec::new());
    };
    let of_deployment = p.deployment.as_ref();
    let head = p.sha.or_else(|| of_deployment.and_then(|d| d.sha.clone()));
    let (Some(head), Some(environment), Some(callback)) =
        (head, p.environment, p.deployment_callback_url)
    else {
        return Ok(Vec::new());
    };
    let named = p.git_ref.or_else(|| of_deployment.and_then(|d| d.git_ref.clone()));
    let deployment = DeploymentSeen {
        id: of_deployment.map_or(0, |d| d.id),
        environment,
        git_ref: named.unwrap_or_else(|| head.to_string()),
        head,
        event: p.event.unwrap_or_default(),
        creator: p.deployment.and_then(|d| Some(d.creator?.login)),
        pulls: p.pull_requests.into_iter().map(|pull| pull.number).collect(),
        callback,
    };
    Ok(vec![Intent::Deployment {
        installation: installation.id,
        repo: p.repository.into(),
        deployment,
    }])
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn intents(change: impl FnOnce(&mut Value)) -> Vec<Intent> {
        let mut payload = json!({
            "action": "requested", "environment": "production", "event": "push",
            "deployment_callback_url": "https://api.github.com/repos/a/b/actions/runs/5/deployment_protection_rule",
            "deployment": {"id": 7, "sha": "a".repeat(40), "ref": "main", "creator": {"login": "ada"}},
            "pull_requests": [{"number": 3}],
            "repository": {"id": 2, "full_name": "a/b"},
            "installation": {"id": 1},
        });
        change(&mut payload);
        read(payload.to_string().as_bytes()).expect("readable")
    }

    #[test]
    fn what_waits_is_told() {
        let intents = intents(|_| ());
        let [Intent::Deployment { deployment, .. }] = intents.as_slice() else {
            panic!("{intents:?}");
        };
        assert_eq!((deployment.id, deployment.environment.as_str()), (7, "production"));
        assert_eq!((deployment.git_ref.as_str(), &deployment.pulls[..]), ("main", &[3][..]));
    }

    #[test]
    fn without_commit_or_callback_there_is_nothing_to_answer() {
        for change in [
            |p: &mut Value| p["action"] = json!("other"),
            |p: &mut Value| p["deployment"] = json!(null),
            |p: &mut Value| p["deployment_callback_url"] = json!(null),
            |p: &mut Value| p["installation"] = json!(null),
        ] {
            assert_eq!(intents(change), Vec::new());
        }
        let at_the_top = intents(|p| {
            p["deployment"] = json!(null);
            p["sha"] = json!("b".repeat(40));
        });
        assert_eq!(at_the_top.len(), 1);
    }
}
