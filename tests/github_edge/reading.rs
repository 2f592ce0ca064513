//! Reading repositories: blobs that prove themselves, trees, commits, pull requests, files.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use waymark::domain::ids::Sha;
use waymark::domain::tree::Withheld;
use waymark::edge::github::{BlobContent, BlobRef, EntryKind, GitHubError, Installation};

use super::stub::{Reply, START, Seen, Stub, answer, repo, sha, tenant, with};

fn name(bytes: &[u8]) -> Sha {
    let head = format!("blob {}\0", bytes.len());
    let digest = Sha1::new().chain_update(head).chain_update(bytes).finalize();
    Sha::parse(&hex::encode(digest)).unwrap()
}

fn rest(bytes: &[u8]) -> Reply {
    let mut content = STANDARD.encode(bytes);
    content.insert(content.len() / 2, '\n');
    answer(200, json!({"content": content, "encoding": "base64", "size": bytes.len()}))
}

/// Serves `files` by REST, and by GraphQL what `said` makes of each.
fn server(
    files: Vec<Vec<u8>>,
    said: impl Fn(&[u8]) -> Value + Send + Sync,
) -> impl Fn(&Seen) -> Option<Reply> + Send + Sync {
    move |seen| {
        if let Some(sha) = seen.path.strip_prefix("/repos/acme/api/git/blobs/") {
            return files.iter().find(|f| name(f).as_str() == sha).map(|f| rest(f));
        }
        if !seen.path.ends_with("/graphql") {
            return None;
        }
        assert_eq!(seen.body["variables"], json!({"owner": "acme", "name": "api"}));
        let query = seen.body["query"].as_str().unwrap();
        let mut found = serde_json::Map::new();
        for (i, part) in query.split("object(oid: \"").skip(1).enumerate() {
            let file = files.iter().find(|f| name(f).as_str() == &part[..40]);
            found.insert(format!("b{i}"), file.map_or(Value::Null, |f| said(f)));
        }
        Some(answer(200, json!({"data": {"repository": found}})))
    }
}

fn honest(bytes: &[u8]) -> Value {
    json!({"oid": name(bytes), "byteSize": bytes.len(), "isBinary": false, "isTruncated": false,
        "text": String::from_utf8_lossy(bytes)})
}

async fn read(tenant: &Installation, files: &[&[u8]]) -> Vec<BlobContent> {
    let wanted: Vec<BlobRef> = files.iter().map(|f| name(f).into()).collect();
    let mut found = tenant.blobs(&repo(), &wanted).await.unwrap();
    let out = files.iter().map(|f| found.remove(&name(f)).unwrap()).collect();
    assert!(found.is_empty());
    out
}

fn bytes(of: &[u8]) -> BlobContent {
    BlobContent::Bytes(of.to_vec())
}

#[tokio::test]
async fn many_blobs_are_one_question() {
    let files: Vec<Vec<u8>> = (0..60).map(|n| format!("file {n}\r\n`é`\n").into_bytes()).collect();
    let stub = Stub::start(server(files.clone(), honest)).await;
    let wanted: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let found = read(&tenant(&stub.github()), &wanted).await;
    assert!(found.iter().zip(&files).all(|(content, file)| *content == bytes(file)));
    assert_eq!(stub.lines(), ["POST /graphql"]);
}

#[tokio::test]
async fn graphql_is_beside_v3_on_enterprise() {
    let stub = Stub::start(server(vec![b"a".to_vec()], honest)).await;
    assert_eq!(read(&tenant(&stub.github_at("/api/v3")), &[b"a"]).await, [bytes(b"a")]);
    assert_eq!(stub.lines(), ["POST /api/graphql"]);
}

