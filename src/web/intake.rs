//! How much may arrive at once? Bodies share a budget of bytes, so that memory has a bound whatever
//! is sent and however slowly.

use std::sync::Arc;

use axum::body::Body;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Ten of the largest deliveries, or some ten thousand of the usual ones, at once.
pub(super) const USUAL: usize = 256 * 1024 * 1024;

/// Room for bodies that are being read or stored. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Intake(Arc<Semaphore>);

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is larger than the limit.
    TooLarge,
    /// It broke off.
    Broken,
    /// There is no room just now.
    Full,
}

/// Keeps a body's room until it is dropped.
pub(super) struct Held(
    #[allow(dead_code, reason = "it is held, not read")] Option<OwnedSemaphorePermit>,
);

impl Intake {
    /// Room for so many bytes.
    pub(super) fn of(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes)))
    }

    /// Reads a body of at most `limit` bytes. Room is taken for what has arrived, not for what was
    /// announced: whoever promises much and sends nothing takes none. Nobody waits for room, or
    /// half-read bodies could wait for each other.
    pub(super) async fn read(
        &self,
        mut body: Body,
        limit: usize,
    ) -> Result<(Vec<u8>, Held), Unread> {
        let mut bytes = Vec::new();
        let mut held: Option<OwnedSemaphorePermit> = None;
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else { continue };
            if bytes.len() + data.len() > limit {
                return Err(Unread::TooLarge);
            }
            let room = u32::try_from(data.len()).map_err(|_| Unread::TooLarge)?;
            let room = self.0.clone().try_acquire_many_owned(room).map_err(|_| Unread::Full)?;
            match &mut held {
                Some(held) => held.merge(room),
                None => held = Some(room),
            }
            bytes.extend_from_slice(&data);
        }
        Ok((bytes, Held(held)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn room_is_taken_while_a_body_is_held_and_given_back_after() {
        let intake = Intake::of(100);
        let (bytes, first) = intake.read(Body::from(vec![1; 60]), 80).await.expect("room");
        assert_eq!(bytes.len(), 60);
        let refused = intake.read(Body::from(vec![2; 60]), 80).await.map(|(bytes, _)| bytes);
        assert_eq!(refused, Err(Unread::Full));
        let (_, second) = intake.read(Body::from(vec![3; 40]), 80).await.expect("room");
        drop((first, second));
        assert!(intake.read(Body::from(vec![4; 80]), 80).await.is_ok());
        let large = intake.read(Body::from(vec![5; 81]), 80).await.map(|(bytes, _)| bytes);
        assert_eq!(large, Err(Unread::TooLarge));
        assert_eq!(intake.0.available_permits(), 100, "nothing is lost on any way out");
    }
}
