//! "Details" leads to a page of our own, for whoever holds its link and for nobody else.

use crate::http::get;
use crate::stage::Stage;

use super::files::{GOOD, ROOT};

#[tokio::test]
async fn the_link_of_a_check_run_opens_its_page() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        let hostile = format!("{ROOT}# <script>alert(1)</script>\n");
        let named = "<b>&Dockerfile";
        let files = [("Dockerfile", hostile.as_str()), (named, "x")];
        let head = stage.gh.push("acme/payments", "<i>", &files, "Add image");
        stage.gh.open_pull("acme/payments", "<i>", "main");
        stage.settle().await;
        let run = stage.run("acme/payments", &head);
        let link = run.details_url.unwrap();
        let path = link.strip_prefix("https://waymark.example").unwrap();

        let page = get(&stage.url, path).await;
        assert_eq!(page.status, 200);
        assert!(
            page.body.contains("Blocked: 1 new finding in an enforced policy"),
            "{}",
            page.body
        );
        assert!(page.body.contains("Dockerfile:1"), "{}", page.body);
        assert!(!page.body.contains("<script") && !page.body.contains("<i>"), "{}", page.body);
        let policy = page.header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));

        let (address, seal) = path.split_once("?seal=").unwrap();
        let other = if seal.starts_with('0') { "1" } else { "0" };
        for wrong in [
            address.to_owned(),
            format!("{address}?seal={other}{}", &seal[1..]),
            format!("{address}x?seal={seal}"),
            path.replace("/judgements/", "/judgements/9"),
        ] {
            assert_eq!(get(&stage.url, &wrong).await.status, 404, "{wrong}");
        }
        stage.end().await;
    }
}