#[tokio::test]
async fn texts_that_do_not_prove_themselves_are_read_by_rest() {
    let latin1 = b"caf\xe9".to_vec();
    for (file, said) in [
        (b"real".to_vec(), json!({"byteSize": 4, "text": "fake"})),
        (b"cut short".to_vec(), json!({"byteSize": 9, "isTruncated": true, "text": "cut"})),
        (b"\0\x01".to_vec(), json!({"byteSize": 2, "isBinary": true, "text": null})),
        (latin1, json!({"byteSize": 4, "isBinary": false, "text": "café"})),
        (b"null".to_vec(), Value::Null),
        (b"empty object".to_vec(), json!({})),
    ] {
        let stub = Stub::start(server(vec![file.clone()], move |_| said.clone())).await;
        assert_eq!(read(&tenant(&stub.github()), &[&file]).await, [bytes(&file)]);
        let path = format!("GET /repos/acme/api/git/blobs/{}", name(&file));
        assert_eq!(stub.lines(), ["POST /graphql".to_owned(), path]);
    }
}

#[tokio::test]
async fn a_host_without_graphql_is_remembered() {
    let by_rest = server(vec![b"a".to_vec(), b"b".to_vec()], honest);
    let stub =
        Stub::start(move |seen| if seen.path == "/graphql" { None } else { by_rest(seen) }).await;
    let gh = stub.github();
    assert_eq!(read(&tenant(&gh), &[b"a", b"b"]).await, [bytes(b"a"), bytes(b"b")]);
    assert_eq!(read(&tenant(&gh), &[b"a"]).await, [bytes(b"a")]);
    assert_eq!(stub.lines().iter().filter(|line| line.contains("graphql")).count(), 1);
    assert_eq!(stub.calls().len(), 4);
}

#[tokio::test]
async fn a_question_too_heavy_for_graphql_goes_to_rest_this_time() {
    let by_rest = server(vec![b"a".to_vec()], honest);
    let stub = Stub::start(move |seen| {
        if seen.path == "/graphql" { Some(answer(502, json!({}))) } else { by_rest(seen) }
    })
    .await;
    let tenant = tenant(&stub.github());
    for _ in 0..2 {
        assert_eq!(read(&tenant, &[b"a"]).await, [bytes(b"a")]);
    }
    assert_eq!(stub.lines().iter().filter(|line| line.contains("graphql")).count(), 2);
}

#[tokio::test]
async fn graphql_limits_come_with_status_200() {
    let limited =
        json!({"data": null, "errors": [{"type": "RATE_LIMITED", "message": "exceeded"}]});
    let reset = START.plus_ms(120_000).as_secs().to_string();
    let stub = Stub::start(move |seen| {
        let headers = [
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", reset.as_str()),
            ("x-ratelimit-resource", "graphql"),
        ];
        (seen.path == "/graphql").then(|| with(200, &headers, limited.to_string()))
    })
    .await;
    let error = tenant(&stub.github()).blobs(&repo(), &[sha('a').into()]).await.unwrap_err();
    assert_eq!(
        error,
        GitHubError::RateLimited {
            not_before: START.plus_ms(120_000),
            installation_wide: false,
            message: "POST /graphql answered 200: exceeded".to_owned(),
        }
    );
    assert_eq!(stub.calls().len(), 1);
}

#[tokio::test]
async fn what_rest_cannot_prove_either_is_unreadable() {
    let wrong = sha('a');
    let big = sha('b');
    let gone = sha('c');
    let stub = Stub::start(move |seen| match seen.path.rsplit('/').next().unwrap() {
        s if s == sha('a').as_str() => Some(rest(b"anything")),
        s if s == sha('b').as_str() => {
            Some(answer(200, json!({"content": "", "encoding": "base64", "size": 30_000_000})))
        }
        _ => None,
    })
    .await;
    let wanted = [wrong.clone().into(), big.clone().into(), gone.clone().into()];
    let found = tenant(&stub.github()).blobs(&repo(), &wanted).await.unwrap();
    let reason = |sha: &Sha| match &found[sha] {
        BlobContent::Withheld(Withheld::Unreadable { reason }) => reason.clone(),
        other => panic!("{other:?}"),
    };
    assert!(reason(&wrong).contains("other bytes"));
    assert!(reason(&gone).contains("answered 404"));
    let too_large = Withheld::TooLarge { size_bytes: 30_000_000 };
    assert_eq!(found[&big], BlobContent::Withheld(too_large));
}

