//! GitHub, and whoever else finds the address, knocks at the webhook.

use waymark::edge::store::JobState;

use crate::github::{FakeGitHub, signature};
use crate::http::{Answer, exchange, hook};
use crate::stage::{Props, Stage};

const PING: &[u8] = br#"{"zen": "Keep it logically awesome."}"#;

/// A delivery that GitHub could have sent, signed with `secret`.
fn delivery(secret: &str, guid: &str, event: &str, body: &[u8]) -> Vec<u8> {
    let signed = signature(secret, body);
    let headers: [(&str, &[u8]); 4] = [
        ("Content-Type", b"application/json"),
        ("X-GitHub-Delivery", guid.as_bytes()),
        ("X-GitHub-Event", event.as_bytes()),
        ("X-Hub-Signature-256", signed.as_bytes()),
    ];
    hook(&headers, body)
}

async fn send(stage: &Stage, guid: &str, event: &str, body: &[u8]) -> Answer {
    exchange(&stage.url, delivery(&stage.gh.webhook_secret(), guid, event, body)).await
}

async fn plans(stage: &Stage) -> usize {
    stage.jobs(JobState::Queued).await.len()
}

#[tokio::test]
async fn a_delivery_is_stored_and_a_repeat_makes_no_work() {
    for stage in Stage::each().await {
        assert_eq!(send(&stage, "guid-1", "ping", PING).await.status, 202);
        assert_eq!(plans(&stage).await, 1);
        assert_eq!(send(&stage, "guid-1", "ping", PING).await.status, 202);
        assert_eq!(plans(&stage).await, 1, "a repeat queues nothing");
        stage.settle().await;
        assert_eq!(send(&stage, "guid-1", "ping", PING).await.status, 202);
        assert_eq!(plans(&stage).await, 0, "nor when the first is done");
        let stored = stage.app.store.delivery("guid-1").await.unwrap().unwrap();
        assert_eq!((stored.event.as_str(), stored.body.as_slice()), ("ping", PING));
        stage.end().await;
    }
}

#[tokio::test]
async fn who_cannot_sign_is_refused_and_nothing_is_stored() {
    for stage in Stage::each().await {
        let good = signature(&stage.gh.webhook_secret(), PING);
        let short = good[..good.len() - 2].to_owned();
        let upper = good.replace("sha256=", "SHA256=");
        let other = signature("another secret", PING);
        let another_body = signature(&stage.gh.webhook_secret(), b"{}");
        let empty = signature("", PING);
        let bad: [Option<&[u8]>; 11] = [
            None,
            Some(b""),
            Some(b"sha256="),
            Some(b"sha1=0000000000000000000000000000000000000000"),
            Some(b"sha256=\xff\xfe"),
            Some(b"sha256=zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"),
            Some(short.as_bytes()),
            Some(upper.as_bytes()),
            Some(other.as_bytes()),
            Some(another_body.as_bytes()),
            Some(empty.as_bytes()),
        ];
        for signed in bad {
            let mut headers: Vec<(&str, &[u8])> =
                vec![("X-GitHub-Delivery", b"guid-1"), ("X-GitHub-Event", b"ping")];
            headers.extend(signed.map(|value| ("X-Hub-Signature-256", value)));
            let answer = exchange(&stage.url, hook(&headers, PING)).await;
            assert_eq!(answer.status, 401, "{signed:?}");
        }
        assert!(stage.app.store.delivery("guid-1").await.unwrap().is_none());
        stage.end().await;
    }
}

#[tokio::test]
async fn both_secrets_count_while_they_rotate_and_the_old_one_not_afterwards() {
    let rotating = || Props { more_secrets: vec!["the next secret"], ..Props::default() };
    for stage in Stage::each_with(FakeGitHub::builder, rotating).await {
        let old = stage.gh.webhook_secret();
        for (guid, secret) in [("guid-old", old.as_str()), ("guid-new", "the next secret")] {
            let answer = exchange(&stage.url, delivery(secret, guid, "ping", PING)).await;
            assert_eq!(answer.status, 202, "{guid}");
        }
        stage.settle().await;
        stage.end().await;
    }
    for stage in Stage::each().await {
        let answer = exchange(&stage.url, delivery("the next secret", "g", "ping", PING)).await;
        assert_eq!(answer.status, 401);
        stage.end().await;
    }
}

