//! How much may arrive at once? Bodies share a budget of bytes, so that memory has a bound whatever
//! is sent and however slowly.

use std::sync::Arc;

use axum::body::{Body, HttpBody};
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Five of the largest deliveries at once, or thousands of the usual ones. The driver's copies on
/// the way into the database come on top, those of large ones in turns (`store::turns`).
pub(super) const USUAL: usize = 160 * 1024 * 1024;

/// This part of the room is kept for small bodies, however many large ones arrive.
const RESERVE: usize = 5;
/// So much is small. Whoever has not sent more gets no more memory than that, whatever it announced.
const SMALL: usize = 1024 * 1024;

/// Room for bodies that are being read or stored. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Intake {
    room: Arc<Semaphore>,
    reserve: Arc<Semaphore>,
}

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
#[derive(Debug, Default)]
pub(super) struct Held {
    room: Option<OwnedSemaphorePermit>,
    reserve: Option<OwnedSemaphorePermit>,
}

impl Intake {
    /// Room for so many bytes.
    pub(super) fn of(bytes: usize) -> Self {
        let reserve = bytes / RESERVE;
        let [room, reserve] = [bytes - reserve, reserve].map(|n| Arc::new(Semaphore::new(n)));
        Self { room, reserve }
    }

    /// Takes room for so many more bytes, if there is some.
    fn take(&self, held: &mut Held, bytes: usize, small: bool) -> Option<()> {
        let bytes = u32::try_from(bytes).ok()?;
        let reserve = small.then_some((&self.reserve, &mut held.reserve));
        for (room, held) in [(&self.room, &mut held.room)].into_iter().chain(reserve) {
            let Ok(more) = room.clone().try_acquire_many_owned(bytes) else { continue };
            match held {
                Some(held) => held.merge(more),
                None => *held = Some(more),
            }
            return Some(());
        }
        None
    }

    /// Reads a body of at most `limit` bytes. Room is taken for what has arrived, not for what was
    /// announced: whoever promises much and sends nothing takes none. Nobody waits for room, or
    /// half-read bodies could wait for each other.
    ///
    /// What announces too much is refused before a byte of it is read. What is refused later is heard
    /// to its end (as far as `limit`) and forgotten: many senders read no answer before they have
    /// said everything.
    pub(super) async fn read(
        &self,
        mut body: Body,
        limit: usize,
    ) -> Result<(Vec<u8>, Held), Unread> {
        let announced = match body.size_hint().exact().map(usize::try_from) {
            Some(Ok(length)) if length <= limit => Some(length),
            Some(_) => return Err(Unread::TooLarge),
            None => None,
        };
        let refusal = match self.collect(&mut body, announced, limit).await {
            Err(refusal @ (Unread::Full | Unread::TooLarge)) => refusal,
            other => return other,
        };
        let mut more = limit;
        while let Some(Ok(frame)) = body.frame().await {
            let Some(rest) = more.checked_sub(frame.data_ref().map_or(0, |data| data.len())) else {
                break;
            };
            more = rest;
        }
        Err(refusal)
    }

    async fn collect(
        &self,
        body: &mut Body,
        announced: Option<usize>,
        limit: usize,
    ) -> Result<(Vec<u8>, Held), Unread> {
        let (mut bytes, mut held) = (Vec::new(), Held::default());
        let small = announced.is_some_and(|length| length <= SMALL);
        let announced = announced.unwrap_or(0);
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else { continue };
            if bytes.len() + data.len() > limit {
                return Err(Unread::TooLarge);
            }
            self.take(&mut held, data.len(), small).ok_or(Unread::Full)?;
            grow(&mut bytes, data.len(), announced)?;
            bytes.extend_from_slice(&data);
        }
        Ok((bytes, held))
    }
}

/// Makes place for `more` bytes: a little at first, then at once for all that was announced, so that
/// a large body is neither copied as it grows nor kept in twice its size.
fn grow(bytes: &mut Vec<u8>, more: usize, announced: usize) -> Result<(), Unread> {
    let needed = bytes.len() + more;
    if needed <= bytes.capacity() {
        return Ok(());
    }
    let size = if announced <= SMALL || needed > SMALL { announced } else { SMALL };
    let grown = match size.checked_sub(bytes.len()) {
        Some(exactly) if exactly >= more => bytes.try_reserve_exact(exactly),
        // Nothing was announced, or less: as vectors grow.
        _ => bytes.try_reserve(more),
    };
    grown.map_err(|_| Unread::Full)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(intake: &Intake, bytes: usize, limit: usize) -> Result<Held, Unread> {
        let body = Body::from(vec![1; bytes]);
        let (read, held) = intake.read(body, limit).await?;
        assert_eq!(read.len(), bytes);
        Ok(held)
    }

    fn left(intake: &Intake) -> [usize; 2] {
        [&intake.room, &intake.reserve].map(|room| room.available_permits())
    }

    #[tokio::test]
    async fn room_is_taken_while_a_body_is_held_and_given_back_after() {
        let intake = Intake::of(100);
        let first = read(&intake, 60, 80).await.expect("room");
        assert_eq!(read(&intake, 60, 80).await.err(), Some(Unread::Full));
        let second = read(&intake, 20, 80).await.expect("room");
        assert_eq!(left(&intake), [0, 20]);
        drop((first, second));
        assert!(read(&intake, 80, 80).await.is_ok());
        assert_eq!(read(&intake, 81, 80).await.err(), Some(Unread::TooLarge));
        assert_eq!(left(&intake), [80, 20], "nothing is lost on any way out");
    }

    #[tokio::test]
    async fn large_bodies_leave_room_for_small_ones() {
        let intake = Intake::of(5 * SMALL);
        let large = read(&intake, 4 * SMALL, 9 * SMALL).await.expect("room");
        assert_eq!(read(&intake, SMALL + 1, 9 * SMALL).await.err(), Some(Unread::Full));
        let small = read(&intake, SMALL, 9 * SMALL).await.expect("a reserve");
        assert_eq!(read(&intake, 1, 9 * SMALL).await.err(), Some(Unread::Full));
        // Who does not say how much it will be has no part in the reserve.
        drop(small);
        let secret = Body::new(Body::from("x").map_frame(|frame| frame));
        assert_eq!(intake.read(secret, 9 * SMALL).await.err(), Some(Unread::Full));
        drop(large);
        assert_eq!(left(&intake), [4 * SMALL, SMALL]);
    }

    #[test]
    fn a_body_grows_in_two_steps_to_what_was_announced() {
        let mut bytes = Vec::new();
        let mut sizes = Vec::new();
        let piece = [0; 64 * 1024];
        let announced = 25 * SMALL + 1;
        while bytes.len() < announced {
            let piece = &piece[..piece.len().min(announced - bytes.len())];
            grow(&mut bytes, piece.len(), announced).expect("memory");
            bytes.extend_from_slice(piece);
            sizes.push(bytes.capacity());
        }
        sizes.dedup();
        assert_eq!(sizes, [SMALL, announced]);
        // A lie about the length does no harm.
        let mut longer = Vec::new();
        for piece in bytes.chunks(64 * 1024) {
            grow(&mut longer, piece.len(), 10).expect("memory");
            longer.extend_from_slice(piece);
        }
        assert_eq!(longer.len(), announced);
    }
}
