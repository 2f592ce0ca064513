//! What do people do on GitHub? Each verb changes the world and queues the webhooks that follow.

mod checks;
mod deployments;
mod installations;
mod issues;
mod pulls;
mod repos;

pub use installations::usual_permissions;
pub use repos::{delete, executable, put, submodule, symlink};
