//! What lies in a folder on disk? Policies, and source trees for the command line.

mod pages;
mod policies;
mod series;
mod working_tree;
mod write;

pub use pages::write_pages;
pub use policies::{BUILT_IN, PolicyFiles, write_new};
pub use series::{read_series, write_drawing};
pub use working_tree::{DiskError, read_listed, read_text, read_tree};
pub use write::{Write, write_all};
