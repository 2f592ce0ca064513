//! What is known of an open pull request besides its files? Its last event, its reviews, and what
//! coverage services say of its commit.

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
    /// Login of its author; `None` when the account is gone.
    pub author: Option<String>,
    /// Whether that is a program.
    pub bot: bool,
    /// How many files it touches, when the event says so.
    pub files: Option<i64>,
    /// Whether every review of it is stored. Once known, it stays so: events tell of the next.
    pub reviews_known: bool,
}

/// What a coverage service says of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageRow {
    /// `codecov/patch`.
    pub context: String,
    /// `success`, `failure`, `pending`, `error`.
    pub state: String,
    /// In its words.
    pub said: String,
}

#[derive(sqlx::FromRow)]
struct PullRow {
    head: String,
    title: String,
    author: Option<String>,
    bot: bool,
    files: Option<i64>,
    reviews_known: bool,
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
                                           reviews_known)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (repo, number) DO UPDATE SET head = excluded.head, title = excluded.title,
        author = excluded.author, bot = excluded.bot, files = excluded.files,
        reviews_known = (risk_pull.reviews_known OR excluded.reviews_known)";
const ONE: &str = "SELECT head, title, author, bot, files, reviews_known FROM risk_pull
    WHERE repo = $1 AND number = $2";
const KNOWN: &str = "UPDATE risk_pull SET reviews_known = TRUE WHERE repo = $1 AND number = $2";
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
const COVER: &str = "INSERT INTO risk_coverage (repo, sha, context, state, said, at_ms)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (repo, sha, context) DO UPDATE SET state = excluded.state, said = excluded.said,
        at_ms = excluded.at_ms";
const COVERAGE: &str = "SELECT context, state, said FROM risk_coverage
    WHERE repo = $1 AND sha = $2 ORDER BY context";

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
            let PullRow { head, title, author, bot, files, reviews_known } = row;
            let head = Sha::parse(&head).map_err(|e| StoreError::corrupt("head", e))?;
            Ok(RiskPull { number, head, title, author, bot, files, reviews_known })
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
            if all {
                tx.execute(KNOWN, values![repo, number]).await?;
            }
            tx.commit().await
        })
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

    /// Notes what a coverage service says of a commit.
    pub async fn note_risk_coverage(
        &self,
        repo: RepoId,
        sha: &Sha,
        row: &CoverageRow,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let values =
            values![repo, sha, row.context.as_str(), row.state.as_str(), row.said.as_str(), at,];
        self.database.execute(COVER, values).await.map(drop)
    }

    /// What coverage services say of a commit.
    pub async fn risk_coverage(
        &self,
        repo: RepoId,
        sha: &Sha,
    ) -> Result<Vec<CoverageRow>, StoreError> {
        let rows: Vec<(String, String, String)> =
            self.database.all(COVERAGE, values![repo, sha]).await?;
        let read = |(context, state, said)| CoverageRow { context, state, said };
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
