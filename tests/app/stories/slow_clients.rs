//! Somebody opens connections and keeps us waiting: with nothing, with half a request, with a byte
//! now and then. Whoever has something to say is heard all the same.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use waymark::web::Bounds;

use crate::database::fresh_databases;
use crate::github::{FakeGitHub, signature};
use crate::http::{Answer, exchange, get, hook};
use crate::serving::{Recipe, clock};
use crate::stage::{Props, Stage, evaluator_program};

/// Longer than a story may take.
const LONG: Duration = Duration::from_secs(600);
const HALF_A_HEAD: &[u8] = b"POST /webhook HTTP/1.1\r\nHost: app\r\nX-GitHub-Ev";
const HALF_A_BODY: &[u8] =
    b"POST /webhook HTTP/1.1\r\nHost: app\r\nContent-Length: 1000\r\n\r\n{\"zen\":";

async fn say(url: &str, words: &[u8]) -> TcpStream {
    let mut socket = TcpStream::connect(&url["http://".len()..]).await.unwrap();
    socket.write_all(words).await.unwrap();
    socket
}

/// What is said before the connection is closed.
async fn heard(mut socket: TcpStream) -> String {
    let mut words = Vec::new();
    // Cut while we had still something to say: a reset.
    let _ = socket.read_to_end(&mut words).await;
    String::from_utf8(words).unwrap()
}

async fn ping(gh: &FakeGitHub, url: &str, guid: &str) -> Answer {
    let body = br#"{"zen": "Anything added dilutes everything else."}"#;
    let signed = signature(&gh.webhook_secret(), body);
    let headers: [(&str, &[u8]); 3] = [
        ("X-GitHub-Delivery", guid.as_bytes()),
        ("X-GitHub-Event", b"ping"),
        ("X-Hub-Signature-256", signed.as_bytes()),
    ];
    exchange(url, hook(&headers, body)).await
}

#[tokio::test]
async fn who_keeps_us_waiting_makes_room_for_who_has_something_to_say() {
    let bounds = Bounds { places: 10, first_head: LONG, next_head: LONG };
    let crowded = || Props { bounds: Some(bounds), ..Props::default() };
    for stage in Stage::each_with(FakeGitHub::builder, crowded).await {
        for (n, words) in [b"".as_slice(), HALF_A_HEAD, HALF_A_BODY].into_iter().enumerate() {
            let mut crowd = Vec::new();
            for _ in 0..50 {
                crowd.push(say(&stage.url, words).await);
            }
            for m in 0..20 {
                let answer = ping(&stage.gh, &stage.url, &format!("guid-{n}-{m}")).await;
                assert_eq!(answer.status, 202, "{answer:?}");
            }
            assert_eq!(get(&stage.url, "/livez").await.status, 200);
            // Those who came first went first.
            for socket in crowd.drain(..40) {
                assert_eq!(heard(socket).await, "");
            }
        }
        stage.settle().await;
        stage.end().await;
    }
}

/// Whoever is being answered keeps its place, whatever the crowd.
#[tokio::test]
async fn who_is_being_answered_stays() {
    let bounds = Bounds { places: 2, first_head: LONG, next_head: LONG };
    let crowded = || Props { bounds: Some(bounds), ..Props::default() };
    for stage in Stage::each_with(FakeGitHub::builder, crowded).await {
        let stall = stage.gh.stall("GET /app");
        let probe = b"GET /readyz HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n";
        let probe = say(&stage.url, probe).await;
        stall.hit().await;
        let mut crowd = Vec::new();
        for _ in 0..20 {
            crowd.push(say(&stage.url, HALF_A_HEAD).await);
        }
        assert_eq!(ping(&stage.gh, &stage.url, "guid").await.status, 202);
        stall.release();
        let answer = heard(probe).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        stage.settle().await;
        stage.end().await;
    }
}

#[tokio::test]
async fn who_does_not_finish_a_head_is_cut_and_so_is_who_stays_for_nothing() {
    let short = Duration::from_millis(100);
    for (first_head, next_head) in [(short, LONG), (LONG, short)] {
        let bounds = Bounds { places: 100, first_head, next_head };
        let impatient = || Props { bounds: Some(bounds), ..Props::default() };
        for stage in Stage::each_with(FakeGitHub::builder, impatient).await {
            if first_head == short {
                assert_eq!(heard(say(&stage.url, b"").await).await, "");
                assert_eq!(heard(say(&stage.url, HALF_A_HEAD).await).await, "");
                // Each byte comes soon after the one before, the end never.
                let (from, mut to) = say(&stage.url, HALF_A_HEAD).await.into_split();
                let dripping = tokio::spawn(async move {
                    let mut drip = tokio::time::interval(short / 10);
                    while to.write_all(b"x").await.is_ok() {
                        drip.tick().await;
                    }
                });
                let mut from = from;
                let _ = from.read_to_end(&mut Vec::new()).await;
                dripping.await.unwrap();
            } else {
                let idle = say(&stage.url, b"GET /livez HTTP/1.1\r\nHost: app\r\n\r\n").await;
                let answer = heard(idle).await;
                assert!(answer.ends_with("ok\n"), "answered, and closed after a while: {answer}");
            }
            stage.end().await;
        }
    }
}

/// The real process may open 256 files; 300 strangers send half a head each.
#[tokio::test]
async fn few_files_are_enough_for_many_strangers() {
    for database in fresh_databases().await {
        let gh = FakeGitHub::start(clock()).await;
        let frugal =
            Recipe { files: Some(256), ..Recipe::new(&evaluator_program(), &gh, &database.url) };
        let service = frugal.start().await.unwrap();
        let mut crowd = Vec::new();
        for _ in 0..300 {
            crowd.push(say(&service.url, HALF_A_HEAD).await);
        }
        for n in 0..20 {
            let answer = ping(&gh, &service.url, &format!("guid-{n}")).await;
            assert_eq!(answer.status, 202, "{answer:?}");
        }
        let said = service.stop().await;
        let complaint = said.iter().find(|line| line.contains("Too many open files"));
        assert_eq!(complaint, None);
        drop(crowd);
        gh.assert_calm();
    }
}