/// GitHub's longest answer: 100,000 entries, 7 MB of names, 30 MB with the addresses around them.
#[tokio::test]
async fn the_longest_tree_is_read_and_a_longer_answer_is_not() {
    let entry = |n: usize| {
        let (blob, address) = (sha('b'), "https://api.github.com/repos/acme/api/git/blobs/");
        let path = format!("{n:070}");
        json!({"path": path, "mode": "100644", "type": "blob", "sha": blob, "size": 5,
            "url": format!("{address}{blob}")})
    };
    let entries: Vec<Value> = (0..100_000).map(entry).collect();
    let longest = json!({"sha": sha('d'), "truncated": true, "tree": entries}).to_string();
    let too_long = " ".repeat(41 * 1024 * 1024);
    let stub = Stub::start(move |seen| {
        let (_, asked) = seen.path.split_once("/git/trees/")?;
        let body = if asked.starts_with(sha('d').as_str()) { &longest } else { &too_long };
        Some(with(200, &[("content-type", "application/json")], body.clone()))
    })
    .await;
    let gh = stub.github();
    let listing = tenant(&gh).tree(&repo(), &sha('d')).await.unwrap();
    assert_eq!((listing.entries.len(), listing.truncated), (100_000, true));
    let error = tenant(&gh).tree(&repo(), &sha('e')).await.unwrap_err();
    assert!(error.to_string().contains("more than 41943040 bytes"), "{error}");
}

#[tokio::test]
async fn trees_tell_kinds_and_keep_odd_names() {
    let entry = |path: &str, mode: &str, size: Option<u64>| json!({"path": path, "mode": mode, "type": "x", "sha": sha('a'), "size": size, "url": "u"});
    let stub = Stub::start(move |seen| {
        if !seen.path.contains("/git/trees/") {
            return None;
        }
        if seen.path.contains(sha('e').as_str()) {
            return Some(answer(409, json!({"message": "Git Repository is empty."})));
        }
        let recursive = seen.path.ends_with("?recursive=1");
        Some(answer(
            200,
            json!({"sha": sha('d'), "truncated": recursive, "tree": [
                entry("a`\n'\"$(rm)\u{202e}", "100644", Some(3)), entry("run", "100755", Some(4)),
                entry("link", "120000", Some(5)), entry("sub", "160000", None),
                entry("dir", "040000", None),
            ]}),
        ))
    })
    .await;
    let tenant = tenant(&stub.github());
    let listing = tenant.tree(&repo(), &sha('d')).await.unwrap();
    assert!(listing.truncated);
    let kinds: Vec<_> = listing.entries.iter().map(|e| (e.kind, e.size_bytes)).collect();
    assert_eq!(
        kinds,
        [
            (EntryKind::File, Some(3)),
            (EntryKind::Executable, Some(4)),
            (EntryKind::Symlink, Some(5)),
            (EntryKind::Submodule, None),
            (EntryKind::Directory, None),
        ]
    );
    assert_eq!(listing.entries[0].path, "a`\n'\"$(rm)\u{202e}");
    assert!(!tenant.tree_level(&repo(), &sha('d')).await.unwrap().truncated);
    let empty = tenant.tree(&repo(), &sha('e')).await.unwrap_err();
    assert!(matches!(empty, GitHubError::NotFound { .. }), "{empty:?}");
}

#[tokio::test]
async fn commits_and_merge_bases() {
    let stub = Stub::start(|seen| {
        let (a, b, c) = (sha('a'), sha('b'), sha('c'));
        let api = json!({"sha": a, "commit": {"tree": {"sha": b}}, "parents": [{"sha": c}]});
        let path = seen.path.strip_prefix("/repos/acme/api")?;
        if path == format!("/git/commits/{a}") {
            let plain = json!({"sha": a, "tree": {"sha": b}, "parents": [{"sha": c}]});
            Some(answer(200, plain))
        } else if path == "/commits/feature%2Fx%3F%20y?per_page=1" {
            Some(answer(200, api))
        } else if path == format!("/compare/{b}...{c}?per_page=1&page=2") {
            Some(answer(200, json!({"merge_base_commit": api})))
        } else {
            None
        }
    })
    .await;
    let tenant = tenant(&stub.github());
    let by_sha = tenant.commit(&repo(), sha('a').as_str()).await.unwrap();
    assert_eq!((&by_sha.tree, by_sha.parents.as_slice()), (&sha('b'), &[sha('c')][..]));
    assert_eq!(tenant.commit(&repo(), "feature/x? y").await.unwrap(), by_sha);
    let base = tenant.merge_base(&repo(), &sha('b'), &sha('c')).await.unwrap();
    assert_eq!(base, Some(by_sha));
    assert_eq!(tenant.merge_base(&repo(), &sha('c'), &sha('b')).await.unwrap(), None);
}

