//! How do the two sides speak? A little-endian `u32` length, then that many bytes of JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::domain::adopt::AdoptRequest;
use crate::domain::evaluate::Request;
use crate::domain::fix::FixRequest;
use crate::domain::gate::GateRequest;
use crate::domain::ids::PolicyId;
use crate::domain::policy::own::OwnPolicies;

/// Longest frame. A request holds at most 64 MiB of text, which JSON may double.
pub(super) const MAX_FRAME: u32 = 192 * 1024 * 1024;

/// What a child is asked.
#[allow(clippy::large_enum_variant, reason = "there is one at a time, and it is borrowed")]
#[derive(Serialize, Deserialize)]
pub(super) enum Ask<'a> {
    /// Take an organisation's policies in; the answer is a `Catalogue`.
    Load(Cow<'a, OwnPolicies>),
    /// The answer is an `Answer`.
    Evaluate(Cow<'a, Request>),
    /// Plan the adoption of a golden path; the answer is an `AdoptAnswer`.
    Adopt(Cow<'a, AdoptRequest>),
    /// Make and judge fixes; the answer is a `FixPlan`.
    Fix(Cow<'a, FixRequest>),
    /// Find objectives in files (path → text); the answer is a list of `Definition`.
    Objectives(Cow<'a, BTreeMap<String, String>>),
    /// Ask the rules about deployments; the answer is a list of `Reason`.
    Gate(Cow<'a, GateRequest>, Cow<'a, Map<String, Value>>),
    /// Run the tests of one of the organisation's policies; the answer is `Tested`.
    Test(Cow<'a, PolicyId>),
    /// Render the template of a golden path once; the answer is a `Trial`.
    TryTemplate(Cow<'a, str>),
}

fn invalid(reason: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason.to_string())
}

fn encode(value: &impl Serialize) -> io::Result<(Vec<u8>, [u8; 4])> {
    let body = serde_json::to_vec(value)?;
    match u32::try_from(body.len()) {
        Ok(len) if len <= MAX_FRAME => Ok((body, len.to_le_bytes())),
        _ => Err(invalid("the frame is too long")),
    }
}

/// Writes one frame and flushes it.
pub(super) fn write(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let (body, len) = encode(value)?;
    out.write_all(&len)?;
    out.write_all(&body)?;
    out.flush()
}

/// Reads one frame; `None` at a clean end.
pub(super) fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut len = [0; 4];
    match from.read_exact(&mut len) {
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let len = u32::from_le_bytes(len);
    if len > MAX_FRAME {
        return Err(invalid("the frame is too long"));
    }
    let mut body = vec![0; len as usize];
    from.read_exact(&mut body)?;
    serde_json::from_slice(&body).map(Some).map_err(invalid)
}

/// As [`write`], for the server's side.
pub(super) async fn send(
    out: &mut (impl AsyncWriteExt + Unpin),
    value: &impl Serialize,
) -> io::Result<()> {
    let (body, len) = encode(value)?;
    out.write_all(&len).await?;
    out.write_all(&body).await?;
    out.flush().await
}

/// As [`read`], for the server's side; an end is an error.
pub(super) async fn receive<T: DeserializeOwned>(
    from: &mut (impl AsyncReadExt + Unpin),
) -> io::Result<T> {
    let mut len = [0; 4];
    from.read_exact(&mut len).await?;
    let len = u32::from_le_bytes(len);
    if len > MAX_FRAME {
        return Err(invalid("the frame is too long"));
    }
    let mut body = vec![0; len as usize];
    from.read_exact(&mut body).await?;
    serde_json::from_slice(&body).map_err(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evaluate::Request;
    use crate::domain::ids::Sha;
    use crate::domain::tree::{Content, Entry, SourceTree, Withheld};

    /// The longest list that GitHub gives: 100,000 entries, 7 MB of names.
    #[test]
    fn the_longest_tree_is_a_small_frame() {
        let blob = Sha::parse(&"5".repeat(40)).expect("a name");
        let entry = |n: usize| {
            let content = Content::Withheld(Withheld::NotFetched);
            (format!("{n:070}"), Entry { blob: Some(blob.clone()), ..Entry::loose(content) })
        };
        let tree = SourceTree { entries: (0..100_000).map(entry).collect(), ..Default::default() };
        let request = Request { tree, ..Request::default() };
        let mut frame = Vec::new();
        write(&mut frame, &request).expect("it fits");
        assert!(frame.len() < 24 * 1024 * 1024, "{} bytes", frame.len());
        let read: Request = read(&mut frame.as_slice()).expect("readable").expect("not the end");
        assert_eq!(read.tree, request.tree);
    }
}
