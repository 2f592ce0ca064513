//! How is a file of people changed without disturbing what they wrote? As text: comments, quotes
//! and order stay, and the result is read again before it counts.

pub mod fields;
mod place;
pub mod waivers;
