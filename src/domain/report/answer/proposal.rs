//! What do our own pull requests say, and how are they announced?

use super::super::escape::{code_span, prose};
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
