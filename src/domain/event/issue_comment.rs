//! `issue_comment`: somebody wrote or edited a comment on an issue or pull request, which may hold
//! commands. Deleted comments, bots and ourselves are ignored.

use serde::Deserialize;
use serde_json::Value;

use super::payload::{InstallationRef, Repository};
use super::{CommentSeen, Intent};
use crate::domain::command::{scan, scan_edit};
use crate::domain::time::Timestamp;

#[derive(Deserialize)]
struct Payload {
    action: String,
    issue: Issue,
    comment: Comment,
    repository: Repository,
    installation: Option<InstallationRef>,
    sender: Account,
    #[serde(default)]
    changes: Changes,
}

#[derive(Deserialize)]
struct Issue {
    number: i64,
    /// Present when it is a pull request.
    pull_request: Option<Value>,
}

#[derive(Deserialize)]
struct Comment {
    id: i64,
    body: Option<String>,
    /// `None` when the account is gone.
    user: Option<Account>,
    created_at: Option<String>,
}

#[derive(Deserialize)]
struct Account {
    id: Option<i64>,
    login: String,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Account {
    fn is_person(&self) -> bool {
        self.kind.as_deref().is_none_or(|kind| kind == "User") && !self.login.ends_with("[bot]")
    }
}

#[derive(Default, Deserialize)]
struct Changes {
    body: Option<Before>,
}

#[derive(Deserialize)]
struct Before {
    from: Option<String>,
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Intent>, serde_json::Error> {
    let p: Payload = serde_json::from_slice(body)?;
    let Some(installation) = p.installation else { return Ok(Vec::new()) };
    // Both count: a bot's comment stays a bot's when a person edits it, and the other way round.
    let by_people = p.comment.user.as_ref().is_none_or(Account::is_person) && p.sender.is_person();
    let text = p.comment.body.unwrap_or_default();
    let scan = match p.action.as_str() {
        _ if !by_people => return Ok(Vec::new()),
        "created" => scan(&text),
        "edited" => match p.changes.body {
            Some(before) => scan_edit(&before.from.unwrap_or_default(), &text),
            None => return Ok(Vec::new()),
        },
        _ => return Ok(Vec::new()),
    };
    if scan.lines.is_empty() {
        return Ok(Vec::new());
    }
    let comment = CommentSeen {
        id: p.comment.id,
        issue: p.issue.number,
        on_pull: p.issue.pull_request.is_some(),
        // Whoever edits somebody's comment speaks for themselves.
        by: p.sender.login,
        account: p.sender.id,
        created: p
            .comment
            .created_at
            .and_then(|t| Timestamp::parse_rfc3339(&t))
            .unwrap_or(Timestamp(0)),
    };
    Ok(vec![Intent::Commands {
        installation: installation.id,
        repo: p.repository.into(),
        comment,
        scan,
    }])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn intents(change: impl FnOnce(&mut Value)) -> Vec<Intent> {
        let person = json!({"login": "ada", "type": "User"});
        let mut payload = json!({
            "action": "created",
            "issue": {"number": 7, "pull_request": {}},
            "comment": {"id": 11, "body": "/platform check", "user": person,
                        "created_at": "2026-11-21T09:00:00Z"},
            "repository": {"id": 2, "full_name": "acme/api"},
            "installation": {"id": 1},
            "sender": person,
        });
        change(&mut payload);
        read(payload.to_string().as_bytes()).expect("readable")
    }

    fn asked(intents: &[Intent]) -> Vec<String> {
        match intents {
            [Intent::Commands { scan, .. }] => scan.lines.clone(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn a_new_comment_asks() {
        let intents = intents(|_| ());
        let [Intent::Commands { comment, scan, .. }] = intents.as_slice() else {
            panic!("{intents:?}");
        };
        assert_eq!((comment.issue, comment.on_pull, comment.by.as_str()), (7, true, "ada"));
        assert_eq!(scan.lines, ["/platform check"]);
    }

    #[test]
    fn an_edit_asks_for_what_is_new_in_the_name_of_the_editor() {
        let edited = intents(|p| {
            p["action"] = json!("edited");
            p["sender"] = json!({"login": "grace", "type": "User"});
            p["comment"]["body"] = json!("/platform check\n/platform help");
            p["changes"] = json!({"body": {"from": "/platform check"}});
        });
        assert_eq!(asked(&edited), ["/platform help"]);
        assert!(matches!(&edited[..], [Intent::Commands { comment, .. }] if comment.by == "grace"));
    }

    #[test]
    fn bots_deletions_and_small_talk_are_ignored() {
        for change in [
            |p: &mut Value| p["action"] = json!("deleted"),
            |p: &mut Value| p["action"] = json!("edited"),
            |p: &mut Value| p["sender"]["type"] = json!("Bot"),
            |p: &mut Value| p["comment"]["user"] = json!({"login": "x[bot]"}),
            |p: &mut Value| p["comment"]["body"] = json!(null),
            |p: &mut Value| p["comment"]["body"] = json!("thank you"),
        ] {
            assert_eq!(intents(change), Vec::new());
        }
    }
}
