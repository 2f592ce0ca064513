//! Can the laws be broken at all? Small made-up sources, each with one thing wrong or nothing.

use super::laws::{breaches, sizes, strangers};
use super::paths::{module_of, scan};

/// `line: what` of every breach.
fn found(file: &str, text: &str) -> Vec<String> {
    let scan = scan(&module_of(file), text);
    let list = breaches(file, &scan, false);
    list.into_iter().map(|b| format!("{}: {}", b.line, b.what)).collect()
}

#[test]
fn upward_imports_are_found_however_they_are_spelled() {
    for (file, text, what) in [
        ("src/domain/a.rs", "use crate::edge::store;", "1: imports `crate::edge::store`"),
        ("src/domain/a.rs", "\nfn f() { crate::flow::go() }", "2: imports `crate::flow::go`"),
        ("src/domain/a/b.rs", "use super::super::super::edge;", "1: imports `crate::edge`"),
        (
            "src/domain/a.rs",
            "use crate::{domain::b, web::{c, d as e}};",
            "1: imports `crate::web::c`",
        ),
        ("src/edge/git.rs", "use crate::config;", "1: imports `crate::config`"),
        ("src/edge/git.rs", "use super::store::Store;", "1: imports `crate::edge::store::Store`"),
        (
            "src/edge/git/a.rs",
            "use crate::edge::clock::Clock;",
            "1: imports `crate::edge::clock::Clock`",
        ),
        ("src/flow/a.rs", "use crate::web;", "1: imports `crate::web`"),
        ("src/web/a.rs", "use crate::cli::run;", "1: imports `crate::cli::run`"),
        ("src/flow/a.rs", "use crate::*;", "1: imports `crate::*`"),
        ("src/domain/a.rs", "mod tests { use crate::edge::b; }", "1: imports `crate::edge::b`"),
    ] {
        assert!(found(file, text).contains(&what.to_owned()), "{text}: {:?}", found(file, text));
    }
}

#[test]
fn crates_and_things_outside_their_rooms_are_found() {
    for (file, text, what) in [
        ("src/flow/a.rs", "use sqlx::query;", "1: uses `sqlx::query`"),
        ("src/web/a.rs", "fn f(e: regorus::Engine) {}", "1: uses `regorus::Engine`"),
        ("src/edge/github/jwt.rs", "use hmac::{Hmac};", "1: uses `hmac::Hmac`"),
        ("src/domain/a.rs", "#[derive(clap::Parser)]\nstruct A;", "1: uses `clap::Parser`"),
        ("src/domain/a.rs", "fn f() { tokio::spawn(x) }", "1: uses `tokio::spawn`"),
        ("src/domain/a.rs", "use std::fs;", "1: uses `std::fs`"),
        ("src/domain/a.rs", "use std::*;", "1: uses `std::*`"),
        ("src/domain/a.rs", "use std::{time, env::var};", "1: uses `std::env::var`"),
        (
            "src/domain/a.rs",
            "use std::time;\nfn f() { time::Instant::now(); }",
            "2: uses `std::time::Instant::now`",
        ),
        ("src/domain/a.rs", "use std::io::Write;", "1: uses `std::io::Write`"),
        ("src/flow/a.rs", "use chrono::Utc;\nfn f() { Utc::now(); }", "2: uses `chrono::Utc::now`"),
        ("src/flow/a.rs", "fn f() { ::std::env::var(\"A\"); }", "1: uses `std::env::var`"),
        (
            "src/edge/store/a.rs",
            "use tokio::process::Command;",
            "1: uses `tokio::process::Command`",
        ),
        ("src/cli/a.rs", "fn f() { std::env::args(); }", "1: uses `std::env::args`"),
        ("src/domain/a.rs", "async fn f() {}", "1: says `async`"),
        ("src/domain/a.rs", "fn f() { g().await }", "1: says `await`"),
    ] {
        assert!(found(file, text).contains(&what.to_owned()), "{text}: {:?}", found(file, text));
    }
}

#[test]
fn names_without_an_idea_are_found() {
    assert_eq!(found("src/flow/utils.rs", ""), ["1: is named `utils`"]);
    assert_eq!(found("src/edge/token_manager/mod.rs", ""), ["1: is named `manager`"]);
    assert_eq!(found("src/domain/commons.rs", ""), Vec::<String>::new());
}

#[test]
fn honest_sources_break_nothing() {
    for (file, text) in [
        ("src/domain/a.rs", "use super::b; use crate::domain::c; use std::time::Duration;"),
        ("src/domain/a.rs", "//! `use sqlx::query;`\n/* use std::fs; /* std::env */ */ fn f() {}"),
        (
            "src/domain/a.rs",
            "const A: &str = \"use std::fs;\\\" std::env::var\"; const B: char = '\"';",
        ),
        (
            "src/domain/a.rs",
            "const A: &str = r#\"std::fs \" std::env::var\"#; fn f<'a>(b: &'a str) {}",
        ),
        ("src/domain/a.rs", "const A: u8 = b'\\''; const B: &[u8] = b\"std::env::var\";"),
        ("src/domain/a.rs", "#[cfg(test)]\nmod tests { use std::fs; async fn f() {} }"),
        ("src/domain/a.rs", "#[cfg(test)]\nuse std::fs;\nfn f() {}"),
        ("src/domain/a.rs", "#[cfg(test)]\n#[allow(x)]\nfn f(a: [u8; 4]) { std::fs::read(a); }"),
        ("src/domain/a.rs", "mod regex; fn f() { regex::read(); }"),
        ("src/domain/a.rs", "fn f() { x.axum::<A>(); <B as C>::sqlx::d(); }"),
        ("src/edge/store/a.rs", "use super::b; use crate::edge::store::c; use sqlx::query;"),
        ("src/edge/mod.rs", "pub mod clock; pub use self::clock::Clock;"),
        ("src/flow/a.rs", "use crate::edge::{github, store}; use crate::config::Config;"),
        ("src/cli/a.rs", "use std::process::ExitCode; use clap::Parser;"),
        ("src/main.rs", "fn main() { waymark::cli::run() }"),
    ] {
        assert_eq!(found(file, text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn what_follows_test_code_is_judged_again() {
    let text = "#[cfg(test)]\nmod tests { fn f() {} }\nuse std::fs;\n";
    assert_eq!(found("src/domain/a.rs", text), ["3: uses `std::fs`"]);
    let text = "#[cfg(not(test))]\nuse std::fs;\n";
    assert_eq!(found("src/domain/a.rs", text), ["2: uses `std::fs`"]);
}

#[test]
fn modules_that_only_tests_compile_are_named() {
    let scan = scan(&module_of("src/domain/facts/mod.rs"), "#[cfg(test)]\nmod testing;\nmod pin;");
    assert_eq!(scan.test_modules, [["domain", "facts", "testing"].map(str::to_owned)]);
}

#[test]
fn long_files_and_a_high_median_are_found() {
    let files = |lines: &[usize]| -> Vec<(String, usize)> {
        lines.iter().enumerate().map(|(i, n)| (format!("src/{i}.rs"), *n)).collect()
    };
    assert!(sizes(&files(&[10, 140, 350])).is_empty());
    assert_eq!(sizes(&files(&[10, 20, 351]))[0].what, "has 351 lines");
    assert_eq!(sizes(&files(&[10, 141, 300]))[0].what, "the median file has 141 lines");
}

#[test]
fn strangers_at_the_front_door_are_found() {
    let names = ["src", ".github", "notes.txt"].map(str::to_owned);
    assert_eq!(strangers(&names), ["notes.txt"]);
}
