//! `/judgements/{repo}/{id}?seal=…`: everything that a judgement found, on one page.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::Web;
use crate::domain::config::Effective;
use crate::domain::ids::{RepoId, RepoName};
use crate::domain::judge::{JudgedFinding, JudgedPolicy, Judgement, Standing, State as Stand};
use crate::domain::report::title::render_title;
use crate::domain::report::view::View;
use crate::domain::report::{remedy, visible};

#[derive(Deserialize)]
pub(super) struct Seal {
    #[serde(default)]
    seal: String,
}

/// One page, without script, link or image from elsewhere. A wrong seal and an unknown judgement
/// look the same.
pub(super) async fn show(
    State(web): State<Web>,
    Path((repo, id)): Path<(i64, String)>,
    Query(Seal { seal }): Query<Seal>,
) -> Response {
    let gone = || (StatusCode::NOT_FOUND, "there is no such page, or its link is not whole\n");
    let repo = RepoId(repo);
    if !web.app.links.as_ref().is_some_and(|links| links.opens(repo, &id, &seal)) {
        return gone().into_response();
    }
    let (row, known) =
        match (web.app.store.judgement(repo, &id).await, web.app.store.repo(repo).await) {
            (Ok(Some(row)), Ok(Some(known))) => (row, known),
            (Ok(_), Ok(_)) => return gone().into_response(),
            _ => {
                return (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n")
                    .into_response();
            }
        };
    let Ok(judgement) = serde_json::from_str::<Judgement>(&row.json) else {
        return gone().into_response();
    };
    let page = page(&judgement, &known.repo.name, row.sha.as_str());
    match page.render() {
        Ok(html) => (guards(), Html(html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The address is the key: it must not leak through referrers, caches or search engines.
fn guards() -> HeaderMap {
    let mut headers = HeaderMap::new();
    let csp =
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, csp),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::HeaderName::from_static("x-robots-tag"), "noindex"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
}

/// A finding as the page shows it; all plain text, escaped by the template.
struct Row {
    what: String,
    place: String,
    resource: String,
    fix: String,
    waiver: String,
}

struct Section {
    heading: &'static str,
    rows: Vec<Row>,
}

struct Line {
    id: String,
    title: String,
    status: &'static str,
    mode: &'static str,
    /// Who decided on the mode, and what else there is to say of it.
    decided: String,
    level: &'static str,
    reason: String,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ title }} · {{ repo }}</title>
<style>
:root{color-scheme:light dark;--line:#8884;--soft:#8882}
body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1.1rem;margin-top:2rem}
p.where,small{opacity:.75}code,pre{font:.875rem/1.45 ui-monospace,monospace}
article{border:1px solid var(--line);border-radius:6px;padding:.6rem 1rem;margin:.6rem 0}
pre{background:var(--soft);padding:.6rem;border-radius:6px;overflow-x:auto;white-space:pre-wrap}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-top:1px solid var(--line);vertical-align:top}
</style></head><body>
<p class="where">{{ repo }} at <code>{{ sha }}</code></p>
<h1>{{ title }}</h1>
<p>Golden path <code>{{ path }}</code>, level {{ level }}. Policy library <code>{{ library }}</code>.</p>
{% for section in sections %}<h2>{{ section.heading }}</h2>
{% for row in section.rows %}<article><strong>{{ row.what }}</strong>
<p class="where"><code>{{ row.place }}</code>{% if !row.resource.is_empty() %} · {{ row.resource }}{% endif %}</p>
{% if !row.waiver.is_empty() %}<p>{{ row.waiver }}</p>{% endif %}
{% if !row.fix.is_empty() %}<pre>{{ row.fix }}</pre>{% endif %}</article>
{% endfor %}{% endfor %}
<h2>All policies</h2><div class="scroll"><table><tr><th>Policy<th>Status<th>Mode<th>Level</tr>
{% for line in lines %}<tr><td>{{ line.title }}<br><small><code>{{ line.id }}</code>{% if !line.reason.is_empty() %}<br>{{ line.reason }}{% endif %}</small><td>{{ line.status }}<td>{{ line.mode }}{% if !line.decided.is_empty() %}<br><small>{{ line.decided }}</small>{% endif %}<td>{{ line.level }}</tr>
{% endfor %}</table></div>
{% if !preview.is_empty() %}<h2>What the new configuration would change</h2><ul>
{% for line in preview %}<li>{{ line }}</li>
{% endfor %}</ul>{% endif %}
{% for note in notes %}<p><small>{{ note }}</small></p>{% endfor %}
</body></html>
"#
)]
struct Page {
    title: String,
    repo: String,
    sha: String,
    path: String,
    level: &'static str,
    library: String,
    sections: Vec<Section>,
    lines: Vec<Line>,
    preview: Vec<String>,
    notes: Vec<String>,
}

