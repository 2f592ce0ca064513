//! What do our own pull requests say, and how are they announced?

use super::super::budget::PAGE_BYTES;
use super::super::escape::{code_span, fenced, prose};
use super::super::words::clip;
use super::Answer;
use crate::domain::ids::PolicyId;
use crate::domain::waiver::Waiver;

/// `Opened #12.`: a reference that GitHub links, on purpose.
pub fn proposal(did: &str, number: i64) -> Answer {
    Answer::done(format!("{did} #{number}."))
}

/// Title and text of a pull request that adds a waiver. `place` is where it was asked for:
/// `owner/name#7`.
pub fn waiver_pull(waiver: &Waiver, place: &str) -> (String, String) {
    let title = format!("Waive {} until {}", waiver.policy, waiver.expires);
    let scope = match waiver.paths.as_slice() {
        [] => "the whole repository".to_owned(),
        paths => {
            let shown: Vec<String> =
                paths.iter().take(20).map(|p| code_span(&clip(p, 200))).collect();
            shown.join(", ")
        }
    };
    let body = format!(
        "This adds a waiver, so that {} does not speak of {scope} until {}.\n\n\
         **Reason.** {}\n\n\
         **Who answers for it.** {}\n\n\
         Asked for in {place}. It counts once it is merged, and ends by itself; \
         an expired waiver is reported, never silently renewed.\n",
        code_span(waiver.policy.as_str()),
        waiver.expires,
        prose(&clip(&waiver.reason, 2_000)),
        code_span(&clip(waiver.owner.as_deref().unwrap_or("nobody"), 100)),
    );
    (title, body)
}

/// Title and text of a pull request that takes a policy's waivers away.
pub fn unwaiver_pull(policy: &PolicyId, place: &str) -> (String, String) {
    let title = format!("End the waivers of {policy}");
    let body = format!(
        "This takes every waiver of {} out of the configuration. Asked for in {place}.\n",
        code_span(policy.as_str())
    );
    (title, body)
}

/// A plan, and what must be said before it can be carried out. `asked_for` tells whether
/// the plan is all that was asked for.
pub fn plan_only(plan: &str, questions: &[String], asked_for: bool) -> Answer {
    let mut page = String::new();
    if !questions.is_empty() {
        page += "Before anything is written, please say:\n\n";
        // The command line names the path by an option, a comment by a word.
        let here = |q: &String| q.replace("`--path NAME`", "`/platform adopt NAME`");
        let questions = questions.iter().take(20).map(here);
        page.extend(questions.map(|q| format!("- {}\n", prose(&clip(&q, 400)))));
        page.push('\n');
    }
    page += plan;
    if page.len() + 1_000 > PAGE_BYTES {
        return Answer::done(
            "The plan is too long for a comment; `waymark adopt --plan` prints it in a clone.",
        );
    }
    Answer { markdown: page, done: asked_for || questions.is_empty() }
}

/// Title and text of a pull request that brings a repository onto a golden path.
pub fn adoption_pull(path: &str, plan: &str) -> (String, String) {
    let title = format!("Adopt the golden path {path}");
    let intro = "This was asked for in a comment. Push to this branch what you like: asking again \
                 merges with your edits and overwrites none of them.";
    let body = format!("{intro}\n\n{plan}");
    if body.len() <= PAGE_BYTES {
        return (title, body);
    }
    let short =
        "The plan is too long to be repeated here; `waymark adopt --plan` prints it in a clone.";
    (title, format!("{intro}\n\n{short}\n"))
}

/// Title and text of a pull request that brings a repository to the newest version of its golden
/// path. `pasted` is what could not be written.
pub fn upgrade_pull(path: &str, plan: &str, pasted: &str) -> (String, String) {
    let title = format!("Upgrade to the newest golden path {path}");
    let intro = "The golden path that this repository adopted has a newer version. Lines that you \
                 wrote stay as they are; where you and the path changed the same ones, the file is \
                 left alone and named below. Push to this branch what you like. Close this to stay \
                 where you are until the next version.";
    let body = format!("{intro}\n\n{plan}{pasted}");
    if body.len() <= PAGE_BYTES {
        return (title, body);
    }
    let short = "What changes is too long to be repeated here; the commits show it.";
    (title, format!("{intro}\n\n{short}\n"))
}

/// Files that the App may not write, to paste; nothing for none.
pub fn pasted(files: &[(&str, &str)]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let mut page = "\n\nThe App may not write workflows here (its owners have not granted \
                    `workflows: write`). These files are left to you:\n\n"
        .to_owned();
    for (path, text) in files {
        let block = format!("{}\n\n{}\n", code_span(&clip(path, 200)), fenced(text, "yaml"));
        if page.len() + block.len() > PAGE_BYTES / 2 {
            page += "(more is left out for want of room)\n";
            break;
        }
        page += &block;
    }
    page
}

/// Why nothing can be pushed: what the installation lacks, and where its owners grant it.
/// `account` is GitHub's name of whoever installed the App, `page` an address of GitHub.
pub fn may_not_write(account: &str, lacking: &[&str], page: Option<&str>) -> String {
    let lacking: Vec<String> = lacking.iter().map(|name| format!("`{name}: write`")).collect();
    let fits = |page: &&str| page.starts_with("http") && !page.contains(char::is_whitespace);
    let place = match page.filter(fits) {
        Some(page) => format!("at {page}"),
        None => "on the installation's page".to_owned(),
    };
    format!(
        "Waymark may not write here: its installation on {} lacks {}. An owner can grant it {place}; \
         an App that does not ask for it, as one that was registered to observe, has to ask first.",
        code_span(&clip(account, 100)),
        lacking.join(" and "),
    )
}

/// A patch in place of a pull request; `why` is a sentence.
pub fn patched(path: &str, patch: &str, why: &str) -> Answer {
    if patch.is_empty() {
        return Answer::done("Nothing to do: all of the golden path is there already.");
    }
    let intro = format!(
        "{why} This patch brings what is there onto the golden path {}; save it as a file and run \
         `git apply FILE`.",
        code_span(path)
    );
    let page = format!("{intro}\n\n{}\n", fenced(patch, "diff"));
    if page.len() + 1_000 > PAGE_BYTES {
        return Answer::refused(format!(
            "{why} The patch is too long for a comment; `waymark adopt --path {path}` does the same \
             in a clone."
        ));
    }
    Answer::done(page)
}

/// The patch of one file in place of a pull request; `why` is a sentence.
pub fn change_to_apply(why: &str, patch: &str) -> Answer {
    let page = format!(
        "{why} Save this as a file, run `git apply FILE`, and propose it yourself:\n\n{}\n",
        fenced(patch, "diff")
    );
    if page.len() + 1_000 > PAGE_BYTES {
        return Answer::refused(why);
    }
    Answer::done(page)
}
