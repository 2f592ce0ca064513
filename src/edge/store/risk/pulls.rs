//! What is known of an open pull request besides its files? Its last event and its reviews.

use crate::domain::ids::{RepoId, Sha};
use crate::domain::risk::condition::{Review, Verdict};
use crate::domain::time::Timestamp;
use crate::edge::store::Store;
use crate::edge::store::database::values;
use crate::edge::store::error::{StoreError, contended};

/// A pull request as its last event showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskPull {
    /// Its number.
    pub number: i64,
    /// The head that the event told of.
    pub head: Sha,
    /// Text of its author.
    pub title: String,
    /// Whether it takes another change back, by its title or body.
    pub revert: bool,
    /// Login of its author; `None` when the account is gone.
    pub author: Option<String>,
    /// Whether that is a program.
    pub bot: bool,
    /// How many files it touches, when the event says so.
    pub files: Option<i64>,
    /// Whether every review of it is stored. Once known, it stays so: events tell of the next.
    pub reviews_known: bool,
    /// Comments of others on its lines. A later event leaves it alone, a review makes it unknown.
    pub remarks: Option<i64>,
    /// Whether it is a draft.
    pub draft: bool,
    /// Since when it can be reviewed, when this event tells or an earlier one did.
    pub ready: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct PullRow {
    head: String,
    title: String,
    revert: bool,
    author: Option<String>,
    bot: bool,
    files: Option<i64>,
    reviews_known: bool,
    remarks: Option<i64>,
    ready_ms: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct ReviewRow {
    login: Option<String>,
    bot: bool,
    verdict: String,
    sha: Option<String>,
    at_ms: i64,
}

const NOTE: &str = "INSERT INTO risk_pull (repo, number, head, title, author, bot, files,
                                           reviews_known, remarks, ready_ms, revert)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $12)
    ON CONFLICT (repo, number) DO UPDATE SET head = excluded.head, title = excluded.title,
        author = excluded.author, bot = excluded.bot, files = excluded.files,
        revert = excluded.revert,
        reviews_known = (risk_pull.reviews_known OR excluded.reviews_known),
        ready_ms = CASE WHEN $11 THEN NULL
            ELSE COALESCE(risk_pull.ready_ms, excluded.ready_ms) END";
const ONE: &str = "SELECT head, title, revert, author, bot, files, reviews_known, remarks, ready_ms
    FROM risk_pull WHERE repo = $1 AND number = $2";
const KNOWN: &str = "UPDATE risk_pull SET reviews_known = TRUE WHERE repo = $1 AND number = $2";
const REMARKS: &str = "UPDATE risk_pull SET remarks = $3 WHERE repo = $1 AND number = $2";
const LABELLED: &str = "SELECT labelled FROM risk_pull WHERE repo = $1 AND number = $2";
const LABEL: &str = "UPDATE risk_pull SET labelled = $3 WHERE repo = $1 AND number = $2";
const FORGET: &str = "DELETE FROM risk_pull WHERE repo = $1 AND number = $2";
const FORGET_REVIEWS: &str = "DELETE FROM risk_review WHERE repo = $1 AND number = $2";
const REVIEW: &str =
    "INSERT INTO risk_review (repo, number, review, login, bot, verdict, sha, at_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (repo, number, review) DO UPDATE SET verdict = excluded.verdict";
const REVIEWS: &str = "SELECT login, bot, verdict, sha, at_ms FROM risk_review
    WHERE repo = $1 AND number = $2 ORDER BY at_ms, review";

impl Store {
    /// Notes a pull request as an event showed it.
    pub async fn note_risk_pull(&self, repo: RepoId, pull: &RiskPull) -> Result<(), StoreError> {
        let values = values![
            repo,
            pull.number,
            &pull.head,
            pull.title.as_str(),
            pull.author.as_deref(),
            pull.bot,
            pull.files,
            pull.reviews_known,
            pull.remarks,
            pull.ready.map(|at| at.0),
            pull.draft,
            pull.revert,
        ];
        self.database.execute(NOTE, values).await.map(drop)
    }

