//! How is untrusted text judged without risk to the service? In a child process.
//!
//! The child (`waymark evaluator`, hidden) parses repository files and evaluates Rego. It limits
//! its own memory and CPU time; this side holds the wall clock and kills it when it is late. A
//! 10-byte quantity or a 38-byte policy can hang or abort an interpreter; it takes the child
//! along, never the service. A child lives through many evaluations and is replaced when it dies.

pub mod child;
mod deployment;
mod frame;
mod own;
mod process;

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::sync::{Mutex, Semaphore};
use tracing::Instrument;

use crate::domain::adopt::{AdoptAnswer, AdoptRequest};
use crate::domain::evaluate::{Answer, Catalogue, Request};
use crate::domain::fix::{FixPlan, FixRequest};
use crate::domain::path::DEFAULT;
use crate::domain::policy::outcome::{Evaluation, Outcome};
use crate::domain::policy::own::OwnPolicies;
use frame::Ask;
use process::Child;

/// How to start a child.
#[derive(Debug, Clone)]
pub struct Command {
    /// The binary: normally our own.
    pub program: PathBuf,
    /// Folders of further policies, after the built-in ones.
    pub policies: Vec<PathBuf>,
    /// Longest wall-clock time for one answer.
    pub deadline: Duration,
}

/// Wall-clock time for one evaluation; a repository of 3,600 files takes 0.15 s.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// Why there is no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EvaluatorError {
    /// The program could not be started.
    #[error("cannot start the evaluator `{program}`: {reason}")]
    Start {
        /// What was to be run.
        program: String,
        /// Why it did not.
        reason: String,
    },
    /// It did not answer in time and was killed.
    #[error("the evaluation took longer than {0:?} and was stopped")]
    TimedOut(Duration),
    /// It died: out of memory, out of CPU time, stack overflow.
    #[error("the evaluation was stopped: {0}")]
    Died(String),
}

/// A pool of evaluator processes, perhaps with an organisation's own policies. Cheap to clone.
#[derive(Clone)]
pub struct Evaluators {
    inner: Arc<Inner>,
    own: Arc<OwnPolicies>,
    /// Of `own`: templates may be long, so it is worked out once.
    digest: Arc<str>,
    catalogue: Arc<Catalogue>,
}

struct Inner {
    command: Command,
    /// Idle children with the digest of what was loaded into them: a child that has held one
    /// organisation's policies never serves another one.
    idle: Mutex<Vec<(String, Child)>>,
    size: usize,
    room: Semaphore,
    /// What is known of organisations' policies, by digest.
    known: Mutex<HashMap<String, own::Known>>,
}

impl Evaluators {
    /// Starts the first child and learns what its library holds; at most `size` run at once.
    pub async fn start(command: Command, size: usize) -> Result<Self, EvaluatorError> {
        let own = OwnPolicies::default();
        let (first, catalogue) = Child::start(&command, &own).await?;
        Ok(Self {
            inner: Arc::new(Inner {
                command,
                idle: Mutex::new(vec![(own.digest(), first)]),
                size: size.max(1),
                room: Semaphore::new(size.max(1)),
                known: Mutex::default(),
            }),
            digest: own.digest().into(),
            own: Arc::new(own),
            catalogue: Arc::new(catalogue),
        })
    }

    /// What the library holds.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Evaluates. A request that kills the child is asked again policy by policy, so that only
    /// the deadly ones are *broken*; the answer is never an error for the repository's sake.
    pub async fn evaluate(&self, request: &Request) -> Result<Answer, EvaluatorError> {
        match self.once(request).await {
            Ok(answer) => Ok(answer),
            Err(start @ EvaluatorError::Start { .. }) => Err(start),
            Err(_) => self.one_by_one(request).await,
        }
    }