fn page(judgement: &Judgement, repo: &RepoName, sha: &str) -> Page {
    let view = View::of(judgement);
    let policy = |f: &JudgedFinding| view.policies.iter().copied().find(|p| p.id == f.policy);
    let section = |heading, state| Section {
        heading,
        rows: judgement
            .findings
            .iter()
            .filter(|f| f.state == state)
            // What is only observed is not shown to the author of a change.
            .filter_map(|f| Some(row(f, policy(f)?)))
            .collect(),
    };
    let sections = [
        section("New findings", Stand::New),
        section("Existing findings, not blocking", Stand::Existing),
        section("Waived", Stand::Waived),
    ];
    Page {
        title: render_title(&view),
        repo: repo.to_string(),
        sha: sha.to_owned(),
        path: judgement.path.clone(),
        level: judgement.level.map_or("none", |l| l.as_str()),
        library: judgement.library.clone(),
        sections: sections.into_iter().filter(|s| !s.rows.is_empty()).collect(),
        lines: view.policies.iter().map(|p| line(p, judgement.setting(&p.id))).collect(),
        preview: judgement.preview.iter().map(|l| visible::line(l)).collect(),
        notes: judgement.notes.iter().map(|n| visible::line(n)).collect(),
    }
}

fn row(finding: &JudgedFinding, policy: &JudgedPolicy) -> Row {
    let path = finding.path.as_deref().map(visible::line).unwrap_or_default();
    let fix = finding.remediation.as_deref().unwrap_or(&policy.remediation);
    let waiver = finding.waiver.as_ref().map(|w| {
        let owner = w.owner.as_deref().unwrap_or("nobody named");
        visible::line(&format!("Until {} by {owner}: {}", w.expires, w.reason))
    });
    Row {
        what: visible::line(&finding.message),
        place: match finding.start_line {
            Some(start) => format!("{path}:{start}"),
            None => path,
        },
        resource: finding.resource.as_deref().map(visible::line).unwrap_or_default(),
        fix: if finding.state == Stand::New { remedy::plain(fix) } else { String::new() },
        waiver: waiver.unwrap_or_default(),
    }
}

/// `.github/waymark.yml:4; locked`.
fn decided(setting: &Effective) -> String {
    visible::line(&setting.decided())
}

fn line(policy: &JudgedPolicy, setting: Option<&Effective>) -> Line {
    Line {
        id: policy.id.to_string(),
        title: visible::line(&policy.title),
        status: match policy.status {
            Standing::Pass => "passes",
            Standing::Fail => "fails",
            Standing::Waived => "waived",
            Standing::NotApplicable => "does not apply",
            Standing::Unknown => "unknown",
            Standing::Broken => "broken",
        },
        mode: policy.mode.as_str(),
        decided: setting.map(decided).unwrap_or_default(),
        level: policy.level_word(),
        reason: policy.reason.as_deref().map(visible::line).unwrap_or_default(),
    }
}
