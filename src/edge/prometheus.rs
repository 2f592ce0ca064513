//! What does Prometheus say? Instant queries over its HTTP API, bounded in every way.
//!
//! Only addresses that the operator allows are asked, whatever an organisation's file names: the file
//! is a tenant's, and must not make us a road into the operator's network. Redirects are not
//! followed.

use crate::domain::percent::escape;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, HeaderValue, USER_AGENT};
use http::{Request, Uri};
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// Longest answer that is read, in bytes.
const MAX_ANSWER: usize = 1024 * 1024;
/// For one whole query.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// The Prometheus servers that may be asked. Cheap to clone.
#[derive(Clone, Default)]
pub struct Prometheus {
    bases: Vec<String>,
    token: Option<SecretString>,
    deadline: Option<Duration>,
    client: std::sync::Arc<std::sync::OnceLock<Wire>>,
}

type Wire = Client<HttpsConnector<HttpConnector>, Empty<bytes::Bytes>>;

/// Why there is no answer, in words that follow "Prometheus".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrometheusError {
    /// Nobody said that this address may be asked.
    #[error("at `{0}` may not be asked: the operator allows addresses with `WAYMARK_PROMETHEUS`")]
    NotAllowed(String),
    /// No answer came.
    #[error("cannot be reached: {0}")]
    Unreachable(String),
    /// It did not come in time.
    #[error("gave no answer within {0:?}")]
    TimedOut(Duration),
    /// It was none.
    #[error("refused the query: {0}")]
    Refused(String),
    /// It was of another shape or size.
    #[error("gave an answer that cannot be read: {0}")]
    Unreadable(String),
}

/// One series of an instant vector.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its value; may be NaN or infinite.
    pub value: f64,
}

impl Prometheus {
    /// These base addresses may be asked; `token` goes along as bearer token.
    pub fn new(bases: Vec<String>, token: Option<SecretString>) -> Self {
        let bases = bases.iter().map(|base| base.trim_end_matches('/').to_owned()).collect();
        Self { bases, token, ..Self::default() }
    }

    /// The same with another deadline; tests have less patience.
    #[must_use]
    pub fn within(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Asks a server. An answer that is no vector or scalar is unreadable.
    pub async fn query(&self, base: &str, query: &str) -> Result<Vec<Sample>, PrometheusError> {
        let base = base.trim_end_matches('/');
        if !self.bases.iter().any(|allowed| allowed == base) {
            return Err(PrometheusError::NotAllowed(short(base)));
        }
        let deadline = self.deadline.unwrap_or(DEADLINE);
        let asked = self.ask(base, query, deadline);
        tokio::time::timeout(deadline, asked)
            .await
            .unwrap_or(Err(PrometheusError::TimedOut(deadline)))
    }

    async fn ask(
        &self,
        base: &str,
        query: &str,
        deadline: Duration,
    ) -> Result<Vec<Sample>, PrometheusError> {
        let seconds = deadline.as_secs().max(1);
        let url = format!("{base}/api/v1/query?timeout={seconds}s&query={}", escape(query));
        let uri: Uri = url.parse().map_err(|_| unreachable_at(base, "it is no address"))?;
        let mut request = Request::get(uri)
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("waymark/", env!("CARGO_PKG_VERSION")))
            .body(Empty::new())
            .map_err(|e| unreachable_at(base, &e.to_string()))?;
        if let Some(token) = &self.token {
            let bearer = format!("Bearer {}", token.expose_secret());
            let mut value = HeaderValue::from_str(&bearer)
                .map_err(|_| unreachable_at(base, "the token fits no header"))?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        let response = self
            .wire()?
            .request(request)
            .await
            .map_err(|error| unreachable_at(base, &innermost(&error)))?;
        let status = response.status();
        let body = Limited::new(response.into_body(), MAX_ANSWER).collect().await;
        let body = body.map_err(|error| match error.is::<LengthLimitError>() {
            true => PrometheusError::Unreadable(format!("more than {MAX_ANSWER} bytes")),
            false => unreachable_at(base, &error.to_string()),
        })?;
        read(status.as_u16(), &body.to_bytes())
    }

    /// Made at the first query: the system's certificates are needed then, and only then.
    fn wire(&self) -> Result<&Wire, PrometheusError> {
        if let Some(wire) = self.client.get() {
            return Ok(wire);
        }
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        let tls = hyper_rustls::HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|e| PrometheusError::Unreachable(format!("no certificates: {e}")))?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        Ok(self.client.get_or_init(|| Client::builder(TokioExecutor::new()).build(tls)))
    }
}

