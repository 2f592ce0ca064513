//! How is delivery told? Figures in words that fit a table, the scorecard's block, and CSV. The
//! terminal's table is the command line's own.

mod cohorts;
mod sheet;
mod words;

pub use cohorts::{AS_OF, COHORT_BLOCK_DAYS, COHORT_TITLE, render_cohorts};
pub use sheet::{render_cohort_sheet, render_sheet};
pub use words::{BETTER, WORSE, difference, duration, figure, per_week, percent, title, verdict};
