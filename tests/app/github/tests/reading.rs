//! Every read endpoint answers what the description promises, and only to those who may ask.

use serde_json::{Value, json};

use super::*;
use crate::github::{delete, executable, put, submodule, symlink};

#[tokio::test]
async fn every_read_fits_the_description() {
    let (github, mut client) = fixture().await;
    let base = github.head("acme/payments", "main");
    let number = github.open_pull_from_fork("acme/payments", "stranger", &[("x.txt", "x\n")]);
    github.push(
        "acme/payments",
        "main",
        &[("README.md", put("hello\nworld\n")), ("src/main.rs", delete())],
        "second",
    );
    let ours = {
        github.push(
            "acme/payments",
            "feature",
            &[
                ("link", symlink("README.md")),
                ("sub", submodule(&base)),
                ("bin/run", executable("#!\n")),
            ],
            "modes",
        );
        github.open_pull("acme/payments", "feature", "main")
    };
    client.install(&github, json!({})).await;
    let comment = github.comment("acme/payments", ours, "stranger", "/platform help");
    let head = github.head("acme/payments", "feature");
    let run = client
        .post("/repos/acme/payments/check-runs", json!({"name": "w", "head_sha": head, "status": "completed", "conclusion": "success",
            "output": {"title": "t", "summary": "s", "annotations": [{"path": "README.md", "start_line": 1, "end_line": 1, "annotation_level": "warning", "message": "m"}]}}))
        .await;
    assert_eq!(run.status, 201, "{}", run.text);
    let run = run.json()["id"].clone();
    client
        .post(
            &format!("/repos/acme/payments/issues/comments/{comment}/reactions"),
            json!({"content": "eyes"}),
        )
        .await;
    client
        .post(&format!("/repos/acme/payments/issues/{ours}/comments"), json!({"body": "hi"}))
        .await;
    github.clock().advance(1);
    client
        .post("/repos/acme/payments/issues", json!({"title": "t", "body": "b", "labels": ["x"]}))
        .await;
    let (id, tree) = (github.repo_id("acme/payments"), github.tree("acme/payments", "feature"));
    let blob = crate::github::git::hash_object("blob", b"hello\n");
    let fork = github.calls().len();
    assert!(fork > 0);
    for path in [
        "/installation/repositories".to_string(),
        "/rate_limit".into(),
        "/repos/acme/payments".into(),
        format!("/repositories/{id}"),
        format!("/repositories/{id}/pulls/{number}"),
        "/repos/acme/payments/branches/feature".into(),
        "/repos/acme/payments/collaborators/octo-dev/permission".into(),
        "/repos/acme/payments/pulls?state=all&head=stranger:patch-1".into(),
        format!("/repos/acme/payments/pulls/{number}"),
        format!("/repos/acme/payments/pulls/{ours}/files?per_page=100"),
        format!("/repos/acme/payments/pulls/{ours}/commits"),
        "/repos/acme/payments/commits/main".into(),
        format!("/repos/acme/payments/commits/{head}/pulls"),
        "/repos/acme/payments/compare/main...stranger:patch-1".into(),
        format!("/repos/acme/payments/compare/{base}...feature?page=1"),
        format!("/repos/acme/payments/git/trees/{tree}?recursive=1"),
        "/repos/acme/payments/git/trees/main".into(),
        format!("/repos/acme/payments/git/blobs/{blob}"),
        format!("/repos/acme/payments/git/commits/{head}"),
        "/repos/acme/payments/git/ref/heads/main".into(),
        "/repos/acme/payments/contents/README.md?ref=main".into(),
        "/repos/acme/payments/contents/link?ref=feature".into(),
        "/repos/acme/payments/contents/sub?ref=feature".into(),
        "/repos/acme/payments/contents/bin?ref=feature".into(),
        format!("/repos/acme/payments/check-runs/{run}"),
        format!("/repos/acme/payments/check-runs/{run}/annotations"),
        format!("/repos/acme/payments/commits/{head}/check-runs?check_name=w&filter=latest"),
        "/repos/acme/payments/issues?state=all".into(),
        format!("/repos/acme/payments/issues/{ours}"),
        format!("/repos/acme/payments/issues/{ours}/comments"),
    ] {
        let answer = client.get(&path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    }
    client.jwt(&github, NOW - 60, NOW + 500);
    for path in ["/app", "/app/installations", "/app/hook/deliveries"] {
        assert_eq!(client.get(path).await.status, 200, "{path}");
    }
    github.assert_calm();
}

#[tokio::test]
async fn a_recursive_tree_is_cut_at_the_limit() {
    let (github, mut client) = fixture().await;
    client.install(&github, json!({})).await;
    let path = "/repos/acme/payments/git/trees/main?recursive=1";
    let whole = client.get(path).await.json();
    assert_eq!(
        (whole["truncated"].clone(), rows(&whole)),
        (json!(false), vec!["README.md".into(), "src".into(), "src/main.rs".into()])
    );
    github.truncate_trees(2);
    let cut = client.get(path).await.json();
    assert_eq!(
        (cut["truncated"].clone(), rows(&cut)),
        (json!(true), vec!["README.md".into(), "src".into()])
    );
    // One folder at a time is never cut.
    github.truncate_trees(0);
    assert_eq!(client.get("/repos/acme/payments/git/trees/main").await.json()["truncated"], false);
    github.assert_calm();
}

fn rows(tree: &Value) -> Vec<String> {
    tree["tree"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["path"].as_str().unwrap().into())
        .collect()
}

#[tokio::test]
async fn a_narrowed_token_reaches_only_what_it_names() {
    let (github, mut client) = fixture().await;
    github.create_repo("acme/other", &[("a", "a")]);
    let id = github.repo_id("acme/payments");
    let minted = client
        .install(&github, json!({"repository_ids": [id], "permissions": {"contents": "read"}}))
        .await
        .json();
    let token = minted["token"].as_str().unwrap();
    assert!(
        token.starts_with("ghs_424242_") && token.matches('.').count() == 2 && token.len() > 500
    );
    assert_eq!(minted["permissions"], json!({"contents": "read", "metadata": "read"}));
    assert_eq!(client.get("/repos/acme/payments/contents/README.md").await.status, 200);
    assert_eq!(client.get("/repos/acme/other/contents/a").await.status, 404);
    let body = json!({"name": "w", "head_sha": github.head("acme/payments", "main")});
    assert_eq!(client.post("/repos/acme/payments/check-runs", body).await.status, 403);
    let listed = client.get("/installation/repositories").await.json();
    assert_eq!(listed["total_count"], 1);
    // Wider than granted.
    let answer = client.install(&github, json!({"permissions": {"actions": "write"}})).await;
    assert_eq!(answer.status, 422);
    assert_eq!(github.forgive().len(), 1);
    // Expiry by the fake's clock.
    client.install(&github, json!({})).await;
    github.clock().advance(3_600);
    assert_eq!(client.get("/repos/acme/payments").await.status, 401);
}

#[tokio::test]
async fn a_jwt_is_verified() {
    let (github, mut client) = fixture().await;
    for (iat, exp, status) in [
        (NOW - 60, NOW + 540, 200),
        (NOW - 60, NOW + 601, 401),
        (NOW - 60, NOW, 401),
        (NOW + 1, NOW + 60, 401),
    ] {
        client.jwt(&github, iat, exp);
        assert_eq!(client.get("/app").await.status, status, "{iat} {exp}");
    }
    client.token.push('x');
    assert_eq!(client.get("/app").await.status, 401);
    assert_eq!(github.forgive().len(), 4);
}

#[tokio::test]
async fn bad_manners_are_noticed() {
    let (github, mut client) = fixture().await;
    client.install(&github, json!({})).await;
    client.get("/repos/acme/payments/pulls?state=ajar").await;
    client.get("/repos/acme/payments/pulls?colour=red").await;
    client.get("/repos/acme/payments/pulls?per_page=500").await;
    client.get("/repos/acme/payments/nonsense").await;
    client.user_agent = false;
    assert_eq!(client.get("/repos/acme/payments").await.status, 403);
    assert_eq!(github.forgive().len(), 5);
}

#[tokio::test]
async fn a_renamed_repository_redirects_to_its_id() {
    let (github, mut client) = fixture().await;
    client.install(&github, json!({})).await;
    github.rename_repo("acme/payments", "pay");
    let id = github.repo_id("acme/pay");
    let answer = client.get("/repos/acme/payments/git/trees/main?recursive=1").await;
    assert_eq!(answer.status, 301);
    let target = format!("{}/repositories/{id}/git/trees/main?recursive=1", github.url());
    assert_eq!(answer.header("location"), Some(target.as_str()));
    let answer = client.get(&format!("/repositories/{id}/git/trees/main?recursive=1")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(client.get(&format!("/repositories/{id}")).await.json()["full_name"], "acme/pay");
    github.assert_calm();
}

#[tokio::test]
async fn lists_are_paged_with_absolute_links() {
    let (github, mut client) = fixture().await;
    github.create_repo("acme/b", &[("a", "a")]);
    github.create_repo("acme/c", &[("a", "a")]);
    client.install(&github, json!({})).await;
    let first = client.get("/installation/repositories?per_page=2").await;
    assert_eq!(first.json()["repositories"].as_array().unwrap().len(), 2);
    let link =
        format!("<{}/installation/repositories?per_page=2&page=2>; rel=\"next\"", github.url());
    assert!(first.header("link").unwrap().starts_with(&link), "{:?}", first.header("link"));
    let second = client.get("/installation/repositories?per_page=2&page=2").await;
    assert_eq!(second.json()["repositories"][0]["name"], "c");
    let etag = second.header("etag").unwrap();
    let again = client
        .send_with(
            "GET",
            "/installation/repositories?per_page=2&page=2",
            None,
            &format!("If-None-Match: {etag}\r\n"),
        )
        .await
        .unwrap();
    assert_eq!(again.status, 304);
    github.assert_calm();
}

#[tokio::test]
async fn graphql_reads_blobs_by_object_id() {
    let (github, mut client) = fixture().await;
    github.push(
        "acme/payments",
        "main",
        &[("bin", put(b"a\0b".as_slice())), ("latin", put([0xe9_u8]))],
        "bytes",
    );
    client.install(&github, json!({})).await;
    let oid = |bytes: &[u8]| crate::github::git::hash_object("blob", bytes);
    let query = format!(
        "query($owner: String!, $name: String!) {{ rateLimit {{ remaining resetAt }} \
           repository(owner: $owner, name: $name) {{ \
             b0: object(oid: \"{}\") {{ ...F }} b1: object(oid: \"{}\") {{ ...F }} \
             b2: object(oid: \"{}\") {{ ... on Blob {{ text }} }} \
             b3: object(oid: \"{}\") {{ oid }} }} }} \
         fragment F on Blob {{ oid byteSize isBinary isTruncated text }}",
        oid(b"hello\n"),
        oid(b"a\0b"),
        oid(&[0xe9]),
        oid(b"nowhere")
    );
    let variables = json!({"owner": "acme", "name": "payments"});
    let answer =
        client.post("/graphql", json!({"query": query, "variables": variables})).await.json();
    let repo = &answer["data"]["repository"];
    assert_eq!(
        repo["b0"],
        json!({"oid": oid(b"hello\n"), "byteSize": 6, "isBinary": false, "isTruncated": false, "text": "hello\n"})
    );
    assert_eq!((&repo["b1"]["isBinary"], &repo["b1"]["text"]), (&json!(true), &Value::Null));
    assert_eq!(repo["b2"]["text"], "\u{fffd}");
    assert_eq!(repo["b3"], Value::Null);
    assert!(answer["errors"].is_null());
    let query = "{ repository(owner: \"acme\", name: \"secret\") { id } }";
    let answer = client.post("/graphql", json!({"query": query})).await;
    assert_eq!((answer.status, &answer.json()["errors"][0]["type"]), (200, &json!("NOT_FOUND")));
    github.assert_calm();
    client
        .post(
            "/graphql",
            json!({"query": "{ repository(owner: \"acme\", name: \"payments\") { stars } }"}),
        )
        .await;
    assert_eq!(github.forgive().len(), 1);
    github.graphql(false);
    assert_eq!(client.post("/graphql", json!({"query": query})).await.status, 404);
    github.assert_calm();
}

#[tokio::test]
async fn enterprise_server_has_its_own_paths() {
    let github = FakeGitHub::builder(FakeClock::at(NOW)).ghes().classic_tokens().start().await;
    github.create_repo("acme/payments", &[("a", "a")]);
    let mut client = Client::new(&github);
    assert!(github.url().ends_with("/api/v3"));
    client.install(&github, json!({})).await;
    assert_eq!(client.token.len(), 40);
    assert_eq!(client.get("/repos/acme/payments").await.status, 200);
    github.assert_calm();
    let query = json!({"query": "{ rateLimit { limit } }"});
    assert_eq!(client.post("/graphql", query.clone()).await.status, 404);
    assert_eq!(github.forgive().len(), 1);
}
