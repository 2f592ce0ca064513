//! The largest deliveries that GitHub sends come all at once. Memory has a bound, whoever does not
//! fit is told when to come again, and small deliveries are answered meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use waymark::edge::store::JobFilter;

use crate::database::fresh_databases;
use crate::github::{FakeGitHub, signature};
use crate::http::{exchange, hook};
use crate::serving::{Recipe, Serving, clock};
use crate::stage::evaluator_program;

const MIB: usize = 1024 * 1024;
/// As docs/operations/durability.md says.
const BOUND_MIB: usize = 384;

/// What the process had resident at most, in MiB.
fn peak(service: &Serving) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", service.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() / 1024
}

/// Says everything before it reads a word, as simple senders do.
async fn send(url: &str, guid: &str, signed: &str, body: &[u8]) -> String {
    let mut socket = TcpStream::connect(&url["http://".len()..]).await.unwrap();
    let head = format!(
        "POST /webhook HTTP/1.1\r\nHost: app\r\nConnection: close\r\nX-GitHub-Event: ping\r\n\
         X-GitHub-Delivery: {guid}\r\nX-Hub-Signature-256: {signed}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(body).await.expect("nobody hangs up on a sender");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twelve_at_once_are_bounded_in_memory_and_hold_nobody_up() {
    for database in fresh_databases().await {
        let gh = FakeGitHub::start(clock()).await;
        let recipe = Recipe::new(&evaluator_program(), &gh, &database.url);
        let service = recipe.start().await.unwrap();
        let mut body = br#"{"zen": ""#.to_vec();
        body.resize(25 * MIB - 2, b'a');
        body.extend_from_slice(br#""}"#);
        let signed = signature(&gh.webhook_secret(), &body);
        let (body, left) = (Arc::new(body), Arc::new(AtomicUsize::new(12)));
        let idle = peak(&service);
        let mut senders = JoinSet::new();
        for n in 0..12 {
            let (body, left) = (body.clone(), left.clone());
            let (url, signed) = (service.url.clone(), signed.clone());
            senders.spawn(async move {
                let answer = send(&url, &format!("large-{n}"), &signed, &body).await;
                left.fetch_sub(1, Ordering::SeqCst);
                (n, answer)
            });
        }
        let small = br#"{"zen": "Non-blocking is better than blocking."}"#;
        let its = signature(&gh.webhook_secret(), small);
        let mut answered = 0;
        while left.load(Ordering::SeqCst) > 0 {
            let guid = format!("small-{answered}");
            let headers: [(&str, &[u8]); 3] = [
                ("X-GitHub-Delivery", guid.as_bytes()),
                ("X-GitHub-Event", b"ping"),
                ("X-Hub-Signature-256", its.as_bytes()),
            ];
            let answer = exchange(&service.url, hook(&headers, small)).await;
            assert_eq!(answer.status, 202, "large ones leave room: {answer:?}");
            answered += usize::from(left.load(Ordering::SeqCst) > 0);
        }
        assert!(answered > 0, "small ones are answered meanwhile");

        let mut refused = Vec::new();
        for (n, answer) in senders.join_all().await {
            if answer.starts_with("HTTP/1.1 503") {
                assert!(answer.to_lowercase().contains("\r\nretry-after: 10\r\n"), "{answer}");
                refused.push(n);
            } else {
                assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
            }
        }
        // How many fit depends on who is faster; never none.
        assert!(refused.len() < 12, "{refused:?} did not fit");
        for n in refused {
            let answer = send(&service.url, &format!("large-{n}"), &signed, &body).await;
            assert!(answer.starts_with("HTTP/1.1 202"), "its turn came: {answer}");
        }
        // The workers read them, too.
        while !database.store.list_jobs(JobFilter::All, 1).await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        let more = peak(&service) - idle;
        assert!(more < BOUND_MIB, "{}: {more} MiB more than at rest", database.kind);
        service.stop().await;
        gh.assert_calm();
    }
}
