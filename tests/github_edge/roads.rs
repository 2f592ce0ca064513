//! How requests travel: headers, Enterprise paths, pages, redirects, and broken roads.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use waymark::domain::ids::InstallationId;
use waymark::edge::github::{GitHub, GitHubError, SetupError};

use super::stub::{START, Stub, answer, repo, repository, tenant, with};

#[tokio::test]
async fn every_request_carries_each_header_once() {
    let stub = Stub::start(|_| Some(answer(200, json!({"id": 7, "name": "Waymark"})))).await;
    let app = stub.github().app().await.unwrap();
    assert_eq!((app.id, app.name.as_str()), (7, "Waymark"));
    let headers = &stub.calls()[0].headers;
    for (name, value) in [
        ("user-agent", concat!("waymark/", env!("CARGO_PKG_VERSION"))),
        ("accept", "application/vnd.github+json"),
        ("x-github-api-version", "2022-11-28"),
    ] {
        assert_eq!(headers.get_all(name).iter().collect::<Vec<_>>(), [value], "{name}");
    }
    assert_eq!(headers.get_all("authorization").iter().count(), 1);
}

#[tokio::test]
async fn page_two_on_enterprise_keeps_path_and_authorization() {
    let origin = Arc::new(Mutex::new(String::new()));
    let known = origin.clone();
    let stub = Stub::start(move |seen| {
        let base = format!("{}/api/v3/installation/repositories", known.lock().unwrap());
        let link =
            format!("<{base}?page=2&per_page=100>; rel=\"next\", <{base}?page=2>; rel=\"last\"");
        match seen.path.as_str() {
            "/api/v3/installation/repositories?per_page=100" => Some(with(
                200,
                &[("link", &link)],
                json!({"total_count": 2, "repositories": [repository()]}).to_string(),
            )),
            "/api/v3/installation/repositories?page=2&per_page=100" => {
                Some(answer(200, json!({"total_count": 2, "repositories": [repository()]})))
            }
            _ => None,
        }
    })
    .await;
    *origin.lock().unwrap() = stub.origin.clone();
    let gh = stub.github_at("/api/v3");
    let listing = gh.installation_repositories(InstallationId(5)).await.unwrap();
    assert_eq!(listing.repositories.len(), 2);
    // GitHub says that there are two, and one came twice: another has slipped through.
    assert!(!listing.whole);
    assert_eq!(stub.exchanges()[0].path, "/api/v3/app/installations/5/access_tokens");
    let calls = stub.calls();
    assert_eq!(calls.len(), 2);
    assert!(calls.iter().all(|s| s.auth() == Some("Bearer ghs_1")));
}

#[tokio::test]
async fn a_next_page_elsewhere_or_without_end_is_refused() {
    for link in ["<https://evil.example/app/installations?page=2>; rel=\"next\"", "SELF"] {
        let origin = Arc::new(Mutex::new(String::new()));
        let known = origin.clone();
        let stub = Stub::start(move |seen| {
            let again = format!("<{}{}>; rel=\"next\"", known.lock().unwrap(), seen.path);
            let link = if link == "SELF" { again.as_str() } else { link };
            Some(with(200, &[("link", link)], "[]"))
        })
        .await;
        *origin.lock().unwrap() = stub.origin.clone();
        let error = stub.github().installations().await.unwrap_err();
        assert!(matches!(error, GitHubError::Rejected { status: 200, .. }), "{error:?}");
        assert_eq!(stub.calls().len(), 1);
    }
}