/// A `ping` whose body has so many bytes.
fn long(bytes: usize) -> Vec<u8> {
    let mut body = br#"{"zen": ""#.to_vec();
    body.resize(bytes - 2, b'a');
    body.extend_from_slice(br#""}"#);
    body
}

#[tokio::test]
async fn a_body_of_24_mib_is_taken_and_one_over_25_is_not() {
    for stage in Stage::each().await {
        assert_eq!(send(&stage, "guid-large", "ping", &long(24 << 20)).await.status, 202);
        assert_eq!(send(&stage, "guid-full", "ping", &long(25 << 20)).await.status, 202);
        stage.settle().await;
        let over = long((25 << 20) + 1);
        assert_eq!(send(&stage, "guid-over", "ping", &over).await.status, 413);

        // Announced, and not a byte of it sent: the answer comes all the same.
        let announced = b"POST /webhook HTTP/1.1\r\nHost: app\r\nContent-Length: 99999999999\r\n\
                          Connection: close\r\n\r\n";
        assert_eq!(exchange(&stage.url, announced.to_vec()).await.status, 413);

        // Not announced.
        let mut chunked = b"POST /webhook HTTP/1.1\r\nHost: app\r\nTransfer-Encoding: chunked\r\n\
                            Connection: close\r\n\r\n"
            .to_vec();
        for piece in over.chunks(1 << 20) {
            chunked.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            chunked.extend_from_slice(piece);
            chunked.extend_from_slice(b"\r\n");
        }
        chunked.extend_from_slice(b"0\r\n\r\n");
        assert_eq!(exchange(&stage.url, chunked).await.status, 413);
        assert!(stage.app.store.delivery("guid-over").await.unwrap().is_none());
        stage.end().await;
    }
}

#[tokio::test]
async fn what_github_never_sends_is_a_bad_request() {
    for stage in Stage::each().await {
        let secret = stage.gh.webhook_secret();
        let signed = signature(&secret, PING);
        let signed: (&str, &[u8]) = ("X-Hub-Signature-256", signed.as_bytes());
        let nameless = hook(&[("X-GitHub-Delivery", b"guid-1"), signed], PING);
        assert_eq!(exchange(&stage.url, nameless).await.status, 400);
        let without_guid = hook(&[("X-GitHub-Event", b"ping"), signed], PING);
        assert_eq!(exchange(&stage.url, without_guid).await.status, 400);

        let form = b"payload=%7B%22zen%22%3A%22Keep%20it%20logically%20awesome.%22%7D";
        let bodies: [&[u8]; 5] = [form, b"", b"\xff\xfe", br#"{"zen": "#, b"{} {}"];
        for body in bodies {
            let answer = send(&stage, "guid-1", "ping", body).await;
            assert_eq!(answer.status, 400, "{}", String::from_utf8_lossy(body));
            assert!(answer.body.contains("application/json"), "it names the remedy: {answer:?}");
        }
        assert!(stage.app.store.delivery("guid-1").await.unwrap().is_none());
        stage.end().await;
    }
}

#[tokio::test]
async fn hostile_headers_do_no_harm() {
    for stage in Stage::each().await {
        let signed = signature(&stage.gh.webhook_secret(), PING);
        let long = "g".repeat(101);
        let hostile: [&[u8]; 9] = [
            b"'; DROP TABLE delivery; --",
            b"<script>alert(1)</script>",
            b"../../etc/passwd",
            b"guid\t\x1b[31mred",
            b"guid\xc3\xa9",
            b"\xff\xff",
            b"",
            b"{\"a\":1}",
            long.as_bytes(),
        ];
        for value in hostile {
            for (event, guid) in [(value, b"guid-1".as_slice()), (b"ping", value)] {
                let headers = [
                    ("X-GitHub-Event", event),
                    ("X-GitHub-Delivery", guid),
                    ("X-Hub-Signature-256", signed.as_bytes()),
                ];
                let answer = exchange(&stage.url, hook(&headers, PING)).await;
                assert_eq!(answer.status, 400, "{}", String::from_utf8_lossy(value));
            }
        }
        // Far more than any header may hold: refused before it reaches us.
        let huge = vec![b'x'; 2 << 20];
        let headers = [("X-GitHub-Event", huge.as_slice())];
        assert_eq!(exchange(&stage.url, hook(&headers, PING)).await.status, 431);
        assert_eq!(send(&stage, "guid-2", "ping", PING).await.status, 202, "it still answers");
        stage.settle().await;
        stage.end().await;
    }
}

#[tokio::test]
async fn an_event_that_nobody_reads_is_kept_and_left_alone() {
    for stage in Stage::each().await {
        for (guid, event) in [("guid-1", "star"), ("guid-2", "an_event_of_2031")] {
            assert_eq!(send(&stage, guid, event, PING).await.status, 202);
        }
        stage.settle().await;
        for guid in ["guid-1", "guid-2"] {
            let outcome = stage.app.store.delivery_outcome(guid).await.unwrap();
            assert_eq!(outcome.as_deref(), Some("nothing to do"));
        }
        assert!(stage.gh.calls().is_empty(), "GitHub was not bothered");
        stage.end().await;
    }
}

#[tokio::test]
async fn other_methods_and_addresses_are_refused() {
    for stage in Stage::each().await {
        assert_eq!(crate::http::get(&stage.url, "/webhook").await.status, 405);
        assert_eq!(crate::http::get(&stage.url, "/").await.status, 404);
        assert_eq!(crate::http::get(&stage.url, "/webhook/../metrics%00").await.status, 404);
        stage.end().await;
    }
}

/// Memory has a bound: what does not fit is sent back with a word when to come again, the others
/// go on, and recovery finds it.
#[tokio::test]
async fn bodies_share_a_budget_of_bytes() {
    let props = || Props { room: Some(100_000), ..Props::default() };
    for stage in Stage::each_with(FakeGitHub::builder, props).await {
        let large = format!("{{\"zen\": \"{}\"}}", "x".repeat(150_000));
        let answer = send(&stage, "large", "ping", large.as_bytes()).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("10")));
        assert!(stage.app.store.delivery("large").await.unwrap().is_none());
        // Whoever promises much and sends nothing takes no room.
        let promise = b"POST /webhook HTTP/1.1\r\nHost: app\r\nContent-Length: 20000000\r\n\r\n{";
        let address = stage.url.strip_prefix("http://").unwrap();
        let mut idle = Vec::new();
        for _ in 0..20 {
            let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut socket, promise).await.unwrap();
            idle.push(socket);
        }
        let half = format!("{{\"zen\": \"{}\"}}", "x".repeat(60_000));
        for n in 0..5 {
            let answer = send(&stage, &format!("half-{n}"), "ping", half.as_bytes()).await;
            assert_eq!(answer.status, 202, "what was held is given back");
        }
        drop(idle);
        stage.settle().await;
        stage.end().await;
    }
}
