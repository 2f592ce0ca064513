//! Installation tokens: one exchange for many, kept apart, dropped in time, never shown.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tokio::task::JoinSet;
use waymark::domain::ids::{InstallationId, RepoId};
use waymark::edge::github::{GitHubError, TokenScope};

use super::stub::{START, Stub, answer, repo, repository, sha, tenant, token};

fn good(seen: &super::stub::Seen) -> Option<super::stub::Reply> {
    seen.path.starts_with("/repos/acme/api").then(|| answer(200, repository()))
}

#[tokio::test]
async fn twenty_callers_share_one_exchange() {
    let stub = Stub::start(good).await;
    let gh = stub.github();
    let mut callers = JoinSet::new();
    for _ in 0..20 {
        let tenant = tenant(&gh);
        callers.spawn(async move { tenant.repository(&repo()).await });
    }
    while let Some(done) = callers.join_next().await {
        assert_eq!(done.unwrap().unwrap().id, RepoId(9));
    }
    assert_eq!((stub.exchanges().len(), stub.calls().len()), (1, 20));
}

#[tokio::test]
async fn callers_who_fail_together_ask_once() {
    let stub = Stub::start(|_| Some(answer(502, json!({})))).await;
    let gh = stub.github();
    let mut callers = JoinSet::new();
    for _ in 0..20 {
        let tenant = tenant(&gh);
        callers.spawn(async move { tenant.repository(&repo()).await });
    }
    while let Some(done) = callers.join_next().await {
        assert!(matches!(done.unwrap(), Err(GitHubError::Unavailable { .. })));
    }
    assert_eq!((stub.exchanges().len(), stub.calls().len()), (1, 0));
}

#[tokio::test]
async fn a_token_is_used_until_five_minutes_before_its_end() {
    let stub = Stub::start(good).await;
    let tenant = tenant(&stub.github());
    tenant.repository(&repo()).await.unwrap();
    stub.pass_ms(55 * 60_000 - 1);
    tenant.repository(&repo()).await.unwrap();
    assert_eq!(stub.exchanges().len(), 1);
    stub.pass_ms(1);
    tenant.repository(&repo()).await.unwrap();
    assert_eq!(stub.exchanges().len(), 2);
    let used: Vec<_> = stub.calls().iter().map(|s| s.auth().unwrap().to_owned()).collect();
    assert_eq!(used, ["Bearer ghs_1", "Bearer ghs_1", "Bearer ghs_2"]);
}

#[tokio::test]
async fn tenants_and_scopes_have_their_own_narrow_tokens() {
    let stub = Stub::start(good).await;
    let gh = stub.github();
    for (installation, scope) in [
        (5, TokenScope::checking(RepoId(9))),
        (6, TokenScope::checking(RepoId(9))),
        (5, TokenScope::of(RepoId(9))),
        (5, TokenScope::checking(RepoId(10))),
        (5, TokenScope::checking(RepoId(9))),
    ] {
        let tenant = gh.installation(InstallationId(installation), scope);
        tenant.repository(&repo()).await.unwrap();
    }
    let asked = stub.exchanges();
    let paths: Vec<_> = asked.iter().map(|s| s.path.as_str()).collect();
    let path = |id| format!("/app/installations/{id}/access_tokens");
    assert_eq!(paths, [path(5), path(6), path(5), path(5)]);
    assert_eq!(
        asked[0].body,
        json!({"repository_ids": [9], "permissions": {
            "checks": "write", "contents": "read", "metadata": "read", "pull_requests": "read"}})
    );
    assert!(asked.iter().all(|s| s.auth().unwrap().starts_with("Bearer eyJ")), "signed as the App");
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_also_for_writes() {
    let stub = Stub::start(|seen| match seen.auth() {
        Some("Bearer ghs_1") => Some(answer(401, json!({"message": "Bad credentials"}))),
        Some("Bearer ghs_2") if seen.method == "POST" => Some(answer(
            201,
            json!({"id": 3, "name": "waymark", "head_sha": sha('a'), "status": "completed"}),
        )),
        _ => None,
    })
    .await;
    let tenant = tenant(&stub.github());
    let draft = super::checks::draft(1);
    assert_eq!(tenant.post_check_run(&repo(), &draft, false).await.unwrap().id, 3);
    let calls = stub.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].body, calls[1].body);
    assert_eq!(stub.exchanges().len(), 2);
}

#[tokio::test]
async fn a_token_refused_twice_is_a_matter_of_credentials() {
    let stub = Stub::start(|seen| {
        seen.path.starts_with("/repos").then(|| answer(401, json!({"message": "Bad credentials"})))
    })
    .await;
    let error = tenant(&stub.github()).repository(&repo()).await.unwrap_err();
    let message = "GET /repos/acme/api answered 401: Bad credentials".to_owned();
    assert_eq!(error, GitHubError::Credentials { message });
    assert_eq!((stub.exchanges().len(), stub.calls().len()), (2, 2));
}

#[tokio::test]
async fn a_permission_that_was_not_granted_is_named() {
    let stub = Stub::start(|seen| {
        Some(match seen.path.as_str() {
            "/app/installations/5" => answer(
                200,
                json!({"id": 5, "account": {"login": "acme"}, "repository_selection": "all",
                    "permissions": {"metadata": "read", "contents": "read", "checks": "read"}}),
            ),
            _ => answer(
                422,
                json!({"message":
                "The permissions requested are not granted to this installation."}),
            ),
        })
    })
    .await;
    let error = tenant(&stub.github()).repository(&repo()).await.unwrap_err();
    let GitHubError::Forbidden { message } = error else { panic!("{error:?}") };
    assert!(
        message.starts_with("installation 5 lacks the permission checks:write, pull_requests:read"),
        "{message}"
    );
    assert!(message.contains("owner of acme") && message.contains("answered 422"), "{message}");
}

#[tokio::test]
async fn long_tokens_pass_and_no_token_is_ever_shown() {
    let long = format!("ghs_7_{}.{}.{}", "a".repeat(200), "b".repeat(300), "c".repeat(100));
    let given = long.clone();
    let nth = AtomicUsize::new(0);
    let stub = Stub::start(move |seen| {
        if seen.path.ends_with("access_tokens") {
            return Some(token(&given, START.plus_ms(3_600_000)));
        }
        Some(match nth.fetch_add(1, Ordering::Relaxed) {
            0 => answer(200, repository()),
            1 => answer(403, json!({"message": "no"})),
            2 => answer(500, json!({"message": "oops"})),
            3 => answer(200, json!({"id": "wrong"})),
            _ => answer(401, json!({"message": "Bad credentials"})),
        })
    })
    .await;
    let gh = stub.github();
    let tenant = tenant(&gh);
    let mut shown = format!("{gh:?} {tenant:?} {:?}", stub.settings(""));
    for _ in 0..5 {
        shown.push_str(&match tenant.repository(&repo()).await {
            Ok(repository) => format!("{repository:?}"),
            Err(error) => format!("{error:?} {error}"),
        });
    }
    assert_eq!(stub.calls()[0].auth(), Some(format!("Bearer {long}").as_str()));
    for secret in ["ghs_", "Bearer", "eyJ", "PRIVATE KEY", "MII"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