#[tokio::test]
async fn moved_repositories_are_followed_with_the_token_on_our_host_only() {
    let elsewhere = Stub::start(|_| Some(answer(200, repository()))).await;
    let foreign = format!("{}/repositories/9", elsewhere.origin);
    for status in [301, 302, 307, 308] {
        let foreign = foreign.clone();
        let stub = Stub::start(move |seen| match seen.path.as_str() {
            "/repos/acme/api" => Some(with(status, &[("location", "/repositories/9")], "")),
            "/repositories/9" => Some(with(status, &[("location", &foreign)], "")),
            _ => None,
        })
        .await;
        let found = tenant(&stub.github()).repository(&repo()).await.unwrap();
        assert_eq!(found.full_name, repo());
        assert!(stub.calls().iter().all(|s| s.auth() == Some("Bearer ghs_1")), "{status}");
        assert_eq!(stub.calls().len(), 2);
    }
    assert_eq!(elsewhere.calls().len(), 4);
    assert!(elsewhere.calls().iter().all(|s| s.auth().is_none()));
}

#[tokio::test]
async fn writes_are_redirected_with_their_body_but_never_to_another_host() {
    let elsewhere = Stub::start(|_| Some(answer(200, json!({})))).await;
    let foreign = format!("{}/x", elsewhere.origin);
    let stub = Stub::start(move |seen| match seen.path.as_str() {
        "/repos/acme/api/check-runs" => {
            Some(with(307, &[("location", "/repositories/9/check-runs")], ""))
        }
        "/repositories/9/check-runs" => Some(with(307, &[("location", &foreign)], "")),
        _ => None,
    })
    .await;
    let draft = super::checks::draft(1);
    let error = tenant(&stub.github()).post_check_run(&repo(), &draft, false).await.unwrap_err();
    assert!(matches!(error, GitHubError::Rejected { status: 307, .. }), "{error:?}");
    let calls = stub.calls();
    assert_eq!(
        stub.lines(),
        ["POST /repos/acme/api/check-runs", "POST /repositories/9/check-runs"]
    );
    assert_eq!(calls[0].body, calls[1].body);
    assert_eq!(calls[1].body["head_sha"], json!(super::stub::sha('a')));
    assert_eq!(elsewhere.calls().len(), 0);
}

#[tokio::test]
async fn circles_end() {
    let stub = Stub::start(|seen| {
        seen.path.starts_with("/repos").then(|| with(302, &[("location", "/repos/acme/api")], ""))
    })
    .await;
    let error = tenant(&stub.github()).repository(&repo()).await.unwrap_err();
    assert!(error.to_string().contains("more than 5 times"), "{error}");
    assert_eq!(stub.calls().len(), 6);
}

#[tokio::test]
async fn nothing_is_retried_behind_the_callers_back() {
    let stub =
        Stub::start(|seen| seen.path.starts_with("/repos").then(|| answer(502, json!({})))).await;
    let tenant = tenant(&stub.github());
    let draft = super::checks::draft(1);
    let error = tenant.post_check_run(&repo(), &draft, false).await.unwrap_err();
    assert!(matches!(error, GitHubError::Unavailable { .. }), "{error:?}");
    tenant.repository(&repo()).await.unwrap_err();
    assert_eq!(stub.lines(), ["POST /repos/acme/api/check-runs", "GET /repos/acme/api"]);
}

#[tokio::test]
async fn limits_name_their_time_by_our_clock() {
    let stub = Stub::start(|seen| {
        seen.path
            .starts_with("/repos")
            .then(|| with(403, &[("retry-after", "90")], r#"{"message":"secondary rate limit"}"#))
    })
    .await;
    stub.pass_ms(500);
    let error = tenant(&stub.github()).repository(&repo()).await.unwrap_err();
    assert_eq!(
        error,
        GitHubError::RateLimited {
            not_before: START.plus_ms(90_500),
            installation_wide: true,
            message: "GET /repos/acme/api answered 403: secondary rate limit".to_owned(),
        }
    );
}

/// Answers one connection with these bytes and hangs up, or holds it for ever.
async fn raw(reply: &'static str, hold: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 8192];
        let _ = socket.read(&mut request).await.unwrap();
        socket.write_all(reply.as_bytes()).await.unwrap();
        if hold {
            std::future::pending::<()>().await;
        }
        socket.shutdown().await.unwrap();
    });
    origin
}

