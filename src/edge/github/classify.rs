//! Which kind of failure is this answer? Status, headers and GitHub's own words, judged together.

use serde::Deserialize;

use crate::domain::budget::LONGEST_WAIT_MS;
use crate::domain::time::Timestamp;

use super::call::{Answer, Call};
use super::error::{GitHubError, one_line};

/// Wait when GitHub says "secondary rate limit" and no more (docs.github.com, "Best practices
/// for using the REST API": at least one minute).
const UNNAMED_WAIT_MS: i64 = 60_000;

/// Passes a 2xx answer on and sorts every other one.
pub(super) fn success(call: &Call, answer: Answer, now: Timestamp) -> Result<Answer, GitHubError> {
    let unchanged = answer.status.as_u16() == 304 && call.etag.is_some();
    if answer.status.is_success() || unchanged {
        return Ok(answer);
    }
    let status = answer.status.as_u16();
    let said = ErrorBody::read(&answer);
    let message = one_line(&format!("{} answered {status}: {}", call.name(), said.message));
    Err(match status {
        401 => GitHubError::Credentials { message },
        404 | 410 => GitHubError::NotFound { message },
        403 | 429 => match wait(&answer, status, &said.message, now) {
            Some((not_before, installation_wide)) => {
                GitHubError::RateLimited { not_before, installation_wide, message }
            }
            None => GitHubError::Forbidden { message },
        },
        408 | 500..=599 => GitHubError::Unavailable { reason: message },
        _ => GitHubError::Rejected { status, message, errors: said.errors },
    })
}

/// The rate limit in a GraphQL answer, which comes with status 200.
pub(super) fn graphql_limit(
    call: &Call,
    answer: &Answer,
    said: &str,
    now: Timestamp,
) -> GitHubError {
    let (not_before, installation_wide) =
        wait(answer, 200, said, now).unwrap_or((now.plus_ms(UNNAMED_WAIT_MS), false));
    let message = one_line(&format!("{} answered 200: {said}", call.name()));
    GitHubError::RateLimited { not_before, installation_wide, message }
}

/// Whether words speak of a rate limit.
pub(super) fn speaks_of_limit(said: &str) -> bool {
    let said = said.to_ascii_lowercase();
    said.contains("rate limit") || said.contains("abuse detection")
}

/// The earliest time of another try and whether the whole installation must wait; `None` when
/// the answer is not about limits.
fn wait(answer: &Answer, status: u16, said: &str, now: Timestamp) -> Option<(Timestamp, bool)> {
    let spent = answer.header("x-ratelimit-remaining").map(str::trim) == Some("0");
    // Each kind of call has its own budget; only the ordinary one carries the installation.
    let ordinary = answer.header("x-ratelimit-resource").is_none_or(|resource| resource == "core");
    if let Some(at) = answer.header("retry-after").and_then(|text| retry_after(text, now)) {
        return Some((bounded(at, now), true));
    }
    if spent {
        let reset = answer.header("x-ratelimit-reset").and_then(|text| text.trim().parse().ok());
        let at = reset.map_or(now.plus_ms(UNNAMED_WAIT_MS), Timestamp::from_secs);
        return Some((bounded(at, now), ordinary));
    }
    (status == 429 || speaks_of_limit(said)).then(|| (now.plus_ms(UNNAMED_WAIT_MS), true))
}

/// Seconds from now, or a date as RFC 9110 has it.
fn retry_after(text: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(secs) = text.parse::<u32>() {
        return Some(now.plus_ms(i64::from(secs) * 1000));
    }
    chrono::DateTime::parse_from_rfc2822(text).ok().map(|at| Timestamp(at.timestamp_millis()))
}

/// At least a second (their clock may be ahead of ours), at most what is believed.
fn bounded(at: Timestamp, now: Timestamp) -> Timestamp {
    at.clamp(now.plus_ms(1000), now.plus_ms(LONGEST_WAIT_MS))
}

/// What GitHub said, however badly.
struct ErrorBody {
    message: String,
    errors: Vec<String>,
}

impl ErrorBody {
    fn read(answer: &Answer) -> Self {
        #[derive(Deserialize)]
        struct Wire {
            message: Option<String>,
            errors: Option<serde_json::Value>,
        }
        let wire = serde_json::from_slice::<Wire>(&answer.body).ok();
        let errors = wire.as_ref().and_then(|w| w.errors.as_ref()).map(lines).unwrap_or_default();
        let mut message = wire.and_then(|w| w.message).unwrap_or_else(|| {
            let start = &answer.body[..answer.body.len().min(2000)];
            String::from_utf8_lossy(start).into_owned()
        });
        if one_line(&message).is_empty() {
            message = answer.status.canonical_reason().unwrap_or("no reason given").to_owned();
        }
        if !errors.is_empty() {
            message = format!("{message} ({})", errors.join("; "));
        }
        Self { message, errors }
    }
}

