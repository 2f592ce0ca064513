//! What did the replay give, in words and tables for a terminal?

use std::fmt::Write;

use super::{Backtest, BandRow};
use crate::domain::report::visible::line;

impl Backtest {
    /// Tables for people.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "{} changes of {} repositories, {} reverted within 30 days; each scored with what was known then\n",
            thousands(self.changes),
            self.repositories.len(),
            thousands(self.reverted),
        );
        let _ =
            writeln!(out, "  AUC inside a repository   {:.3}   (0.5 is a coin)", self.auc_within);
        let _ = writeln!(out, "  AUC across repositories   {:.3}", self.auc_across);
        for capture in &self.captures {
            let share = format!("riskiest {:.0} % hold", capture.of_changes * 100.0);
            let _ = writeln!(
                out,
                "  {share:<24}  {:>4.1} % of the reverts",
                capture.of_reverts * 100.0
            );
        }
        let _ = writeln!(
            out,
            "  predicted, observed       {} %, {} %",
            percent(self.predicted),
            percent(self.observed)
        );
        let _ = writeln!(out, "  calibration error (ECE)   {:.4}", self.calibration_error);
        let _ = writeln!(out, "  log loss                  {:.4}\n", self.log_loss);
        let _ = writeln!(
            out,
            "  PREDICTED MULTIPLE   CHANGES          REVERTED  PREDICTED  OBSERVED [95 %]"
        );
        for row in &self.bands {
            self.tell_band(row, &mut out);
        }
        let width = self.repositories.iter().map(|r| line(&r.name).chars().count()).max();
        let width = width.unwrap_or(0).max("REPOSITORY".len());
        let _ = writeln!(
            out,
            "\n  {:<width$}  CHANGES  REVERTED  PREDICTED  OBSERVED    AUC",
            "REPOSITORY"
        );
        for repository in &self.repositories {
            let _ = writeln!(
                out,
                "  {:<width$}  {:>7}  {:>8}  {:>7} %  {:>6} %  {:>5}",
                line(&repository.name),
                thousands(repository.changes),
                repository.reverted,
                percent(repository.predicted),
                percent(repository.reverted as f64 / (repository.changes as f64).max(1.0)),
                repository.auc.map_or("-".to_owned(), |auc| format!("{auc:.3}")),
            );
        }
        let _ = write!(out, "\n  One repository's own AUC says nothing below about 50 reverts.");
        out
    }

    fn tell_band(&self, row: &BandRow, out: &mut String) {
        let range = match row.to {
            None => format!("{} x and over", row.from),
            Some(to) if row.from == 0.0 => format!("under {to} x"),
            Some(to) => format!("{} to {to} x", row.from),
        };
        let share = 100.0 * row.changes as f64 / (self.changes as f64).max(1.0);
        let _ = writeln!(
            out,
            "  {range:<12} {:<6} {:>8} ({share:>4.1} %)  {:>8}   {:>6} %  {:>6} % [{}, {}]",
            row.band,
            thousands(row.changes),
            row.reverted,
            percent(row.predicted),
            percent(row.observed),
            percent(row.interval[0]),
            percent(row.interval[1]),
        );
    }
}

/// `0.0105` → `1.05`.
fn percent(share: f64) -> String {
    format!("{:.2}", share * 100.0)
}

/// `61915` → `61,915`.
pub(crate) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn thousands_are_told_apart() {
        let told: Vec<String> = [0, 999, 1000, 61_915, 1_234_567].map(thousands).to_vec();
        assert_eq!(told, ["0", "999", "1,000", "61,915", "1,234,567"]);
    }
}
