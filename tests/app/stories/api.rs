//! Programs ask: every answer is as the API's own description says, and nobody sees another's.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::http::{Answer, get, get_as};
use crate::stage::{API_TOKENS, Stage};

use super::delivery::{REPO, a_day};
use super::files::{CONFIG, GOOD, OLD_FAULT, waiver, with};

const LISTS: [&str; 6] = [
    "/api/v1/organisations",
    "/api/v1/repositories",
    "/api/v1/policies",
    "/api/v1/waivers",
    "/api/v1/dora",
    "/api/v1/dora/cohorts",
];

pub(super) fn token(account: &str) -> &'static str {
    let found = API_TOKENS.iter().find_map(|t| t.split_once('=').filter(|(a, _)| *a == account));
    found.unwrap().1
}

async fn description(stage: &Stage) -> Value {
    serde_json::from_str(&get(&stage.url, "/api/v1/openapi.json").await.body).unwrap()
}

/// Asks as `account`; the answer is held against the description.
async fn ask(stage: &Stage, account: &str, path: &str) -> Value {
    let answer = get_as(&stage.url, path, token(account)).await;
    as_described(stage, "get", path, &answer).await
}

/// The answer's body, held against the description.
pub(super) async fn as_described(
    stage: &Stage,
    method: &str,
    path: &str,
    answer: &Answer,
) -> Value {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{answer:?}"));
    hold(stage, method, path, answer.status, &body).await;
    body
}

/// Holds an answer against the description.
pub(super) async fn hold(stage: &Stage, method: &str, path: &str, status: u16, body: &Value) {
    let described = description(stage).await;
    let route = path.split('?').next().unwrap();
    let pointer = format!(
        "/paths/{}/{method}/responses/{status}/content/application~1json/schema",
        route.replace('/', "~1"),
    );
    let schema =
        described.pointer(&pointer).unwrap_or_else(|| panic!("{pointer} is not described"));
    let whole = json!({"components": described["components"], "allOf": [schema]});
    let validator = jsonschema::validator_for(&whole).unwrap();
    let wrong: Vec<String> =
        validator.iter_errors(body).map(|e| format!("{} {e}", e.instance_path())).collect();
    assert_eq!(wrong, Vec::<String>::new(), "{path}");
    assert_eq!(undescribed(body, &[schema], &described), Vec::<String>::new(), "{path}");
}

/// What an answer holds that no schema speaks of: a description that says less than is sent is
/// valid, but no description.
fn undescribed(value: &Value, schemas: &[&Value], all: &Value) -> Vec<String> {
    let mut open: Vec<&Value> = schemas.to_vec();
    let mut flat = Vec::new();
    while let Some(schema) = open.pop() {
        if let Some(target) = schema["$ref"].as_str() {
            open.push(all.pointer(target.trim_start_matches('#')).unwrap());
        }
        for several in ["allOf", "oneOf", "anyOf"] {
            open.extend(schema[several].as_array().into_iter().flatten());
        }
        flat.push(schema);
    }
    // A document that is described elsewhere.
    let open = |s: &&Value| s["type"] == "object" && s.get("properties").is_none();
    match value {
        Value::Object(_) if flat.iter().any(open) => Vec::new(),
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, below)| {
                let known: Vec<&Value> =
                    flat.iter().filter_map(|s| s["properties"].get(key)).collect();
                match known.as_slice() {
                    [] => vec![key.clone()],
                    known => undescribed(below, known, all),
                }
            })
            .collect(),
        Value::Array(list) => {
            let items: Vec<&Value> = flat.iter().filter_map(|s| s.get("items")).collect();
            list.iter().flat_map(|below| undescribed(below, &items, all)).collect()
        }
        _ => Vec::new(),
    }
}