    /// Plans the adoption of a golden path: templates, too, are somebody's text.
    pub async fn adopt(&self, request: &AdoptRequest) -> Result<AdoptAnswer, EvaluatorError> {
        self.ask(&Ask::Adopt(Cow::Borrowed(request))).await
    }

    /// Makes and judges fixes: files of the repository are parsed again and again.
    pub async fn fix(&self, request: &FixRequest) -> Result<FixPlan, EvaluatorError> {
        self.ask(&Ask::Fix(Cow::Borrowed(request))).await
    }

    /// Ends the idle processes and waits until they are gone; call it once nobody asks any more.
    pub async fn stop(&self) {
        for (_, child) in self.inner.idle.lock().await.drain(..) {
            child.stop().await;
        }
    }

    async fn once(&self, request: &Request) -> Result<Answer, EvaluatorError> {
        self.ask(&Ask::Evaluate(Cow::Borrowed(request))).await
    }

    async fn ask<T: DeserializeOwned>(&self, ask: &Ask<'_>) -> Result<T, EvaluatorError> {
        let _room =
            self.inner.room.acquire().await.map_err(|e| EvaluatorError::Died(e.to_string()))?;
        let idle = {
            let mut idle = self.inner.idle.lock().await;
            idle.iter().position(|(held, _)| **held == *self.digest).map(|at| idle.remove(at).1)
        };
        let mut child = match idle {
            Some(child) => child,
            None => Child::start(&self.inner.command, &self.own).await?.0,
        };
        let span = tracing::info_span!("evaluate");
        let answer = child.ask(ask, self.inner.command.deadline).instrument(span).await?;
        if !child.is_worn_out() {
            self.inner.keep(self.digest.to_string(), child).await;
        }
        Ok(answer)
    }

    async fn one_by_one(&self, request: &Request) -> Result<Answer, EvaluatorError> {
        // The configuration alone, so that modes and waivers count whatever the policies do.
        let mut answer =
            match self.once(&Request { only: Some(Vec::new()), ..request.clone() }).await {
                Ok(answer) => answer,
                Err(start @ EvaluatorError::Start { .. }) => return Err(start),
                Err(_) => Answer {
                    evaluation: Evaluation {
                        library: self.catalogue.digest.clone(),
                        outcomes: Vec::new(),
                        excluded_files: 0,
                        early: Default::default(),
                    },
                    path: request.path.clone().unwrap_or_else(|| DEFAULT.to_owned()),
                    own_path: DEFAULT.to_owned(),
                    config: Default::default(),
                    config_problems: Vec::new(),
                    organisation: Default::default(),
                    organisation_problems: Vec::new(),
                    teams: Default::default(),
                    owner: None,
                    inline: Vec::new(),
                    inline_problems: Vec::new(),
                },
            };
        let mut deaths = 0;
        for id in self.catalogue.ids() {
            let only = Some(vec![id.clone()]);
            // Three deaths in a row show that the files themselves are deadly.
            let result = if deaths >= 3 {
                Err(EvaluatorError::Died("the repository's files could not be read".to_owned()))
            } else {
                self.once(&Request { only, ..request.clone() }).await
            };
            match result {
                Ok(one) => {
                    deaths = 0;
                    answer.evaluation.excluded_files = one.evaluation.excluded_files;
                    answer.evaluation.outcomes.extend(one.evaluation.outcomes);
                    answer.evaluation.early.extend(one.evaluation.early);
                }
                Err(start @ EvaluatorError::Start { .. }) => return Err(start),
                Err(reason) => {
                    deaths += 1;
                    answer.evaluation.outcomes.push(Outcome::broken(id, reason.to_string()));
                }
            }
        }
        Ok(answer)
    }
}

impl Inner {
    /// Keeps a child for the next one who asks; the one that was idle longest goes.
    async fn keep(&self, digest: String, child: Child) {
        let mut idle = self.idle.lock().await;
        idle.push((digest, child));
        if idle.len() > self.size {
            idle.remove(0);
        }
    }
}