impl fmt::Debug for Prometheus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prometheus").field("bases", &self.bases).finish_non_exhaustive()
    }
}

/// <https://prometheus.io/docs/prometheus/latest/querying/api/>
#[derive(Deserialize)]
struct Wired {
    status: String,
    #[serde(default)]
    error: String,
    data: Option<Data>,
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
enum Data {
    Vector(Vec<Series>),
    Scalar((f64, String)),
    Matrix(serde::de::IgnoredAny),
    String(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
struct Series {
    metric: BTreeMap<String, String>,
    value: (f64, String),
}

fn read(status: u16, body: &[u8]) -> Result<Vec<Sample>, PrometheusError> {
    let wired: Wired = match serde_json::from_slice(body) {
        Ok(wired) => wired,
        Err(_) if status != 200 => {
            return Err(PrometheusError::Refused(format!("status {status}")));
        }
        Err(error) => return Err(PrometheusError::Unreadable(short(&error.to_string()))),
    };
    if wired.status != "success" {
        return Err(PrometheusError::Refused(short(&wired.error)));
    }
    // As `NaN`, `+Inf`, `0.5`.
    let number = |text: &str| {
        let words = || PrometheusError::Unreadable(format!("`{}` is no number", short(text)));
        text.parse::<f64>().map_err(|_| words())
    };
    match wired.data {
        Some(Data::Vector(series)) => {
            let sample = |s: Series| Ok(Sample { value: number(&s.value.1)?, labels: s.metric });
            series.into_iter().map(sample).collect()
        }
        Some(Data::Scalar((_, value))) => {
            Ok(vec![Sample { labels: BTreeMap::new(), value: number(&value)? }])
        }
        Some(Data::Matrix(_) | Data::String(_)) | None => {
            Err(PrometheusError::Unreadable("the query gives no instant vector".to_owned()))
        }
    }
}

fn unreachable_at(base: &str, why: &str) -> PrometheusError {
    PrometheusError::Unreachable(format!("{} ({})", short(why), short(base)))
}

fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// One line of at most 200 characters.
fn short(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_and_refusals_told() {
        let vector = br#"{"status":"success","data":{"resultType":"vector","result":[
            {"metric":{"w":"5m"},"value":[1795252000.1,"0.014"]},{"metric":{},"value":[1,"NaN"]}]}}"#;
        let samples = read(200, vector).expect("a vector");
        assert_eq!((samples[0].labels["w"].as_str(), samples[0].value), ("5m", 0.014));
        assert!(samples[1].value.is_nan());
        let scalar = br#"{"status":"success","data":{"resultType":"scalar","result":[1,"+Inf"]}}"#;
        assert!(read(200, scalar).expect("a scalar")[0].value.is_infinite());
        let refused = br#"{"status":"error","errorType":"bad_data","error":"parse\nerror"}"#;
        assert_eq!(read(400, refused), Err(PrometheusError::Refused("parse error".to_owned())));
        let page = b"<html>502</html>";
        assert_eq!(read(502, page), Err(PrometheusError::Refused("status 502".to_owned())));
        assert!(matches!(read(200, page), Err(PrometheusError::Unreadable(_))));
        let matrix = br#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;
        assert!(matches!(read(200, matrix), Err(PrometheusError::Unreadable(_))));
    }

    #[tokio::test]
    async fn only_what_the_operator_allows_is_asked() {
        let allowed = Prometheus::new(vec!["https://prometheus.example/p/".to_owned()], None);
        for other in [
            "http://169.254.169.254",
            "https://prometheus.example",
            "https://prometheus.example/p/../x",
            "https://prometheus.example.evil/p",
        ] {
            let refused = allowed.query(other, "up").await;
            assert_eq!(refused, Err(PrometheusError::NotAllowed(other.to_owned())));
        }
        assert!(Prometheus::default().query("", "up").await.is_err());
    }
}