fn names(page: &Value, key: &str) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item[key].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn without_a_token_nothing_is_told_but_how_to_ask() {
    for stage in Stage::each().await {
        for path in LISTS {
            let refused = get(&stage.url, path).await;
            assert_eq!(refused.status, 401, "{path}");
            assert!(refused.header("www-authenticate").is_some());
            let refused = get_as(&stage.url, path, "wm_acme_0123456789abcdeX").await;
            assert_eq!(refused.status, 401, "{path}");
        }
        let described = description(&stage).await;
        assert_eq!(described["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
        stage.end().await;
    }
}

/// `get /api/v1/dora` of every route that the sources hang up.
fn routes() -> BTreeSet<String> {
    let sources =
        [include_str!("../../../src/web/api.rs"), include_str!("../../../src/web/mod.rs")];
    let lines = sources.iter().flat_map(|text| text.split(".route(\"").skip(1));
    let route = |text: &str| {
        let (path, rest) = text.split_once("\",").unwrap();
        let method = rest.trim_start().split('(').next().unwrap();
        path.starts_with("/api/").then(|| format!("{method} {path}"))
    };
    lines.filter_map(route).collect()
}

#[tokio::test]
async fn every_route_is_described_and_nothing_else_is() {
    for stage in Stage::each().await {
        let described = description(&stage).await;
        let mut all = BTreeSet::new();
        for (path, item) in described["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                all.insert(format!("{method} {path}"));
                // What is refused is described as well.
                let told = operation["responses"].as_object().unwrap();
                let least: &[&str] =
                    if method == "get" { &["400", "401", "404", "503"] } else { &["401"] };
                assert!(least.iter().all(|status| told.contains_key(*status)), "{path}: {told:?}");
                assert!(told.keys().any(|status| status.starts_with('2')), "{path}: {told:?}");
                assert!(operation["security"][0]["bearer"].is_array(), "{path}");
            }
        }
        // The description itself is open and has no parameters.
        all.insert("get /api/v1/openapi.json".to_owned());
        assert_eq!(all, routes());
        let lists = LISTS.iter().map(|path| format!("get {path}"));
        assert!(lists.clone().all(|list| all.contains(&list)));
        for path in LISTS {
            let refused = ask(&stage, "acme", &format!("{path}?limit=many")).await;
            assert!(refused["error"].as_str().unwrap().contains("limit"), "{refused}");
        }
        stage.end().await;
    }
}

#[tokio::test]
async fn a_day_as_programs_see_it() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, GOOD);
        a_day(&stage);
        stage.settle().await;
        let page = ask(&stage, "acme", "/api/v1/dora").await;
        let first = &page["items"][0];
        assert_eq!((&first["account"], &first["repository"]), (&json!("acme"), &json!(REPO)));
        let week = &first["windows"][0];
        assert_eq!((&week["days"], &week["deployments"]["n"]), (&json!(7), &json!(5)));
        assert_eq!(week["change_failures"]["hits"], 3);
        assert_eq!(week["lead_time"]["median_ms"], 20 * 60_000);
        assert_eq!(week["lead_time"]["small"], true);

        let cohorts = ask(&stage, "acme", "/api/v1/dora/cohorts").await;
        assert_eq!(cohorts["items"][0]["cohorts"][0]["measures"][1]["measure"], "lead_time_ms");
        for path in LISTS.iter().filter(|path| **path != "/api/v1/waivers") {
            let Answer { status, body, .. } =
                get_as(&stage.url, &format!("{path}?format=csv"), token("acme")).await;
            assert_eq!(status, 200);
            let columns = body.lines().next().unwrap().split(',').count();
            assert!(body.lines().count() > 1, "{path}: {body}");
            assert!(body.lines().all(|line| line.split(',').count() == columns), "{path}: {body}");
        }
        stage.end().await;
    }
}

