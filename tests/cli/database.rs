//! The operator looks at the database, moves it, and reads deliveries once more.

use waymark::domain::job::Delivery;
use waymark::domain::time::Timestamp;
use waymark::edge::store::Store;

use crate::databases::empty_databases;
use crate::given::Folder;

const NOON: Timestamp = Timestamp(1_795_000_000_000);

/// A store with three deliveries, two of which were read; closed again.
fn store_in(folder: &Folder) -> String {
    let url = format!("sqlite://{}", folder.beside("waymark.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&url).await.unwrap();
        let push = include_str!("../../fixtures/webhooks/push.json");
        for (n, (event, body)) in
            [("ping", r#"{"zen": "x"}"#), ("push", push), ("push", "no JSON \u{1b}[31m")]
                .into_iter()
                .enumerate()
        {
            let received = NOON.plus_ms(n as i64 * 60_000);
            let body = body.as_bytes().to_vec();
            let guid = format!("guid-{n}");
            store
                .accept(Delivery { guid, event: event.into(), received, body }, None)
                .await
                .unwrap();
            let claimed = store.claim("test", received, 60_000).await.unwrap().unwrap();
            store.plan_done(&claimed, &[], "nothing to do", received).await.unwrap();
        }
        store.close().await;
    });
    url
}

#[test]
fn deliveries_are_read_once_more_by_guid_or_since_a_moment() {
    let folder = Folder::new();
    let url = store_in(&folder);
    let settings = [("WAYMARK_DATABASE_URL", url.as_str())];
    let run = |arguments: &[&str]| folder.waymark_with(&settings, arguments);

    let dry = run(&["replay", "--dry-run", "--since", "2026-11-18T09:00:00Z"]);
    assert_eq!((dry.code, dry.err.as_str()), (Some(0), ""), "{dry:?}");
    assert_eq!(dry.out.lines().count(), 4, "{}", dry.out);
    assert!(dry.out.contains("moved to"), "{}", dry.out);
    assert!(dry.out.contains("cannot read the `push` payload"), "{}", dry.out);
    assert!(!dry.out.contains('\u{1b}'), "{}", dry.out);
    assert_eq!(run(&["jobs", "list"]).out, "no jobs\n", "nothing was done");

    let one = run(&["replay", "guid-1"]);
    assert_eq!((one.code, one.out.as_str()), (Some(0), "1 deliveries are read once more\n"));
    assert!(run(&["jobs", "list"]).out.contains("plan:guid-1"));

    let missing = run(&["replay", "guid-1", "gone"]);
    assert_eq!(missing.code, Some(1));
    assert!(missing.out.contains("not in the inbox: gone"), "{}", missing.out);

    let late = run(&["replay", "--since", "2030-01-01T00:00:00Z"]);
    assert_eq!((late.code, late.out.as_str()), (Some(0), "0 deliveries are read once more\n"));
    for wrong in
        [&["replay"][..], &["replay", "--since", "today"], &["replay", "g", "--since", "x"]]
    {
        assert_eq!(run(wrong).code, Some(2), "{wrong:?}");
    }
}

#[test]
fn a_database_is_looked_at_and_moved() {
    let folder = Folder::new();
    let url = store_in(&folder);
    let settings = [("WAYMARK_DATABASE_URL", url.as_str())];
    let run = |arguments: &[&str]| folder.waymark_with(&settings, arguments);

    let check = run(&["db", "check"]);
    assert_eq!((check.code, check.err.as_str()), (Some(0), ""), "{check:?}");
    assert!(check.out.starts_with("SQLite, schema at migration "), "{}", check.out);
    assert!(check.out.contains("delivery"), "{}", check.out);
    assert!(check.out.ends_with("no problems\n"), "{}", check.out);

    let export = run(&["db", "export"]);
    assert_eq!(export.code, Some(0));
    assert!(export.err.contains("exported: "), "{}", export.err);
    assert!(export.out.starts_with("{\"waymark\":\"export/v1\""), "{}", export.out);

    let other = format!("sqlite://{}", folder.beside("other.db").display());
    let there = [("WAYMARK_DATABASE_URL", other.as_str())];
    assert_eq!(folder.waymark_with(&there, &["db", "check"]).code, Some(2), "it is not made");
    let imported = folder.waymark_given(&there, &["db", "import"], export.out.as_bytes());
    assert_eq!((imported.code, imported.err.as_str()), (Some(0), ""), "{imported:?}");
    assert!(imported.out.starts_with("imported and compared: "), "{}", imported.out);
    assert_eq!(folder.waymark_with(&there, &["db", "export"]).out, export.out);
    let again = folder.waymark_given(&there, &["db", "import"], export.out.as_bytes());
    assert_eq!(again.code, Some(2));
    assert!(again.err.contains("is not empty"), "{}", again.err);
}

/// From SQLite to PostgreSQL and back, as an operator does it: nothing is lost on the way.
#[test]
fn a_database_is_made_and_moves_from_one_kind_to_the_other_and_back() {
    let folder = Folder::new();
    let url = store_in(&folder);
    let on = |url: &str, arguments: &[&str], input: &str| {
        let settings = [("WAYMARK_DATABASE_URL", url)];
        let ran = folder.waymark_given(&settings, arguments, input.as_bytes());
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
        ran.out
    };
    let first = on(&url, &["db", "export"], "");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (kind, there, _place) in runtime.block_on(empty_databases()) {
        let made = on(&there, &["db", "migrate"], "");
        assert!(made.starts_with(&format!("{kind}: the schema is at migration ")), "{made}");
        assert_eq!(on(&there, &["db", "migrate"], ""), made, "once more changes nothing");
        assert!(on(&there, &["db", "check"], "").ends_with("no problems\n"));
        on(&there, &["db", "import"], &first);
        assert_eq!(on(&there, &["db", "export"], ""), first, "{kind}");
        // And back.
        let back = format!("sqlite://{}", folder.beside(&format!("{kind}.db")).display());
        on(&back, &["db", "import"], &on(&there, &["db", "export"], ""));
        assert_eq!(on(&back, &["db", "export"], ""), first, "{kind}");
        let dry = on(&back, &["replay", "--dry-run", "--since", "2026-11-18T09:00:00Z"], "");
        assert_eq!(dry.lines().count(), 4, "{dry}");
    }
}