fn pull(number: i64, head: Sha, state: &str, fork: Value) -> Value {
    let base = json!({"id": 9, "full_name": "acme/api"});
    json!({"number": number, "state": state, "draft": false, "title": "t", "user": null,
        "head": {"sha": head, "ref": "f", "repo": fork},
        "base": {"sha": sha('b'), "ref": "main", "repo": base}})
}

#[tokio::test]
async fn pull_requests_of_a_head_are_found_also_for_forks() {
    let fork = || json!({"id": 10, "full_name": "eve/api"});
    let stub = Stub::start(move |seen| {
        let path = seen.path.strip_prefix("/repos/acme/api")?;
        if path == "/pulls/4" {
            Some(answer(200, pull(4, sha('a'), "open", Value::Null)))
        } else if path == format!("/commits/{}/pulls?per_page=100", sha('a')) {
            Some(answer(
                200,
                json!([
                    pull(6, sha('a'), "open", fork()),
                    pull(4, sha('a'), "open", fork()),
                    pull(5, sha('a'), "closed", fork()),
                    pull(3, sha('c'), "open", fork()),
                ]),
            ))
        } else if path == "/pulls?state=open&per_page=100" {
            Some(answer(200, json!([pull(8, sha('d'), "open", fork())])))
        } else if path == "/pulls?state=open&per_page=100&head=eve%3Af%26x" {
            Some(answer(200, json!([])))
        } else {
            None
        }
    })
    .await;
    let tenant = tenant(&stub.github());
    let one = tenant.pull(&repo(), 4).await.unwrap();
    assert!(one.open && one.from_fork() && one.head.repo.is_none() && one.author.is_none());
    let numbers = |pulls: Vec<waymark::edge::github::Pull>| -> Vec<i64> {
        pulls.iter().map(|p| p.number).collect()
    };
    assert_eq!(numbers(tenant.pulls_with_head(&repo(), &sha('a')).await.unwrap()), [4, 6]);
    assert_eq!(numbers(tenant.pulls_with_head(&repo(), &sha('d')).await.unwrap()), [8]);
    assert!(tenant.open_pulls(&repo(), Some("eve:f&x")).await.unwrap().is_empty());
}

#[tokio::test]
async fn files_directories_and_nothing() {
    let stub = Stub::start(|seen| {
        let path = seen.path.strip_prefix("/repos/acme/api/contents/")?;
        match path {
            ".github/way%20mark.yml?ref=main" => Some(answer(
                200,
                json!({"type": "file",
                "sha": name(b"path: x\n"), "size": 8, "encoding": "base64",
                "content": STANDARD.encode("path: x\n")}),
            )),
            "huge?ref=main" => Some(answer(
                200,
                json!({"type": "file", "sha": sha('a'),
                "size": 5_000_000, "encoding": "none", "content": ""}),
            )),
            "link?ref=main" => Some(answer(
                200,
                json!({"type": "symlink", "sha": sha('a'),
                "size": 3, "target": "/etc/passwd"}),
            )),
            "dir?ref=main" => Some(answer(200, json!([{"type": "file"}]))),
            _ => None,
        }
    })
    .await;
    let tenant = tenant(&stub.github());
    let read = async |path: &str| {
        tenant.file(&repo(), path, "main").await.unwrap().map(|file| file.content)
    };
    assert_eq!(read(".github/way mark.yml").await, Some(bytes(b"path: x\n")));
    let too_large = Withheld::TooLarge { size_bytes: 5_000_000 };
    assert_eq!(read("huge").await, Some(BlobContent::Withheld(too_large)));
    assert_eq!(read("link").await, Some(BlobContent::Withheld(Withheld::Symlink)));
    assert_eq!(read("dir").await, None);
    assert_eq!(read("absent").await, None);
}
