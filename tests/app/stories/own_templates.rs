//! A platform team brings the Backstage template that it has: `waymark/paths/tool` in
//! `acme/.github`.

use crate::stage::Stage;

use super::files::GOOD;
use super::own_policies::{HOME, home};

pub(super) const REPO: &str = "acme/payments";
pub(super) const BRANCH: &str = "waymark/adopt-tool";
pub(crate) const GUIDE: &str = "docs/guide.md";

pub(crate) const TEMPLATE: &str = "apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: tool}
spec:
  parameters:
    required: [component_id]
    properties:
      component_id: {type: string}
  steps:
    - id: fetch
      action: fetch:template
      input:
        url: ./skeleton
        values: {name: '${{ parameters.component_id }}'}
    - id: publish
      action: publish:github
";

/// Where a file of the template lies.
pub(crate) fn place(file: &str) -> String {
    format!("waymark/paths/tool/{file}")
}

/// The skeleton's guide with this first line.
pub(crate) fn guide(first: &str) -> String {
    format!(
        "# Guide to ${{{{ values.name }}}}\n\n{first}\n\nIt is run by hand.\n\nIts owners \
         answer for it.\n\nAsk in the channel.\n"
    )
}

/// An organisation with the template beside a repository of that kind.
pub(super) async fn furnished(stage: &Stage) -> u64 {
    home(stage);
    stage.gh.create_repo(REPO, GOOD);
    let path = "description: Something that people run\ntypes: [tool]\ninclude: ['catalog/*']\n";
    let guide = guide("It counts money.");
    let files = [
        (place("template.yaml"), TEMPLATE.to_owned()),
        (place("path.yaml"), path.to_owned()),
        (place(&format!("skeleton/{GUIDE}")), guide),
    ];
    change(stage, &files).await;
    stage.gh.open_issue(REPO, "octo-dev", "Golden path?")
}

/// The platform team pushes to its repository.
pub(super) async fn change(stage: &Stage, files: &[(String, String)]) {
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    stage.gh.push(HOME, "main", &files, "Change the template");
    stage.settle().await;
}

pub(super) async fn asked(stage: &Stage, issue: u64, text: &str) -> String {
    stage.gh.comment(REPO, issue, "octo-dev", text);
    stage.settle().await;
    stage.gh.comments(REPO, issue).pop().unwrap().body
}

/// Adopts and merges.
pub(super) async fn adopted(stage: &Stage, issue: u64) {
    let said = asked(stage, issue, "/platform adopt").await;
    let pull = stage.gh.pull_from(REPO, BRANCH).unwrap_or_else(|| panic!("{said}"));
    stage.gh.merge(REPO, pull.number);
    stage.settle().await;
}

/// The text of the check `waymark / policies` on the newest commit of the organisation's.
fn told(stage: &Stage) -> (String, String) {
    let head = stage.gh.head(HOME, "main");
    let runs = stage.gh.check_runs(HOME, &head);
    let run = runs.iter().rfind(|run| run.name == "waymark / policies").unwrap();
    let text = format!("{}\n{}", run.title.as_ref().unwrap(), run.summary.as_ref().unwrap());
    (run.conclusion.clone().unwrap(), text)
}

#[tokio::test]
async fn adopt_uses_the_organisations_template() {
    for stage in Stage::each().await {
        let issue = furnished(&stage).await;
        let (conclusion, text) = told(&stage);
        assert_eq!(conclusion, "success", "{text}");
        assert!(text.contains("0 policies, 1 template, 0 tests passed"), "{text}");
        assert!(
            text.contains(
                "waymark/paths/tool/template.yaml: `publish:github` (publish) is skipped"
            ),
            "{text}"
        );

        let said = asked(&stage, issue, "/platform adopt --plan").await;
        assert!(said.contains("| **add** | docs/guide.md |"), "{said}");
        assert!(said.contains("publish:github"), "{said}");
        adopted(&stage, issue).await;
        let text = stage.gh.text(REPO, "main", GUIDE);
        assert!(text.starts_with("# Guide to payments\n\nIt counts money.\n"), "{text}");

        // Another organisation has no such path.
        stage.gh.create_repo("other/shop", GOOD);
        let issue = stage.gh.open_issue("other/shop", "octo-dev", "Golden path?");
        stage.gh.comment("other/shop", issue, "octo-dev", "/platform adopt tool --plan");
        stage.settle().await;
        let said = stage.gh.comments("other/shop", issue).pop().unwrap().body;
        assert!(said.contains("the golden path `tool` writes no files"), "{said}");
        stage.end().await;
    }
}

