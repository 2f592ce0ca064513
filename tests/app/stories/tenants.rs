//! Organisations come, go, and never see each other's things.

use waymark::domain::ids::{InstallationId, RepoId, Sha};
use waymark::edge::store::JobState;

use crate::github::git::hash_object;
use crate::stage::Stage;
use crate::stories::files::CATALOG;

const ROOT: &str = "FROM debian:12@sha256:1\nCMD [\"/app\"]\n";
const FINE: &str = "FROM debian:12@sha256:1\nUSER 10001\nCMD [\"/app\"]\n";

fn installation(stage: &Stage, login: &str) -> InstallationId {
    InstallationId(stage.gh.installation_id(login) as i64)
}

fn repo_id(stage: &Stage, name: &str) -> RepoId {
    RepoId(stage.gh.repo_id(name) as i64)
}

fn sha(text: &str) -> Sha {
    Sha::parse(text).unwrap()
}

fn blob(content: &str) -> Sha {
    sha(&hash_object("blob", content.as_bytes()))
}

fn pull(stage: &Stage, repo: &str, image: &str) -> String {
    stage.gh.create_repo(repo, &[("catalog-info.yaml", CATALOG)]);
    let head = stage.gh.push(repo, "topic", &[("Dockerfile", image)], "Add image");
    stage.gh.open_pull(repo, "topic", "main");
    head
}

#[tokio::test]
async fn who_installs_the_app_is_known_with_all_repositories() {
    for stage in Stage::each().await {
        stage.gh.organisation_without_app("acme");
        stage.gh.create_repo("acme/payments", &[("NOTES.md", "# Payments\n")]);
        stage.gh.create_repo("acme/orders", &[("NOTES.md", "# Orders\n")]);
        stage.gh.create_repo("acme/secret", &[("README.md", "# Secret\n")]);
        let id = stage.gh.install("acme", Some(&["acme/payments", "acme/orders"]));
        stage.settle().await;
        let id = InstallationId(id as i64);
        let row = stage.app.store.installation(id).await.unwrap().unwrap();
        assert_eq!(row.account.as_deref(), Some("acme"));
        assert!(row.permissions.contains("\"checks\":\"write\""), "{}", row.permissions);
        let repos = stage.app.store.repos(id).await.unwrap();
        let mut names: Vec<_> = repos.iter().map(|repo| repo.name.to_string()).collect();
        names.sort();
        assert_eq!(names, ["acme/orders", "acme/payments"]);
        assert!(repos.iter().all(|repo| repo.default_branch.as_deref() == Some("main")));

        stage.gh.add_repo_to_installation("acme/secret");
        stage.gh.remove_repo_from_installation("acme/orders");
        stage.settle().await;
        let repos = stage.app.store.repos(id).await.unwrap();
        let mut names: Vec<_> = repos.iter().map(|repo| repo.name.to_string()).collect();
        names.sort();
        assert_eq!(names, ["acme/payments", "acme/secret"]);
        stage.end().await;
    }
}

#[tokio::test]
async fn suspension_and_its_end_are_noted() {
    for stage in Stage::each().await {
        pull(&stage, "acme/payments", ROOT);
        stage.settle().await;
        let id = installation(&stage, "acme");
        stage.gh.suspend("acme");
        stage.settle().await;
        assert!(stage.app.store.installation(id).await.unwrap().unwrap().suspended);
        stage.gh.unsuspend("acme");
        stage.settle().await;
        assert!(!stage.app.store.installation(id).await.unwrap().unwrap().suspended);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_repository_added_later_is_judged() {
    for stage in Stage::each().await {
        stage.gh.organisation_without_app("acme");
        stage.gh.create_repo("acme/payments", &[("catalog-info.yaml", CATALOG)]);
        stage.gh.create_repo("acme/orders", &[("catalog-info.yaml", CATALOG)]);
        stage.gh.install("acme", Some(&["acme/orders"]));
        stage.settle().await;
        stage.gh.add_repo_to_installation("acme/payments");
        let head = stage.gh.push("acme/payments", "topic", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.open_pull("acme/payments", "topic", "main");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "failure");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_repository_that_leaves_while_its_job_waits_leaves_no_dead_letter() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/orders", &[("NOTES.md", "# Orders\n")]);
        let head = pull(&stage, "acme/payments", ROOT);
        stage.gh.remove_repo_from_installation("acme/payments");
        stage.settle().await;
        stage.gh.allow("POST */access_tokens", 422);
        assert_eq!(stage.jobs(JobState::Dead).await, []);
        assert_eq!(stage.runs("acme/payments", &head).len(), 0);
        let id = installation(&stage, "acme");
        let names = stage.app.store.repos(id).await.unwrap();
        assert!(names.iter().all(|repo| repo.name.name() != "payments"), "{names:?}");
        stage.end().await;
    }
}

#[tokio::test]
async fn news_of_a_repository_that_has_left_make_no_dead_letter() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/orders", &[("NOTES.md", "# Orders\n")]);
        pull(&stage, "acme/payments", ROOT);
        stage.gh.remove_repo_from_installation("acme/payments");
        stage.gh.reverse_queue();
        stage.settle().await;
        stage.gh.allow("POST */access_tokens", 422);
        assert_eq!(stage.jobs(JobState::Dead).await, []);
        stage.end().await;
    }
}

