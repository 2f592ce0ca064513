//! What do people do on GitHub? Each verb changes the world and queues the webhooks that follow.

mod checks;
mod deployments;
mod installations;
mod issues;
mod pulls;
mod repos;
mod reviews;
mod shipping;

pub use installations::usual_permissions;
pub use repos::{DEVELOPER, delete, executable, put, submodule, symlink};
