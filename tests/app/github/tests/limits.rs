//! Limits are those that GitHub documents, wherever its minutes and hours begin.

use serde_json::json;

use super::*;
use crate::github::limits::{
    CREATIONS_PER_HOUR, CREATIONS_PER_MINUTE, Kind, Meter, POINTS_PER_MINUTE,
    QUERY_POINTS_PER_MINUTE,
};

/// How many of `requests`, so many seconds after the start, are let through.
fn let_through(kind: Kind, requests: impl Iterator<Item = i64>) -> u64 {
    let (mut meter, mut through) = (Meter::default(), 0);
    for at in requests {
        through += u64::from(meter.book(&FakeClock::at(NOW + at), kind, (false, true)).is_ok());
    }
    through
}

#[test]
fn a_burst_across_the_turn_of_a_minute_is_one_burst() {
    let turn = 60 - NOW % 60;
    let many = 3_000;
    let burst = |n: i64| turn - 30 + n * 59 / many;
    assert_eq!(let_through(Kind::Read, (0..many).map(burst)), POINTS_PER_MINUTE);
    assert_eq!(let_through(Kind::Write, (0..many).map(burst)), POINTS_PER_MINUTE / 5);
    assert_eq!(let_through(Kind::Query, (0..many).map(burst)), QUERY_POINTS_PER_MINUTE);
    assert_eq!(let_through(Kind::Creation, (0..many).map(burst)), CREATIONS_PER_MINUTE);
}

#[test]
fn an_hour_holds_five_hundred_creations_wherever_it_begins() {
    let turn = 3_600 - NOW % 3_600;
    let each_five_seconds = |n: i64| turn - 1_500 + n * 5;
    assert_eq!(let_through(Kind::Creation, (0..700).map(each_five_seconds)), CREATIONS_PER_HOUR);
}

#[test]
fn what_is_a_minute_old_counts_no_more() {
    let times = (0..900).map(|_| 0).chain((0..900).map(|_| 60));
    assert_eq!(let_through(Kind::Read, times), 2 * POINTS_PER_MINUTE);
}

#[tokio::test]
async fn too_much_too_fast_is_refused() {
    let (github, mut client) = fixture().await;
    client.install(&github, json!({})).await;
    let number = github.open_pull_from_fork("acme/payments", "stranger", &[("x", "x")]);
    let path = format!("/repos/acme/payments/issues/{number}/comments");
    // Two in a second are bad manners; 81 in a minute are refused.
    assert_eq!(client.post(&path, json!({"body": "b"})).await.status, 201);
    assert_eq!(github.forgive(), [""; 0]);
    for _ in 0..79 {
        assert_eq!(client.post(&path, json!({"body": "b"})).await.status, 201);
    }
    let hurried = github.forgive();
    assert!(hurried.len() == 79 && hurried[0].contains("less than a second"), "{hurried:?}");
    let answer = client.post(&path, json!({"body": "b"})).await;
    assert_eq!((answer.status, answer.header("retry-after")), (403, Some("60")));
    assert_eq!(github.forgive().len(), 1);
    github.clock().advance(60);
    assert_eq!(client.post(&path, json!({"body": "b"})).await.status, 201);
    github.assert_calm();
}
