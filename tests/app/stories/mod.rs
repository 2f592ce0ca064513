//! One file per user's story.

mod pull_request;