#[tokio::test]
async fn broken_roads_are_unavailable() {
    let stub = Stub::start(|_| None).await;
    for (reply, word) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":", "broke off"),
        ("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"id\": 7, \"na", "half a JSON"),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"id", "broke off"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>", "not JSON"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", "half a JSON"),
        ("HTTP/1.1 503 Oh\r\ncontent-length: 100\r\n\r\n<ht", "answered 503"),
        ("", "GET /app"),
        ("nonsense\r\n\r\n", "GET /app"),
    ] {
        let mut settings = stub.settings("");
        settings.api_base = raw(reply, false).await;
        let error = GitHub::new(settings).unwrap().app().await.unwrap_err();
        let GitHubError::Unavailable { reason } = &error else { panic!("{error:?} for {reply}") };
        assert!(reason.contains(word) && reason.contains("GET /app"), "{reason} for {reply}");
    }
}

#[tokio::test]
async fn closed_ports_and_silent_servers_are_unavailable() {
    let stub = Stub::start(|_| None).await;
    let mut settings = stub.settings("");
    settings.timeout = Duration::from_millis(100);
    // Headers at once, the body never: the deadline is for the last byte.
    settings.api_base = raw("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", true).await;
    let error = GitHub::new(settings).unwrap().app().await.unwrap_err();
    let reason = "GET /app: no answer within 0.1 s".to_owned();
    assert_eq!(error, GitHubError::Unavailable { reason });

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = stub.settings("");
    settings.api_base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = GitHub::new(settings).unwrap().app().await.unwrap_err();
    assert!(
        matches!(&error, GitHubError::Unavailable { reason } if reason.contains("refused")),
        "{error:?}"
    );
}

#[tokio::test]
async fn endless_answers_are_cut() {
    let stub = Stub::start(|_| Some(with(200, &[], vec![b' '; 6 * 1024 * 1024]))).await;
    let error = stub.github().app().await.unwrap_err();
    assert!(error.to_string().contains("more than 5242880 bytes"), "{error}");
    assert!(matches!(error, GitHubError::Rejected { status: 200, .. }));
}

#[tokio::test]
async fn metrics_hear_routes_not_paths() {
    let stub = Stub::start(|_| None).await;
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = heard.clone();
    let mut settings = stub.settings("");
    settings.on_call = Some(Arc::new(move |call| {
        let line = format!("{} {} {:?}", call.method, call.route, call.status);
        log.lock().unwrap().push(line);
    }));
    tenant(&GitHub::new(settings).unwrap()).pull(&repo(), 4).await.unwrap_err();
    assert_eq!(
        *heard.lock().unwrap(),
        [
            "POST /app/installations/{installation_id}/access_tokens Some(201)",
            "GET /repos/{owner}/{repo}/pulls/{pull_number} Some(404)",
        ]
    );
}

#[tokio::test]
async fn encrypted_addresses_need_nothing_but_certificates() {
    let stub = Stub::start(|_| None).await;
    let mut settings = stub.settings("");
    settings.api_base = "https://localhost:1/api/v3".to_owned();
    // A machine without certificates says so; what must not happen is rustls' panic for want of
    // one crypto provider.
    match GitHub::new(settings) {
        Ok(github) => {
            let error = github.app().await.unwrap_err();
            assert!(matches!(error, GitHubError::Unavailable { .. }), "{error:?}");
        }
        Err(error) => assert!(matches!(error, SetupError::Certificates { .. }), "{error:?}"),
    }
}

#[tokio::test]
async fn bad_settings_say_what_to_do() {
    let stub = Stub::start(|_| None).await;
    let mut settings = stub.settings("");
    settings.private_key_pem = SecretString::from("hunter2");
    let error = GitHub::new(settings).unwrap_err();
    assert!(matches!(error, SetupError::PrivateKey { .. }));
    let text = error.to_string();
    assert!(text.contains("Generate a private key") && !text.contains("hunter2"), "{text}");
    let mut settings = stub.settings("");
    settings.api_base = "github.com".to_owned();
    let text = GitHub::new(settings).unwrap_err().to_string();
    assert!(text.contains("https://HOST/api/v3"), "{text}");
}
