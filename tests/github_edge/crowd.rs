//! Many requests at once: as many as GitHub allows one installation, and nobody waits for another's.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::Uri;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use waymark::domain::ids::{InstallationId, RepoId, RepoName};
use waymark::edge::github::{GitHub, TokenScope};

use super::stub::{START, Stub, answer, repo, repository, token};

/// A GitHub that answers questions about `acme/slow` when it is told to.
struct Slow {
    origin: String,
    /// How many of these it holds back.
    held: watch::Receiver<usize>,
    most: Arc<AtomicUsize>,
    go: watch::Sender<bool>,
}

impl Slow {
    async fn start() -> Self {
        let (count, held) = watch::channel(0_usize);
        let (go, gone) = watch::channel(false);
        let most = Arc::new(AtomicUsize::new(0));
        let (count, seen) = (Arc::new(count), most.clone());
        let app = axum::Router::new().fallback(move |uri: Uri| {
            let (count, seen, mut gone) = (count.clone(), seen.clone(), gone.clone());
            async move {
                if uri.path().ends_with("/access_tokens") {
                    return token("ghs_1", START.plus_ms(3_600_000));
                }
                if uri.path() == "/repos/acme/slow" {
                    count.send_modify(|n| {
                        *n += 1;
                        seen.fetch_max(*n, Ordering::SeqCst);
                    });
                    gone.wait_for(|go| *go).await.unwrap();
                    count.send_modify(|n| *n -= 1);
                }
                answer(200, repository())
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { origin, held, most, go }
    }
}

/// How many of 150 questions are under way at once when so many processes share.
async fn under_way(processes: u32) -> usize {
    let mut slow = Slow::start().await;
    let stub = Stub::start(|_| None).await;
    let mut settings = stub.settings("");
    settings.api_base.clone_from(&slow.origin);
    let github = GitHub::new(settings).unwrap();
    github.share_among(processes);
    let asking = github.installation(InstallationId(5), TokenScope::checking(RepoId(9)));
    let name = RepoName::parse("acme/slow").unwrap();
    let mut questions = JoinSet::new();
    for _ in 0..150 {
        let (asking, name) = (asking.clone(), name.clone());
        questions.spawn(async move { asking.repository(&name).await });
    }
    let patience = Duration::from_secs(20);
    let expected = 100 / processes as usize;
    let full = slow.held.wait_for(|held| *held >= expected);
    tokio::time::timeout(patience, full).await.expect("they are under way").unwrap();
    // Another installation's question is answered meanwhile.
    let other = github.installation(InstallationId(6), TokenScope::checking(RepoId(9)));
    let answered = tokio::time::timeout(patience, other.repository(&repo())).await;
    answered.expect("nobody waits for another's").unwrap();
    slow.go.send_replace(true);
    while let Some(answered) = questions.join_next().await {
        answered.unwrap().unwrap();
    }
    slow.most.load(Ordering::SeqCst)
}

#[tokio::test]
async fn an_installation_has_a_hundred_requests_under_way_and_others_their_own() {
    assert_eq!(under_way(1).await, 100);
}

#[tokio::test]
async fn processes_share_the_hundred() {
    assert_eq!(under_way(4).await, 25);
}
