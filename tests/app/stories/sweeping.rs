//! The operator has everything compared now: `waymark sweep`, the real process; and what a sweep finds
//! out where there is no GraphQL.

use std::process::Stdio;

use tokio::io::AsyncReadExt;
use tokio::process::Command;
use waymark::domain::ids::{InstallationId, RepoId};

use crate::database::{TestDatabase, fresh_databases};
use crate::github::FakeGitHub;
use crate::serving::{Recipe, clock};
use crate::stage::{Stage, evaluator_program};

use super::files::{CATALOG, GOOD, OLD_FAULT};
use super::scorecard::{HOME, SETTINGS, count, installed, scorecards, sweep};

/// An organisation of 205 repositories that nobody has told us of: most of them are empty.
async fn organisation() -> FakeGitHub {
    let gh = FakeGitHub::builder(clock()).without_secondary_limits().start().await;
    gh.organisation_without_app("acme");
    gh.create_repo(HOME, &[("waymark.yml", SETTINGS)]);
    for n in 0..202 {
        gh.create_empty_repo(&format!("acme/empty-{n:03}"));
    }
    gh.create_repo("acme/orders", OLD_FAULT);
    gh.create_repo("acme/payments", GOOD);
    gh.install("acme", None);
    gh.lose_queue();
    gh
}

fn command(recipe: &Recipe) -> Command {
    let mut command = Command::new(&recipe.program);
    command.arg("sweep").env_clear().kill_on_drop(true).stdin(Stdio::null());
    command.envs(recipe.settings.iter().map(|(name, value)| (name, value)));
    command
}

/// What it prints, and how it ends.
async fn waymark_sweep(recipe: &Recipe) -> (String, Option<i32>) {
    let done = command(recipe).output().await.unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    (said + &String::from_utf8_lossy(&done.stderr), done.status.code())
}

fn recipe(gh: &FakeGitHub, database: &TestDatabase) -> Recipe {
    Recipe::new(&evaluator_program(), gh, &database.url)
        .with("WAYMARK_LOG", "error")
        .with("WAYMARK_WORKERS", "2")
}

/// Questions for heads.
fn questions(gh: &FakeGitHub) -> usize {
    let calls = gh.calls_to("POST /graphql");
    calls.iter().filter(|call| call.body.to_string().contains("defaultBranchRef")).count()
}

#[tokio::test]
async fn it_judges_what_changed_says_so_and_goes_on_where_another_stopped() {
    for database in fresh_databases().await {
        let gh = organisation().await;
        let recipe = recipe(&gh, &database);
        let all = "acme: 205 repositories compared";
        assert_eq!(
            waymark_sweep(&recipe).await,
            (format!("{all}, 3 judged, 202 empty or not to be read\n"), Some(0))
        );
        let mut issues = gh.issues(HOME);
        let body = issues.remove(0).body;
        assert!(issues.is_empty() && body.contains(": 1 of 2 repositories."), "{body}");
        assert!(body.contains("202 repositories are not counted: empty"), "{body}");

        // Nothing has changed: three questions for two hundred and five heads, nothing is written.
        gh.forget_calls();
        assert_eq!(
            waymark_sweep(&recipe).await,
            (format!("{all}, 0 judged, 202 empty or not to be read\n"), Some(0))
        );
        assert_eq!(questions(&gh), 3);
        assert!(gh.calls_to("PATCH *").is_empty());
        // Beside the questions so many calls, however large it is: 110 for ten thousand.
        let routes: Vec<String> = gh.calls().iter().map(|call| call.route.clone()).collect();
        assert!(routes.len() <= 3 + 10, "{routes:#?}");
        assert_eq!(gh.calls_to("GET /installation/repositories").len(), 1, "counted, not listed");

        // Another process was killed behind the first hundred.
        let installation = InstallationId(gh.installation_id("acme") as i64);
        let store = &database.store;
        let first = store.next_to_sweep(installation, RepoId(0), 100).await.unwrap();
        let mut row = store.sweep(installation).await.unwrap().unwrap();
        (row.finished, row.seen, row.cursor) = (None, 100, first[99].repo.id);
        row.unreadable = 99;
        store.put_sweep(installation, &row).await.unwrap();
        gh.forget_calls();
        assert_eq!(
            waymark_sweep(&recipe).await,
            (format!("{all}, 0 judged, 202 empty or not to be read\n"), Some(0))
        );
        assert_eq!(questions(&gh), 2);

        // A bad repository stops nobody and is not kept silent about.
        gh.push("acme/orders", "main", &[("z.md", "9")], "Add z");
        gh.push("acme/payments", "main", &[("z.md", "9")], "Add z");
        gh.lose_queue();
        // Again and again: on a slow day the sweep lasts until the second try.
        gh.fail("GET /repos/acme/orders/git/trees/*", 502, 1_000);
        assert_eq!(
            waymark_sweep(&recipe).await,
            (
                format!(
                    "{all}, 2 judged, 202 empty or not to be read\n  1 repository could not be \
                     judged now; the service tries again\n"
                ),
                Some(0)
            )
        );
    }
}

