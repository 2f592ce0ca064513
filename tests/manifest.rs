//! Does the App's manifest ask for exactly the events that we read?
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use waymark::domain::event::READERS;
use waymark::domain::yaml::{Schema, load};

fn manifest(path: &str) -> Value {
    let text = fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut loaded = load(&text, Schema::Core12);
    assert_eq!(loaded.error, None, "{path}");
    loaded.documents.remove(0).value
}

fn events(manifest: &Value) -> BTreeSet<String> {
    let list = manifest["default_events"].as_array().unwrap();
    list.iter().map(|event| event.as_str().unwrap().to_owned()).collect()
}

fn permissions(manifest: &Value) -> Vec<(String, String)> {
    let map = manifest["default_permissions"].as_object().unwrap();
    map.iter().map(|(name, access)| (name.clone(), access.as_str().unwrap().to_owned())).collect()
}

#[test]
fn the_full_app_subscribes_to_what_is_read() {
    let read: BTreeSet<String> =
        READERS.iter().filter(|r| r.subscribed).map(|r| r.event.to_owned()).collect();
    assert_eq!(events(&manifest("app-manifest.yml")), read);
}

#[test]
fn the_onlooker_asks_for_less_and_writes_checks_only() {
    let full = manifest("app-manifest.yml");
    let observe = manifest("docs/app-manifest.observe.yml");
    assert!(events(&observe).is_subset(&events(&full)));
    let granted = permissions(&full);
    for permission in permissions(&observe) {
        // Whoever may write may read.
        let write = (permission.0.clone(), "write".to_owned());
        assert!(granted.contains(&permission) || granted.contains(&write), "{permission:?}");
        assert!(permission.1 == "read" || permission.0 == "checks", "{permission:?}");
    }
}