/// One that runs as root and is waived, one that runs as root, and one in which nothing is wrong.
#[tokio::test]
async fn how_repositories_stand() {
    for stage in Stage::each().await {
        let excuse = waiver("2026-12-31");
        let config = format!("path: service\n{excuse}").replace("needs root", "=needs, \"root\"");
        stage.gh.create_repo("acme/waived", &with(OLD_FAULT, CONFIG, &config));
        stage.gh.create_repo("acme/faulty", OLD_FAULT);
        stage.gh.create_repo("acme/good", &with(GOOD, CONFIG, "path: library\n"));
        for repo in ["acme/waived", "acme/faulty", "acme/good"] {
            stage.gh.push(repo, "main", &[("z.md", "9")], "Add z");
        }
        stage.settle().await;

        let page = ask(&stage, "acme", "/api/v1/repositories").await;
        assert_eq!(names(&page, "repository"), ["acme/waived", "acme/faulty", "acme/good"]);
        let standing = |n: usize| &page["items"][n]["standing"];
        assert_eq!(standing(0)["path"], "service");
        assert_eq!(standing(0)["waivers"], 1);
        let open = |n: usize| names(&json!({"items": standing(n)["open"]}), "policy");
        assert!(open(1).contains(&"container/non_root_user".to_owned()), "{page:#}");
        assert!(!open(2).contains(&"container/non_root_user".to_owned()));
        assert_eq!(
            (&standing(2)["on_path"], &standing(1)["on_path"]),
            (&json!(true), &json!(false))
        );

        let policies = ask(&stage, "acme", "/api/v1/policies").await;
        let items = policies["items"].as_array().unwrap();
        let root = items.iter().find(|p| p["policy"] == "container/non_root_user").unwrap();
        assert_eq!((&root["failing"], &root["waived"]), (&json!(1), &json!(1)));
        assert!(root["title"].is_string());

        let waivers = ask(&stage, "acme", "/api/v1/waivers").await;
        assert_eq!(names(&waivers, "repository"), ["acme/waived"]);
        assert_eq!(waivers["items"][0]["reason"], "the vendor's image =needs, \"root\"");
        assert_eq!(waivers["items"][0]["expires"], "2026-12-31");
        let csv = get_as(&stage.url, "/api/v1/waivers?format=csv", token("acme")).await.body;
        assert!(
            csv.contains(",\"the vendor's image =needs, \"\"root\"\"\",2026-12-31,1\n"),
            "{csv}"
        );

        let accounts = ask(&stage, "acme", "/api/v1/organisations").await;
        let acme = &accounts["items"][0];
        assert_eq!((&acme["repositories"], &acme["unjudged"]), (&json!(3), &json!(0)));
        assert_eq!(
            acme["on_path"],
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|r| r["standing"]["on_path"] == true)
                .count()
        );

        let (id, text) = (&acme["installation"], get(&stage.url, "/metrics").await.body);
        let on_path =
            format!("waymark_repositories_on_path{{installation=\"{id}\"}} {}\n", acme["on_path"]);
        let fails = format!(
            "waymark_policy_repositories{{installation=\"{id}\",\
                     policy=\"container/non_root_user\",status=\"fail\"}} 1\n"
        );
        assert!(text.contains(&on_path) && text.contains(&fails), "{text}");
        for level in ["gold", "silver", "bronze"] {
            let line = format!(
                "waymark_repositories{{installation=\"{id}\",level=\"{level}\"}} {}\n",
                acme[level]
            );
            assert!(text.contains(&line), "{line}{text}");
        }
        stage.end().await;
    }
}

#[tokio::test]
async fn pages_follow_each_other_and_hold_everything_once() {
    for stage in Stage::each().await {
        for n in 0..5 {
            stage.gh.create_repo(&format!("acme/r{n}"), GOOD);
        }
        stage.gh.install("acme", None);
        stage.settle().await;
        let mut seen = Vec::new();
        let mut path = "/api/v1/dora?limit=2".to_owned();
        for page in 0..3 {
            let answer = get_as(&stage.url, &path, token("*")).await;
            let link = answer.header("link").map(str::to_owned);
            seen.extend(names(&ask(&stage, "*", &path).await, "repository"));
            match link {
                Some(link) => path = link[1..link.find('>').unwrap()].to_owned(),
                None => assert_eq!(page, 2),
            }
        }
        assert_eq!(seen, ["acme/r0", "acme/r1", "acme/r2", "acme/r3", "acme/r4"]);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_token_opens_its_own_account_and_no_other() {
    for stage in Stage::each().await {
        for repo in ["acme/a", "other/b"] {
            stage.gh.create_repo(repo, GOOD);
            stage.gh.install(repo.split('/').next().unwrap(), None);
        }
        stage.settle().await;
        let of = async |account: &str, path: &str, key: &str| {
            names(&ask(&stage, account, path).await, key)
        };
        assert_eq!(of("acme", "/api/v1/organisations", "account").await, ["acme"]);
        assert_eq!(of("acme", "/api/v1/dora", "repository").await, ["acme/a"]);
        assert_eq!(of("acme", "/api/v1/dora?account=ACME", "repository").await, ["acme/a"]);
        assert_eq!(of("*", "/api/v1/dora", "repository").await, ["acme/a", "other/b"]);
        assert_eq!(of("*", "/api/v1/dora?account=other", "repository").await, ["other/b"]);
        // Another's account and one that does not exist look the same.
        for path in LISTS {
            let bodies = ["other", "nobody"].map(|name| format!("{path}?account={name}"));
            let [other, nobody] = [
                get_as(&stage.url, &bodies[0], token("acme")).await,
                get_as(&stage.url, &bodies[1], token("acme")).await,
            ];
            assert_eq!((other.status, nobody.status), (404, 404), "{path}");
            assert_eq!(other.body, nobody.body);
        }
        ask(&stage, "acme", "/api/v1/dora?account=other").await;
        stage.end().await;
    }
}