fn lines(errors: &serde_json::Value) -> Vec<String> {
    let line = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => one_line(text),
        other => match other.get("message").and_then(|m| m.as_str()) {
            Some(text) => one_line(text),
            None => one_line(&other.to_string()),
        },
    };
    match errors {
        serde_json::Value::Array(list) => list.iter().take(10).map(line).collect(),
        serde_json::Value::Null => Vec::new(),
        one => vec![line(one)],
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
            map.insert(name, HeaderValue::from_str(value).expect("a header's value"));
        }
        let status = StatusCode::from_u16(status).expect("a status");
        Answer { status, headers: map, body: body.to_owned().into() }
    }

    fn fail(status: u16, headers: &[(&str, &str)], body: &str) -> GitHubError {
        let call = Call::get("/repos/{owner}/{repo}", "/repos/acme/api?secret=1");
        success(&call, answer(status, headers, body), NOW).expect_err("a failure")
    }

    #[test]
    fn limits_become_a_time_and_a_reach() {
        let secondary = r#"{"message":"You have exceeded a secondary rate limit."}"#;
        let plain = r#"{"message":"Resource not accessible by integration"}"#;
        type Row<'a> = (u16, &'a [(&'a str, &'a str)], &'a str, Option<(i64, bool)>);
        let table: &[Row<'_>] = &[
            (403, &[("retry-after", "30")], plain, Some((30_000, true))),
            (429, &[("retry-after", "0")], secondary, Some((1_000, true))),
            (429, &[("retry-after", "4000000000")], "", Some((LONGEST_WAIT_MS, true))),
            (429, &[("retry-after", "Mon, 12 Jan 1970 13:47:40 +0000")], "", Some((60_000, true))),
            (429, &[("retry-after", "soon")], "", Some((60_000, true))),
            (
                403,
                &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1000090")],
                plain,
                Some((90_000, true)),
            ),
            (
                403,
                &[
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "1000090"),
                    ("x-ratelimit-resource", "graphql"),
                ],
                plain,
                Some((90_000, false)),
            ),
            (
                403,
                &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "5")],
                plain,
                Some((1_000, true)),
            ),
            (
                403,
                &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "-9")],
                "",
                Some((1_000, true)),
            ),
            (403, &[("x-ratelimit-remaining", "0")], plain, Some((60_000, true))),
            (
                403,
                &[("x-ratelimit-remaining", "17"), ("x-ratelimit-reset", "1000090")],
                secondary,
                Some((60_000, true)),
            ),
            (
                403,
                &[],
                r#"{"message":"You have triggered an abuse detection mechanism"}"#,
                Some((60_000, true)),
            ),
            (429, &[], "", Some((60_000, true))),
            (403, &[("x-ratelimit-remaining", "17")], plain, None),
        ];
        for (status, headers, body, expected) in table {
            let got = match fail(*status, headers, body) {
                GitHubError::RateLimited { not_before, installation_wide, .. } => {
                    Some((not_before.0 - NOW.0, installation_wide))
                }
                GitHubError::Forbidden { .. } => None,
                other => panic!("{other:?}"),
            };
            assert_eq!(got, *expected, "{status} {headers:?} {body}");
        }
    }

    #[test]
    fn graphql_says_it_with_status_200() {
        let call = Call::get("/graphql", "/graphql");
        let reach = |headers: &[(&str, &str)], said: &str| match graphql_limit(
            &call,
            &answer(200, headers, ""),
            said,
            NOW,
        ) {
            GitHubError::RateLimited { not_before, installation_wide, .. } => {
                (not_before.0 - NOW.0, installation_wide)
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(reach(&[], "exceeded"), (60_000, false));
        assert_eq!(reach(&[], "secondary rate limit"), (60_000, true));
        assert_eq!(reach(&[("retry-after", "5")], "exceeded"), (5_000, true));
    }

    #[test]
    fn every_status_has_its_kind() {
        let kind = |status| match fail(status, &[], "{}") {
            GitHubError::NotFound { .. } => "not found",
            GitHubError::Forbidden { .. } => "forbidden",
            GitHubError::RateLimited { .. } => "limited",
            GitHubError::Unavailable { .. } => "unavailable",
            GitHubError::Rejected { .. } => "rejected",
            GitHubError::Credentials { .. } => "credentials",
        };
        for (status, expected) in [
            (304, "rejected"),
            (400, "rejected"),
            (401, "credentials"),
            (403, "forbidden"),
            (404, "not found"),
            (408, "unavailable"),
            (409, "rejected"),
            (410, "not found"),
            (422, "rejected"),
            (429, "limited"),
            (451, "rejected"),
            (500, "unavailable"),
            (502, "unavailable"),
            (503, "unavailable"),
            (504, "unavailable"),
        ] {
            assert_eq!(kind(status), expected, "{status}");
        }
    }

    #[test]
    fn the_message_names_call_status_and_githubs_words_on_one_line() {
        let body = r#"{"message":"Validation\nFailed","errors":["too long",{"message":"bad"},{"code":"x"}]}"#;
        let GitHubError::Rejected { status, message, errors } = fail(422, &[], body) else {
            panic!("rejected")
        };
        assert_eq!(status, 422);
        assert_eq!(
            message,
            r#"GET /repos/acme/api answered 422: Validation Failed (too long; bad; {"code":"x"})"#
        );
        assert_eq!(errors, ["too long", "bad", r#"{"code":"x"}"#]);
        let page = format!("<html>\u{1b}{}</html>", "x".repeat(9000));
        let text = fail(502, &[], &page).to_string();
        assert!(text.starts_with("GET /repos/acme/api answered 502: <html> x"), "{text}");
        assert!(text.chars().count() <= 500);
        assert_eq!(
            fail(500, &[], "").to_string(),
            "GET /repos/acme/api answered 500: Internal Server Error"
        );
    }
}
