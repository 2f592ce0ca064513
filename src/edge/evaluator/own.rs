//! How are an organisation's policies let in? In a child, never here; and when they kill it, one
//! by one, so that only the deadly ones are left out.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::frame::Ask;
use super::process::Child;
use super::{Command, EvaluatorError, Evaluators};
use crate::domain::evaluate::Catalogue;
use crate::domain::ids::PolicyId;
use crate::domain::policy::own::{OwnPolicies, Tested};
use crate::domain::template::Trial;

/// Wall-clock time for loading one policy alone; the built-in library takes 0.1 s.
const LOAD_DEADLINE: Duration = Duration::from_secs(3);
/// After so many deadly policies nobody looks for more.
const MAX_DEADLY: usize = 5;
/// Organisations whose policies are remembered.
const MAX_KNOWN: usize = 64;

/// What is known of one set of policies: those that can be loaded, and what they hold.
pub(super) type Known = (Arc<OwnPolicies>, Arc<Catalogue>);

impl Evaluators {
    /// Of a pool without own policies: the same with an organisation's beside the built-in ones. Policies that
    /// cannot be loaded are broken; only our own faults are errors.
    pub async fn with(&self, own: &OwnPolicies) -> Result<Self, EvaluatorError> {
        if own.is_empty() {
            return Ok(self.clone());
        }
        let (own, catalogue) = self.known(own).await?;
        let digest = own.digest().into();
        Ok(Self { inner: self.inner.clone(), own, digest, catalogue })
    }

    /// Runs the examples and tests of one of the organisation's policies. An error tells that it
    /// took too long, or killed its process.
    pub async fn test(&self, id: &PolicyId) -> Result<Tested, EvaluatorError> {
        self.ask(&Ask::Test(Cow::Borrowed(id))).await
    }

    /// Renders the template of a golden path once, with stand-ins. Errors as for [`Self::test`].
    pub async fn try_template(&self, path: &str) -> Result<Trial, EvaluatorError> {
        self.ask(&Ask::TryTemplate(Cow::Borrowed(path))).await
    }

    async fn known(&self, own: &OwnPolicies) -> Result<Known, EvaluatorError> {
        let digest = own.digest();
        if let Some(known) = self.inner.known.lock().await.get(&digest) {
            return Ok(known.clone());
        }
        let _room =
            self.inner.room.acquire().await.map_err(|e| EvaluatorError::Died(e.to_string()))?;
        let (tame, child, catalogue) = match Child::start(&self.inner.command, own).await {
            Ok((child, catalogue)) => (own.clone(), child, catalogue),
            Err(start @ EvaluatorError::Start { .. }) => return Err(start),
            Err(_) => self.tamed(own).await?,
        };
        self.inner.keep(tame.digest(), child).await;
        let known = (Arc::new(tame), Arc::new(catalogue));
        let mut all = self.inner.known.lock().await;
        if all.len() >= MAX_KNOWN {
            all.clear();
        }
        all.insert(digest, known.clone());
        Ok(known)
    }

    /// Leaves out what kills the child that loads it.
    async fn tamed(
        &self,
        own: &OwnPolicies,
    ) -> Result<(OwnPolicies, Child, Catalogue), EvaluatorError> {
        let command = Command { deadline: LOAD_DEADLINE, ..self.inner.command.clone() };
        let mut tame = own.clone();
        let mut deadly = 0;
        if let Err(error) = Child::start(&command, &own.alone(None)).await {
            if let EvaluatorError::Start { .. } = error {
                return Err(error);
            }
            tame = all_out(own, &format!("what all policies share cannot be loaded: {error}"));
        }
        for id in tame.ids() {
            if tame.refused.contains_key(&format!("{id}/policy.rego")) {
                continue;
            }
            if deadly >= MAX_DEADLY {
                tame.take_out(&id, "it was not loaded, because too many others cannot be");
                continue;
            }
            match Child::start(&command, &own.alone(Some(&id))).await {
                Ok(_) => {}
                Err(start @ EvaluatorError::Start { .. }) => return Err(start),
                Err(error) => {
                    deadly += 1;
                    tame.take_out(&id, &format!("it cannot be loaded: {error}"));
                }
            }
        }
        match Child::start(&self.inner.command, &tame).await {
            Ok((child, catalogue)) => Ok((tame, child, catalogue)),
            Err(start @ EvaluatorError::Start { .. }) => Err(start),
            // Each alone is harmless, all together are too much.
            Err(error) => {
                let none =
                    all_out(own, &format!("all policies together cannot be loaded: {error}"));
                let (child, catalogue) = Child::start(&self.inner.command, &none).await?;
                Ok((none, child, catalogue))
            }
        }
    }
}

/// Nothing of it, with the reason.
fn all_out(own: &OwnPolicies, reason: &str) -> OwnPolicies {
    let mut none = OwnPolicies { refused: own.refused.clone(), ..OwnPolicies::default() };
    for id in own.ids() {
        none.take_out(&id, reason);
    }
    none
}
