//! Where is the API? One base address serves github.com, Enterprise and the tests' stub.

use http::Uri;

/// The API's address, taken apart once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ApiBase {
    /// `https://host:port`, lower case, without the scheme's own port.
    origin: String,
    /// `` or `/api/v3`.
    prefix: String,
}

impl ApiBase {
    /// Reads `https://api.github.com`, `https://host/api/v3`, `http://127.0.0.1:4000`; a closing
    /// slash is forgiven. The error is a sentence without its subject.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let uri: Uri = text.trim().parse().map_err(|_| "is not a URL".to_owned())?;
        let origin = origin_of(&uri)
            .ok_or("must begin with https:// (or http:// for a test server) and name a host")?;
        if uri.query().is_some() || text.contains('#') {
            return Err("must not have a query or a fragment".to_owned());
        }
        if uri.authority().is_some_and(|a| a.as_str().contains('@')) {
            return Err("must not hold a user or a password".to_owned());
        }
        Ok(Self { origin, prefix: uri.path().trim_end_matches('/').to_owned() })
    }

    /// The address of an API path such as `/app`.
    pub(super) fn rest(&self, path: &str) -> String {
        format!("{}{}{path}", self.origin, self.prefix)
    }

    /// The address of GraphQL: `/graphql`, on Enterprise beside `v3`.
    pub(super) fn graphql(&self) -> String {
        let prefix = self.prefix.strip_suffix("/v3").unwrap_or(&self.prefix);
        format!("{}{prefix}/graphql", self.origin)
    }

    /// Whether the connection is to be encrypted.
    pub(super) fn is_https(&self) -> bool {
        self.origin.starts_with("https:")
    }

    /// Whether an address is on the API's own host, scheme and port: only there goes the token.
    pub(super) fn is_ours(&self, url: &str) -> bool {
        url.parse::<Uri>().ok().and_then(|uri| origin_of(&uri)).as_ref() == Some(&self.origin)
    }

    /// Cuts an address from a `Link` header back to an API path; `None` when it leads elsewhere.
    pub(super) fn relative(&self, url: &str) -> Option<String> {
        if !self.is_ours(url) {
            return None;
        }
        let uri: Uri = url.parse().ok()?;
        let rest = uri.path_and_query()?.as_str().strip_prefix(&self.prefix)?;
        rest.starts_with('/').then(|| rest.to_owned())
    }

    /// The address that a `Location` header means when it answered a request to `from`.
    pub(super) fn resolve(from: &str, location: &str) -> Option<String> {
        if location.starts_with('/') && !location.starts_with("//") {
            let uri: Uri = from.parse().ok()?;
            return Some(format!("{}{location}", origin_of(&uri)?));
        }
        let uri: Uri = location.parse().ok()?;
        let plain = !uri.authority()?.as_str().contains('@');
        (plain && origin_of(&uri).is_some()).then(|| location.to_owned())
    }
}

fn origin_of(uri: &Uri) -> Option<String> {
    let (scheme, usual) = match uri.scheme_str()? {
        "https" => ("https", 443),
        "http" => ("http", 80),
        _ => return None,
    };
    let host = uri.host().filter(|host| !host.is_empty())?.to_ascii_lowercase();
    Some(match uri.port_u16().filter(|port| *port != usual) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_base_finds_rest_and_graphql() {
        let table = [
            (
                "https://api.github.com",
                "https://api.github.com/app",
                "https://api.github.com/graphql",
            ),
            (
                "https://Api.GitHub.com:443/",
                "https://api.github.com/app",
                "https://api.github.com/graphql",
            ),
            (
                "https://ghe.acme.io/api/v3",
                "https://ghe.acme.io/api/v3/app",
                "https://ghe.acme.io/api/graphql",
            ),
            (
                "https://ghe.acme.io/api/v3/",
                "https://ghe.acme.io/api/v3/app",
                "https://ghe.acme.io/api/graphql",
            ),
            ("http://127.0.0.1:4000", "http://127.0.0.1:4000/app", "http://127.0.0.1:4000/graphql"),
        ];
        for (base, rest, graphql) in table {
            let base = ApiBase::parse(base).expect("good");
            assert_eq!((base.rest("/app").as_str(), base.graphql().as_str()), (rest, graphql));
        }
        for bad in ["", "github.com", "ftp://x", "https://", "https://u:p@x", "https://x/?a", "/x"]
        {
            assert!(ApiBase::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn only_our_own_host_scheme_and_port_are_ours() {
        let base = ApiBase::parse("https://ghe.acme.io/api/v3").expect("good");
        assert!(base.is_ours("https://GHE.acme.io:443/other"));
        for foreign in [
            "http://ghe.acme.io/api/v3/x",
            "https://ghe.acme.io:8443/api/v3/x",
            "https://ghe.acme.io.evil.example/api/v3",
            "https://ghe.acme.io@evil.example/api/v3",
            "https://api.github.com/x",
            "/api/v3/x",
            "",
        ] {
            assert!(!base.is_ours(foreign), "{foreign}");
            assert_eq!(base.relative(foreign), None);
        }
        let next = "https://ghe.acme.io/api/v3/installation/repositories?page=2";
        assert_eq!(base.relative(next).as_deref(), Some("/installation/repositories?page=2"));
        assert_eq!(base.relative("https://ghe.acme.io/api/v33/x"), None);
    }

    #[test]
    fn locations_are_resolved_and_odd_ones_refused() {
        let from = "http://h:1/a/b";
        assert_eq!(ApiBase::resolve(from, "/c?d").as_deref(), Some("http://h:1/c?d"));
        assert_eq!(ApiBase::resolve(from, "https://i/c").as_deref(), Some("https://i/c"));
        for odd in ["//evil/x", "c", "file:///etc/passwd", "https://u@evil/x", "", "\u{7f}"] {
            assert_eq!(ApiBase::resolve(from, odd), None, "{odd:?}");
        }
    }
}
