//! How are fixes told? As a diff to read and apply, in words for a terminal, and as Markdown for a
//! commit, a pull request or a comment.

mod diff;
mod grouped;
mod markdown;
mod text;

pub use diff::{Ink, diff, inked, patch};
pub use markdown::{commit_message, fix_list, fix_pull, handbook, nothing_to_fix, patch_to_apply};
pub use text::{summary, written};