/// Nobody tells us of what changes.
#[tokio::test]
async fn it_lists_repositories_when_their_number_differs_or_a_day_has_passed() {
    for database in fresh_databases().await {
        let gh = FakeGitHub::builder(clock()).start().await;
        gh.organisation_without_app("acme");
        gh.create_repo(HOME, &[("waymark.yml", SETTINGS)]);
        gh.create_repo("acme/payments", GOOD);
        gh.install("acme", None);
        gh.lose_queue();
        let recipe = recipe(&gh, &database);
        let lists = || {
            let calls = gh.calls_to("GET /installation/repositories");
            calls.iter().filter(|call| call.query.contains("per_page=100")).count()
        };
        let says = async |compared: &str, judged: usize, listed: usize| {
            gh.forget_calls();
            let (said, _) = waymark_sweep(&recipe).await;
            assert_eq!(
                said,
                format!("acme: {compared} compared, {judged} judged, 0 empty or not to be read\n")
            );
            assert_eq!(lists(), listed, "{said}");
        };
        says("2 repositories", 2, 1).await;
        says("2 repositories", 0, 0).await;
        gh.create_repo("acme/orders", OLD_FAULT);
        gh.lose_queue();
        says("3 repositories", 1, 1).await;
        gh.remove_repo_from_installation("acme/payments");
        gh.lose_queue();
        gh.allow("POST */access_tokens", 422);
        says("2 repositories", 0, 1).await;
        let body = gh.issues(HOME).remove(0).body;
        let (figures, news) = body.split_once("### New since").unwrap();
        assert!(!figures.contains("`payments`") && figures.contains("`orders`"), "{body}");
        assert!(news.contains("- `payments`: left"), "{news}");

        // One left and another one came: the number is the same until the listing is old.
        says("2 repositories", 0, 0).await;
        let installation = InstallationId(gh.installation_id("acme") as i64);
        let listed = database.store.listed(installation).await.unwrap().unwrap();
        let store = &database.store;
        store.note_listed(installation, listed.plus_ms(-24 * 60 * 60 * 1000)).await.unwrap();
        says("2 repositories", 0, 1).await;
        gh.assert_calm();
    }
}

#[tokio::test]
async fn on_a_terminal_it_shows_how_far_it_is() {
    let database = fresh_databases().await.swap_remove(0);
    let gh = organisation().await;
    let recipe = recipe(&gh, &database);
    let stall = gh.pass_then_stall("POST /graphql", 2);
    let mut command = Command::new("script");
    let program = format!("'{}' sweep", recipe.program.display());
    command.args(["-qfec", &program, "/dev/null"]).env_clear().kill_on_drop(true);
    command.envs(recipe.settings.iter().map(|(name, value)| (name, value)));
    command.env("TERM", "xterm").env("PATH", "/usr/bin:/bin");
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut screen = child.stdout.take().unwrap();
    let mut seen = Vec::new();
    let mut buffer = [0; 4_096];
    // The bar comes once it takes longer than a second, and stands still while GitHub does.
    while !String::from_utf8_lossy(&seen).contains("/205 compared") {
        let read = screen.read(&mut buffer).await.unwrap();
        assert!(read > 0, "it ended: {}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&buffer[..read]);
    }
    stall.release();
    screen.read_to_end(&mut seen).await.unwrap();
    assert!(child.wait().await.unwrap().success());
    let seen = String::from_utf8_lossy(&seen);
    assert!(seen.contains("100/205 compared"), "{seen}");
    assert!(seen.trim_end().ends_with("202 empty or not to be read"), "{seen}");
}

/// Nobody tells us of it.
#[tokio::test]
async fn without_graphql_renamed_repositories_are_found_by_their_numbers() {
    for stage in Stage::each_on(|clock| FakeGitHub::builder(clock).ghes().without_graphql()).await {
        installed(&stage, SETTINGS).await;
        let known = async |stage: &Stage, name: &str| {
            let name = waymark::domain::ids::RepoName::parse(name).unwrap();
            let id = InstallationId(stage.gh.installation_id("acme") as i64);
            stage.app.store.repo_named(id, &name).await.unwrap().map(|(repo, _)| repo)
        };
        let (orders, notes) =
            (known(&stage, "acme/orders").await, known(&stage, "acme/notes").await);
        // One is renamed; the other too, and a new one takes its name.
        stage.gh.rename_repo("acme/orders", "purchases");
        stage.gh.rename_repo("acme/notes", "remarks");
        let other = CATALOG.replace("payments", "another");
        stage.gh.create_repo("acme/notes", &[("catalog-info.yaml", other)]);
        stage.gh.lose_queue();
        sweep(&stage, "acme").await;
        assert_eq!(known(&stage, "acme/purchases").await, orders);
        assert_eq!(known(&stage, "acme/remarks").await, notes);
        count(&stage).await;
        let said = scorecards(&stage, HOME)[0].body.clone();
        assert!(said.contains("| `purchases` |") && said.contains("| `remarks` |"), "{said}");
        assert!(!said.contains("| `orders` |"), "{said}");
        // Known by now: nothing is asked twice.
        stage.gh.forget_calls();
        sweep(&stage, "acme").await;
        let asked = stage.gh.calls();
        let heads = asked.iter().filter(|c| c.route.ends_with("/commits/{ref}"));
        assert!(heads.clone().count() == 4 && heads.clone().all(|c| c.status == 304), "{asked:#?}");
        stage.end().await;
    }
}
