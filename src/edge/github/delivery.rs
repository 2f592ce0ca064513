//! What has GitHub tried to tell us? Its own list of the App's webhook deliveries, kept for three
//! days (seven on Enterprise Server), and the payload of each.

use serde::Deserialize;

use crate::domain::recovery::Attempt;
use crate::domain::time::Timestamp;

use super::call::Call;
use super::client::GitHub;
use super::error::GitHubError;
use super::paging::next_of;

/// GitHub sends no payload over 25 MB; as JSON within JSON it stays about as large.
const MAX_DELIVERY: usize = 40 * 1024 * 1024;

/// One page of the list, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryPage {
    /// Attempts; a redelivery is another attempt with the same GUID.
    pub attempts: Vec<Attempt>,
    /// Asks for the next page; `None`: this was the last.
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct Wire {
    id: u64,
    guid: String,
    delivered_at: String,
    #[serde(default)]
    status_code: u16,
    event: String,
    #[serde(default)]
    action: Option<String>,
}

impl GitHub {
    /// A page of 100 attempts. `cursor` is an earlier page's `next`.
    pub async fn deliveries(&self, cursor: Option<&str>) -> Result<DeliveryPage, GitHubError> {
        let route = "/app/hook/deliveries";
        let more = cursor.map(|at| format!("&cursor={}", crate::domain::percent::escape(at)));
        let path = format!("{route}?per_page=100{}", more.unwrap_or_default());
        let call = Call::get(route, path);
        let answer = self.call_as_app(&call).await?;
        let rows: Vec<Wire> = answer.json(&call)?;
        let attempts = rows.into_iter().filter_map(|row| {
            // A row without a time cannot be placed; the next attempt of its GUID can.
            let at = Timestamp::parse_rfc3339(&row.delivered_at)?;
            let Wire { id, guid, status_code: status, event, action, .. } = row;
            Some(Attempt { id, guid, at, status, event, action })
        });
        let attempts = attempts.collect();
        let next = answer.header("link").and_then(next_of).and_then(cursor_of);
        // A server that names the same page again would be asked for ever.
        let next = next.filter(|next| Some(next.as_str()) != cursor);
        Ok(DeliveryPage { attempts, next })
    }

    /// What an attempt carried: the payload as JSON. Its keys may stand in another order than
    /// they were sent in, so it fits no signature any more; the App's own key vouches for it.
    pub async fn delivered_payload(&self, attempt: u64) -> Result<Vec<u8>, GitHubError> {
        #[derive(Deserialize)]
        struct Wire {
            request: Request,
        }
        #[derive(Deserialize)]
        struct Request {
            payload: serde_json::Value,
        }
        let path = format!("/app/hook/deliveries/{attempt}");
        let call = Call::get("/app/hook/deliveries/{delivery_id}", path).at_most(MAX_DELIVERY);
        let wire: Wire = self.call_as_app(&call).await?.json(&call)?;
        Ok(wire.request.payload.to_string().into_bytes())
    }
}

/// The cursor in the address of a page, percent-decoded.
fn cursor_of(url: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let raw = query.split('&').find_map(|pair| pair.strip_prefix("cursor="))?;
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let pair = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?
            }
            b'+' => b' ',
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_from_its_address() {
        let at = |url| cursor_of(url);
        assert_eq!(at("https://x/d?per_page=100&cursor=v1_17").as_deref(), Some("v1_17"));
        assert_eq!(at("https://x/d?cursor=a%2Bb%3D&x=1").as_deref(), Some("a+b="));
        for odd in ["https://x/d", "https://x/d?per_page=2", "https://x/d?cursor=%f", "?cursor=%zz"]
        {
            assert_eq!(at(odd), None, "{odd}");
        }
    }
}
