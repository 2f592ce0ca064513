//! What is on the next page? Follows `Link` headers without trusting where they lead.

use super::call::{Answer, Call};
use super::client::{GitHub, Who};
use super::error::GitHubError;

/// At 100 entries a page, more than any list that we read has.
const MAX_PAGES: usize = 1000;

impl GitHub {
    /// Reads every page. `items` takes one page apart.
    pub(super) async fn list<T>(
        &self,
        who: Who<'_>,
        mut call: Call,
        items: fn(&Answer, &Call) -> Result<Vec<T>, GitHubError>,
    ) -> Result<Vec<T>, GitHubError> {
        let mut all = Vec::new();
        for _ in 0..MAX_PAGES {
            let answer = self.call(who, &call).await?;
            all.extend(items(&answer, &call)?);
            let Some(next) = answer.header("link").and_then(next_of) else { return Ok(all) };
            let refuse = |why: &str| {
                let what = format!("{} names a next page {why}", call.name());
                GitHubError::broken_answer(answer.status.as_u16(), &what)
            };
            // Cut back to a path: the token belongs to the base address and to nothing else.
            let path =
                self.inner.transport.base.relative(next).ok_or_else(|| refuse("elsewhere"))?;
            if path == call.path {
                return Err(refuse("that is the same page"));
            }
            call.path = path;
        }
        let what = format!("{} has more than {MAX_PAGES} pages", call.name());
        Err(GitHubError::broken_answer(200, &what))
    }
}

/// The address with `rel="next"` in a `Link` header.
pub(super) fn next_of(link: &str) -> Option<&str> {
    let mut rest = link;
    while let Some((_, after)) = rest.split_once('<') {
        let (url, after) = after.split_once('>')?;
        let (params, _) = after.split_once(",").unwrap_or((after, ""));
        let next = params.split(';').map(str::trim).any(|p| p == "rel=\"next\"" || p == "rel=next");
        if next {
            return Some(url);
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_among_the_others() {
        let link = r#"<https://x/a?page=1,2>; rel="prev", <https://x/a?page=3>; rel="next", <https://x/a?page=9>; rel="last""#;
        assert_eq!(next_of(link), Some("https://x/a?page=3"));
        assert_eq!(next_of(r#"<https://x/a>; rel="last""#), None);
        for odd in ["", "<", "<>", "rel=\"next\"", "<x; rel=\"next\""] {
            assert_eq!(next_of(odd), None, "{odd:?}");
        }
    }
}
