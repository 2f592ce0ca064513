//! How do we talk to GitHub? The only room that knows octocrab, jsonwebtoken and hmac.
//!
//! - [`GitHub`] is the App: it signs JWTs, keeps installation tokens, lists installations.
//! - [`Installation`] is one tenant with a narrowed token: it reads repositories and writes
//!   check runs.
//! - [`GitHubError`] says what the caller can do about a failure; nothing is retried in here,
//!   except once with a fresh token after a 401, which proves that nothing happened.
//! - [`signature`] tells whether a webhook is GitHub's.
//!
//! octocrab carries requests (its buffered, cloneable service over our own hyper client). What
//! it would add on top is done here, because it behaves differently from what we need: it
//! repeats POSTs, withholds the token from every host but api.github.com (page two on
//! Enterprise), and mints one token per concurrent caller.

pub mod signature;

mod app;
mod base;
mod blob;
mod budget;
mod call;
mod check_run;
mod classify;
mod client;
mod collaborator;
mod comment;
mod content;
mod delivery;
mod deployment_rule;
mod dora;
mod error;
mod gate;
mod git;
mod graphql;
mod heads;
mod incidents;
mod installation;
mod issue;
mod jwt;
mod label;
mod landed;
mod merged;
mod paging;
mod pull;
mod pull_files;
mod pull_write;
mod repository;
mod scope;
mod suite;
mod team;
mod token;
mod transport;
mod tree;
mod write;

pub use app::{AppInfo, InstallationInfo, Listing};
pub use blob::{BlobContent, BlobRef};
pub use budget::Sleep;
pub use call::{CallHook, CallSeen};
pub use check_run::{CheckOutput, CheckRunRef, CheckRunUpdate, CheckStatus, NewCheckRun};
pub use client::{Clock, GitHub, GitHubSettings, SetupError};
pub use collaborator::Standing;
pub use comment::{CommentRef, Reaction};
pub use content::RepoFile;
pub use delivery::DeliveryPage;
pub use dora::Recent;
pub use error::GitHubError;
pub use git::Commit;
pub use heads::{HEADS_AT_ONCE, Head, HeadAsked};
pub use installation::Installation;
pub use issue::{IssueEdit, IssueRef};
pub use label::Label;
pub use landed::Pushed;
pub use merged::{MergedPage, MergedPull};
pub use pull::{ChangeSize, Pull, PullSide};
pub use pull_files::PullFile;
pub use repository::Repository;
pub use scope::{Access, Permission, TokenScope};
pub use suite::Health;
pub use team::TeamAccess;
pub use tree::{EntryKind, TreeEntry, TreeListing};