    /// A pull request as its last event showed it.
    pub async fn risk_pull(
        &self,
        repo: RepoId,
        number: i64,
    ) -> Result<Option<RiskPull>, StoreError> {
        let row: Option<PullRow> = self.database.one(ONE, values![repo, number]).await?;
        row.map(|row| {
            Ok(RiskPull {
                number,
                head: Sha::parse(&row.head).map_err(|e| StoreError::corrupt("head", e))?,
                title: row.title,
                revert: row.revert,
                author: row.author,
                bot: row.bot,
                files: row.files,
                reviews_known: row.reviews_known,
                remarks: row.remarks,
                draft: false,
                ready: row.ready_ms.map(Timestamp),
            })
        })
        .transpose()
    }

    /// Whether we put our label on a pull request.
    pub async fn risk_labelled(&self, repo: RepoId, number: i64) -> Result<bool, StoreError> {
        let row: Option<(bool,)> = self.database.one(LABELLED, values![repo, number]).await?;
        Ok(row.is_some_and(|(labelled,)| labelled))
    }

    /// Notes that our label was put on, or taken off.
    pub async fn note_risk_label(
        &self,
        repo: RepoId,
        number: i64,
        labelled: bool,
    ) -> Result<(), StoreError> {
        self.database.execute(LABEL, values![repo, number, labelled]).await.map(drop)
    }

    /// Forgets a pull request that is open no longer.
    pub async fn forget_risk_pull(&self, repo: RepoId, number: i64) -> Result<(), StoreError> {
        self.database.execute(FORGET, values![repo, number]).await?;
        self.database.execute(FORGET_REVIEWS, values![repo, number]).await.map(drop)
    }

    /// Notes reviews of a pull request; `all` says that there are no others.
    pub async fn note_risk_reviews(
        &self,
        repo: RepoId,
        number: i64,
        reviews: &[(i64, Review)],
        all: bool,
    ) -> Result<(), StoreError> {
        contended!(async {
            let mut tx = self.database.begin().await?;
            for (id, review) in reviews {
                let values = values![
                    repo,
                    number,
                    *id,
                    review.by.as_deref(),
                    review.bot,
                    word(review.verdict),
                    review.commit.as_ref().map(Sha::as_str),
                    review.at,
                ];
                tx.execute(REVIEW, values).await?;
            }
            // A review that an event tells of may bring comments, which it does not count.
            match all {
                true => tx.execute(KNOWN, values![repo, number]).await?,
                false => tx.execute(REMARKS, values![repo, number, None::<i64>]).await?,
            };
            tx.commit().await
        })
    }

    /// Notes how many comments of others there are on a pull request's lines.
    pub async fn note_risk_remarks(
        &self,
        repo: RepoId,
        number: i64,
        remarks: i64,
    ) -> Result<(), StoreError> {
        self.database.execute(REMARKS, values![repo, number, remarks]).await.map(drop)
    }

    /// The reviews that are known, in order.
    pub async fn risk_reviews(&self, repo: RepoId, number: i64) -> Result<Vec<Review>, StoreError> {
        let rows: Vec<ReviewRow> = self.database.all(REVIEWS, values![repo, number]).await?;
        let read = |row: ReviewRow| Review {
            by: row.login,
            bot: row.bot,
            verdict: verdict(&row.verdict),
            commit: row.sha.and_then(|sha| Sha::parse(&sha).ok()),
            at: Timestamp(row.at_ms),
        };
        Ok(rows.into_iter().map(read).collect())
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approved => "approved",
        Verdict::ChangesRequested => "changes_requested",
        Verdict::Commented => "commented",
        Verdict::Dismissed => "dismissed",
    }
}

fn verdict(word: &str) -> Verdict {
    match word {
        "approved" => Verdict::Approved,
        "changes_requested" => Verdict::ChangesRequested,
        "dismissed" => Verdict::Dismissed,
        // Of a later version: words only.
        _ => Verdict::Commented,
    }
}