#[tokio::test]
async fn an_installation_that_goes_takes_its_jobs_along() {
    for stage in Stage::each().await {
        pull(&stage, "acme/payments", ROOT);
        // The work is queued and waits for GitHub when the App is removed.
        stage.gh.fail("GET /repos/{owner}/{repo}/pulls/{pull_number}", 502, 1);
        stage.settle().await;
        assert_eq!(stage.jobs(JobState::Queued).await.len(), 1);
        stage.gh.uninstall("acme");
        stage.settle().await;
        assert_eq!(stage.jobs(JobState::Queued).await, []);
        stage.end().await;
    }
}

#[tokio::test]
async fn news_of_an_installation_that_has_gone_are_moot() {
    for stage in Stage::each().await {
        pull(&stage, "acme/payments", ROOT);
        stage.gh.uninstall("acme");
        stage.gh.reverse_queue();
        stage.gh.allow("POST */access_tokens", 404);
        stage.gh.allow("GET /app/installations/*", 404);
        stage.settle().await;
        assert!(stage.gh.calls_to("POST */check-runs").is_empty());
        stage.end().await;
    }
}

#[tokio::test]
async fn a_repository_renamed_while_its_job_waits_is_judged() {
    for stage in Stage::each().await {
        let head = pull(&stage, "acme/payments", ROOT);
        stage.gh.deliver().await;
        stage.gh.rename_repo("acme/payments", "settlements");
        // The news of the new name come later than the work.
        stage.app.work_off().await.unwrap();
        assert_eq!(stage.conclusion("acme/settlements", &head), "failure");
        stage.settle().await;
        let head = stage.gh.push("acme/settlements", "topic", &[("Dockerfile", FINE)], "Drop root");
        stage.gh.forget_calls();
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/settlements", &head), "success");
        assert!(stage.gh.calls().iter().all(|call| call.status < 300), "no redirect any more");
        stage.end().await;
    }
}

#[tokio::test]
async fn the_same_file_is_read_by_each_tenant_with_its_own_token() {
    for stage in Stage::each().await {
        let first = pull(&stage, "acme/payments", ROOT);
        stage.settle().await;
        let second = pull(&stage, "globex/orders", ROOT);
        stage.gh.forget_calls();
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &first), "failure");
        assert_eq!(stage.conclusion("globex/orders", &second), "failure");
        let (acme, globex) = (installation(&stage, "acme"), installation(&stage, "globex"));
        let read = stage.gh.calls_to("POST /graphql");
        assert!(!read.is_empty(), "what acme has read is not globex's to see");
        let wanted = read.iter().map(|call| call.body.to_string()).collect::<String>();
        assert!(wanted.contains(blob(ROOT).as_str()), "{wanted}");
        for call in stage.gh.calls() {
            if let Some(caller) = call.installation {
                assert_eq!(caller as i64, globex.0, "{call:#?}");
            }
        }
        for id in [acme, globex] {
            assert_eq!(stage.app.store.blobs(id, &[blob(ROOT)]).await.unwrap().len(), 1);
        }
        stage.end().await;
    }
}

#[tokio::test]
async fn who_leaves_is_forgotten_and_nobody_else() {
    for stage in Stage::each().await {
        let gone = pull(&stage, "acme/payments", ROOT);
        let stays = pull(&stage, "globex/orders", ROOT);
        stage.settle().await;
        let (acme, globex) = (installation(&stage, "acme"), installation(&stage, "globex"));
        let check = |repo: &str, head: &str| {
            let (store, repo, head) = (stage.app.store.clone(), repo_id(&stage, repo), sha(head));
            async move { store.check_run(repo, &head, crate::stage::CHECK).await.unwrap() }
        };
        assert!(check("acme/payments", &gone).await.is_some());
        stage.gh.uninstall("acme");
        stage.settle().await;

        let store = &stage.app.store;
        assert!(store.installation(acme).await.unwrap().is_none());
        assert!(store.repos(acme).await.unwrap().is_empty());
        assert!(store.repo(repo_id(&stage, "acme/payments")).await.unwrap().is_none());
        assert!(store.blobs(acme, &[blob(ROOT), blob(CATALOG)]).await.unwrap().is_empty());
        assert!(check("acme/payments", &gone).await.is_none());
        assert!(store.pull(repo_id(&stage, "acme/payments"), 1).await.unwrap().is_none());

        assert!(store.installation(globex).await.unwrap().is_some());
        assert_eq!(store.blobs(globex, &[blob(ROOT), blob(CATALOG)]).await.unwrap().len(), 2);
        assert!(check("globex/orders", &stays).await.is_some());
        // And what was known still saves calls.
        stage.gh.forget_calls();
        let head = stage.gh.push("globex/orders", "topic", &[("NOTES.md", "# Orders\n")], "Hi");
        stage.settle().await;
        assert_eq!(stage.conclusion("globex/orders", &head), "failure");
        assert!(stage.gh.calls_to("POST /graphql").is_empty(), "both files were known");
        stage.end().await;
    }
}