/// Done when: adopt, human edit, template change, adopt: the edit is still there.
#[tokio::test]
async fn an_edit_survives_a_new_version() {
    for stage in Stage::each().await {
        let issue = furnished(&stage).await;
        // Nobody is offered anything by itself here.
        change(
            &stage,
            &[("waymark.yml".to_owned(), "upgrades: {percent_per_day: 0}\n".to_owned())],
        )
        .await;
        adopted(&stage, issue).await;
        let edited = stage.gh.text(REPO, "main", GUIDE).replace("by hand", "by hand, on Mondays");
        stage.gh.push(REPO, "main", &[(GUIDE, edited.as_str())], "Say when");
        stage.settle().await;
        let new = guide("It counts all the money.");
        change(&stage, &[(place(&format!("skeleton/{GUIDE}")), new)]).await;
        assert_eq!(stage.gh.pull_from(REPO, BRANCH).map(|p| p.number), None);

        let said = asked(&stage, issue, "/platform adopt").await;
        assert!(said.contains("Opened #"), "{said}");
        let text = stage.gh.text(REPO, BRANCH, GUIDE);
        assert!(text.contains("It counts all the money."), "{text}");
        assert!(text.contains("It is run by hand, on Mondays."), "{text}");

        // Twice changes nothing, and where both changed a line the human's stays.
        let head = stage.gh.head(REPO, BRANCH);
        let said = asked(&stage, issue, "/platform adopt").await;
        assert!(said.contains("Nothing new for #"), "{said}");
        assert_eq!(stage.gh.head(REPO, BRANCH), head);
        let pull = stage.gh.pull_from(REPO, BRANCH).unwrap().number;
        stage.gh.merge(REPO, pull);
        let mine = text.replace("all the money", "their money");
        stage.gh.push(REPO, "main", &[(GUIDE, mine.as_str())], "Whose");
        change(&stage, &[(place(&format!("skeleton/{GUIDE}")), guide("It counts no money."))])
            .await;
        let said = asked(&stage, issue, "/platform adopt --plan").await;
        assert!(said.contains("| **conflict** | docs/guide.md |"), "{said}");
        assert_eq!(stage.gh.text(REPO, "main", GUIDE), mine);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_broken_template_is_told_where_it_can_be_mended_and_breaks_no_other() {
    for stage in Stage::each().await {
        let issue = furnished(&stage).await;
        let bad = TEMPLATE.replace("values: {name:", "values: {nam e: [}, name:");
        let files = [
            (place("template.yaml"), bad),
            ("waymark/paths/endless/template.yaml".to_owned(), endless()),
            ("waymark/paths/endless/skeleton/a.md".to_owned(), "x\n".to_owned()),
        ];
        change(&stage, &files).await;
        let (conclusion, text) = told(&stage);
        assert_eq!(conclusion, "failure", "{text}");
        assert!(text.contains("`waymark/paths/tool/template.yaml:"), "{text}");
        assert!(text.contains("`waymark/paths/endless/"), "{text}");
        let said = asked(&stage, issue, "/platform adopt").await;
        assert!(said.contains("tool/template.yaml"), "{said}");
        let ask = "/platform adopt library language=go owner=payments --plan";
        let said = asked(&stage, issue, ask).await;
        assert!(said.contains("### Golden path library"), "{said}");
        stage.end().await;
    }
}

/// A template that would go on for ever.
fn endless() -> String {
    TEMPLATE.replace(
        "${{ parameters.component_id }}",
        "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
    )
}

/// The shipped `library` makes way as a whole: none of its files is mixed in.
#[tokio::test]
async fn a_template_of_the_same_name_replaces_the_shipped_one() {
    for stage in Stage::each().await {
        let issue = furnished(&stage).await;
        let at = |file: &str| format!("waymark/paths/library/{file}");
        let files = [
            (at("template.yaml"), TEMPLATE.to_owned()),
            (at("skeleton/docs/ours.md"), "Ours: ${{ values.name }}\n".to_owned()),
        ];
        change(&stage, &files).await;
        let said = asked(&stage, issue, "/platform adopt library --plan").await;
        assert!(said.contains("| **add** | docs/ours.md |"), "{said}");
        assert!(!said.contains("dependabot"), "{said}");
        stage.end().await;
    }
}
