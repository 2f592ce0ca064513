//! GitHub tells the App of its own doings, too: it does not answer itself.

use crate::github::FakeGitHub;
use crate::stage::Stage;

use super::files::{FIXED, GOOD, ROOT};

#[tokio::test]
async fn the_app_does_not_answer_its_own_echo() {
    for stage in Stage::each_on(|clock| FakeGitHub::builder(clock).with_echoes()).await {
        stage.gh.create_repo("acme/payments", GOOD);
        let head = stage.gh.push("acme/payments", "image", &[("Dockerfile", ROOT)], "Add image");
        let number = stage.gh.open_pull("acme/payments", "image", "main");
        stage.settle().await;
        assert_eq!(stage.runs("acme/payments", &head).len(), 1);

        stage.gh.rerequest_check(stage.run("acme/payments", &head).id);
        stage.settle().await;
        assert_eq!(stage.runs("acme/payments", &head).len(), 2);

        let fixed = stage.gh.push("acme/payments", "image", &[("Dockerfile", FIXED)], "Fix");
        let queued = stage.gh.enqueue_merge("acme/payments", number);
        let merged = stage.gh.merge("acme/payments", number);
        stage.settle().await;
        for sha in [&fixed, &queued, &merged] {
            assert!(stage.runs("acme/payments", sha).len() <= 1);
        }
        assert_eq!(stage.conclusion("acme/payments", &queued), "success");
        assert_eq!(stage.conclusion("acme/payments", &merged), "success");
        stage.end().await;
    }
}
