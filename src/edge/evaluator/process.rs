//! One child process: started, asked, killed.

use std::borrow::Cow;
use std::process::Stdio;
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::process::{ChildStdin, ChildStdout};

use super::frame::{self, Ask};
use super::{Command, EvaluatorError};
use crate::domain::evaluate::Catalogue;
use crate::domain::policy::own::OwnPolicies;

/// After this many answers a child is replaced, so that nothing it gathered can pile up.
const MAX_ANSWERS: u32 = 10_000;

/// A running child. Dropping it kills the process.
pub(super) struct Child {
    process: tokio::process::Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
    answers: u32,
}

impl Child {
    /// Starts a child, gives it an organisation's policies, and reads its catalogue.
    ///
    /// [`EvaluatorError::Start`] is our own fault, every other error that of those policies.
    pub(super) async fn start(
        command: &Command,
        own: &OwnPolicies,
    ) -> Result<(Self, Catalogue), EvaluatorError> {
        let cannot = |reason: String| EvaluatorError::Start {
            program: command.program.display().to_string(),
            reason,
        };
        let mut process = tokio::process::Command::new(&command.program)
            .arg("evaluator")
            .args(&command.policies)
            // Nothing of the service's environment (secrets above all) reaches the child.
            .env_clear()
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| cannot(e.to_string()))?;
        let (Some(stdin), Some(mut stdout)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(cannot("it has no pipes".to_owned()));
        };
        let hello = frame::receive::<Catalogue>(&mut stdout);
        let catalogue = match tokio::time::timeout(command.deadline, hello).await {
            Ok(Ok(catalogue)) => catalogue,
            Ok(Err(e)) => return Err(cannot(format!("it said nothing: {e}"))),
            Err(_) => return Err(cannot(format!("no word within {:?}", command.deadline))),
        };
        let mut child = Self { process, stdin, stdout, answers: 0 };
        if own.is_empty() {
            return Ok((child, catalogue));
        }
        let catalogue = child.ask(&Ask::Load(Cow::Borrowed(own)), command.deadline).await?;
        Ok((child, catalogue))
    }

    /// Asks; on any error the child is dead or must be dropped.
    pub(super) async fn ask<T: DeserializeOwned>(
        &mut self,
        ask: &Ask<'_>,
        deadline: Duration,
    ) -> Result<T, EvaluatorError> {
        self.answers += 1;
        let talk = async {
            frame::send(&mut self.stdin, ask).await?;
            frame::receive::<T>(&mut self.stdout).await
        };
        match tokio::time::timeout(deadline, talk).await {
            Ok(Ok(answer)) => Ok(answer),
            Err(_) => Err(EvaluatorError::TimedOut(deadline)),
            Ok(Err(e)) => {
                // It is dead or dying: its status says more than the broken pipe does.
                let _ = self.process.start_kill();
                match self.process.wait().await {
                    Ok(status) => {
                        Err(EvaluatorError::Died(format!("the evaluator ended ({status})")))
                    }
                    Err(_) => Err(EvaluatorError::Died(e.to_string())),
                }
            }
        }
    }

    /// Ends the process and waits until it is gone.
    pub(super) async fn stop(mut self) {
        // It may be gone already, which is as good.
        let _ = self.process.kill().await;
    }

    /// Whether it has answered often enough.
    pub(super) fn is_worn_out(&self) -> bool {
        self.answers >= MAX_ANSWERS
    }
}
