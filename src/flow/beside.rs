//! What stands around a repository, and what people say of the path.

use crate::domain::report::answer::{Answer, Beside};
use crate::domain::scorecard::neighbours::place;
use crate::edge::store::Satisfaction;

use super::App;
use super::answer_comment::Question;
use super::campaigns::quarter;
use super::fate::Fate;
use super::judge_commit::Subject;

impl App {
    /// The neighbours that may be named where this repository is read, and its badge.
    pub(super) async fn beside(&self, subject: &Subject) -> Result<Beside, Fate> {
        let (id, private) = (subject.github.id(), subject.facts.private.unwrap_or(true));
        let asked = self.asked_by(id).await?;
        let counted = self.counted(id, asked.as_ref(), private).await?;
        let badge = self.links.as_ref();
        Ok(Beside {
            place: place(&counted.entries, subject.id),
            badge: badge.and_then(|links| links.badge(subject.id, &subject.name, private)),
        })
    }

    /// Notes how likely somebody is to recommend the path; who it was is not kept.
    pub(super) async fn satisfied(
        &self,
        question: Question<'_>,
        score: u8,
        words: Option<String>,
    ) -> Result<Answer, Fate> {
        let Question { installation, asked, .. } = question;
        let now = self.clock.now();
        let quarter = quarter(now.date());
        // Only what tells a second answer from another person's.
        let people = self.pseudonyms.of(installation, &quarter, asked.account, &asked.by);
        let said = Satisfaction { quarter: quarter.clone(), score: score.into(), words };
        self.store.put_satisfaction(installation, &people, &said, now).await?;
        Ok(Answer::done(format!(
            "Noted for {quarter}: {score} of 10. Thank you. Saying it again in this quarter replaces it; \
             reports show no names and nothing below five answers."
        )))
    }
}
