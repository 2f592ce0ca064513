#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

fn file(text: &str) -> (Dockerfile, SpanTable) {
    read("Dockerfile", text).unwrap()
}

/// User in force at the end of the final stage.
fn user(text: &str) -> Option<String> {
    let (file, _) = file(text);
    file.stages[file.final_stage].user.as_ref().map(|user| {
        user.resolved
            .clone()
            .unwrap_or_else(|| format!("?{}", user.unresolved_variable.as_deref().unwrap()))
    })
}

/// Seen in a real repository: code that was taken out keeps its backslashes.
#[test]
fn a_comment_behind_an_instruction_is_not_part_of_it() {
    let text = "FROM alpine:3\n\n# RUN a && \\\n#     b && \\\n#     c\n\nWORKDIR /app\n";
    let (_, spans) = file(text);
    assert_eq!(spans.lines("/stages/0"), Some((1, 1)));
}

#[test]
fn stages_and_places() {
    let text = "# syntax=docker/dockerfile:1\nARG GO=1.22\nFROM --platform=$BUILDPLATFORM \
                golang:${GO} AS build\nRUN a && \\\n  # note\n  b\n\n# about the next\nFROM \
                scratch\nCOPY --from=build /x /x\nUSER 10001\n";
    let (file, spans) = file(text);
    assert_eq!(file.final_stage, 1);
    assert_eq!(file.stages[0].base.resolved.as_deref(), Some("golang:1.22"));
    assert_eq!(file.stages[0].platform.as_deref(), Some("$BUILDPLATFORM"));
    assert_eq!(file.stages[0].name.as_deref(), Some("build"));
    assert_eq!(spans.lines("/stages/0"), Some((3, 3)));
    assert_eq!(spans.lines("/stages/0/user"), Some((3, 3)), "none: the nearest ancestor");
    assert_eq!(spans.lines("/instructions/2"), Some((4, 6)));
    assert_eq!(spans.lines("/stages/1"), Some((9, 9)));
    assert_eq!(spans.lines("/stages/1/user"), Some((11, 11)));
    assert_eq!(file.instructions[2].text, "a && \\\n  # note\n  b");
    assert_eq!(file.instructions[0].stage, None);
    assert_eq!((file.instructions[4].name.as_str(), file.instructions[4].stage), ("COPY", Some(1)));
}

#[test]
fn users_are_inherited_and_substituted() {
    assert_eq!(user("FROM a\n"), None);
    assert_eq!(user("FROM a\nUSER app\nUSER root\n").as_deref(), Some("root"));
    assert_eq!(user("FROM a AS Base\nUSER 7\nFROM base\n").as_deref(), Some("7"));
    assert_eq!(user("FROM a AS b\nUSER 7\nFROM c\n"), None);
    assert_eq!(user("FROM a\nARG U=root\nUSER $U\n").as_deref(), Some("root"));
    assert_eq!(user("ARG U=7\nFROM a\nARG U\nUSER ${U}:${U}\n").as_deref(), Some("7:7"));
    assert_eq!(user("ARG U=7\nFROM a\nUSER $U\n").as_deref(), Some("?U"));
    assert_eq!(user("FROM a\nARG U\nUSER $U\n").as_deref(), Some("?U"));
    assert_eq!(user("FROM a\nARG U\nUSER ${U:-7}\n").as_deref(), Some("7"));
    assert_eq!(user("FROM a\nENV U=7 V=\"x y\"\nARG U=root\nUSER $U\n").as_deref(), Some("7"));
    assert_eq!(user("FROM a\nENV U 7\nUSER $U\n").as_deref(), Some("7"));
    assert_eq!(user("FROM a AS b\nENV U=7\nFROM b\nUSER $U\n").as_deref(), Some("7"));
    assert_eq!(user("FROM a\nONBUILD USER root\n"), None);
    assert_eq!(user("FROM a\nuser \"app\"\n").as_deref(), Some("app"));
    assert_eq!(user("FROM a\r\nUSER app\r\n").as_deref(), Some("app"));
    let dotnet = "FROM mcr.microsoft.com/dotnet/aspnet:8.0\nUSER $APP_UID\n";
    assert_eq!(user(dotnet).as_deref(), Some("1654"));
    assert_eq!(user("# escape=`\nFROM a\nRUN x `\n  y\nUSER app\n").as_deref(), Some("app"));
    assert_eq!(user("FROM a\nRUN <<EOF\nUSER root\nEOF\nUSER app\n").as_deref(), Some("app"));
}

#[test]
fn the_external_base_is_found_through_stages() {
    let (file, _) = file("ARG I\nFROM debian:12 AS a\nFROM a AS b\nFROM b\nFROM $I\n");
    assert_eq!(file.stages[2].from_stage, Some(1));
    assert_eq!(file.stages[2].external_base.resolved.as_deref(), Some("debian:12"));
    assert_eq!(file.stages[3].base.unresolved_variable.as_deref(), Some("I"));
    assert_eq!(file.stages[3].external_base.image, None);
}

#[test]
fn images_settings_and_added_files_are_told() {
    let text = "ARG T=1\nFROM a:$T AS b\nFROM b\nFROM scratch\nCOPY --from=B /x /x\nCOPY --from=0 /x \
                /x\nCOPY --from=c:2 \\\n  /x /x\nENV A=1 \\\n  # note\n  PASSWORD=$A\nADD \
                --checksum=sha256:1 https://e.com/a.$T /\nADD x $Y /\n";
    let (file, spans) = file(text);
    let images: Vec<_> = file.images.iter().map(|i| (i.instruction, &*i.base.raw)).collect();
    assert_eq!(images, [("FROM", "a:$T"), ("COPY", "c:2")]);
    assert_eq!((&*file.images[0].pointer, file.images[1].stage), ("/stages/0", 2));
    assert_eq!(spans.lines("/stages/0"), Some((2, 2)));
    assert_eq!(spans.lines(&file.images[1].pointer), Some((7, 8)));
    let settings: Vec<_> =
        file.settings.iter().map(|s| (&*s.name, spans.lines(&s.pointer).unwrap().0)).collect();
    assert_eq!(settings, [("T", 1), ("A", 9), ("PASSWORD", 11)]);
    let added: Vec<_> = file.added.iter().map(|a| (a.resolved.as_deref(), a.checksum)).collect();
    assert_eq!(added, [(None, true), (Some("x"), false), (None, false)]);
}

#[test]
fn faults_have_a_line() {
    assert_eq!(read("D", "FROM a\nBLAH x\n").unwrap_err().line, 2);
    assert_eq!(read("D", "# nothing\n").unwrap_err().line, 1);
    assert!(read("D", &"FROM a\n".repeat(300)).is_err());
    let doubling = format!("FROM a\nENV A=xxxx\n{}USER $A\n", "ENV A=$A$A\n".repeat(100));
    assert_eq!(user(&doubling).as_deref(), Some("?A"));
}

#[test]
fn a_template_is_a_gap() {
    let facts = |text: &str| {
        let needs = std::collections::BTreeSet::from([FactKind::Dockerfiles]);
        let repo = super::super::testing::repo();
        super::super::testing::extract_from(&[("Dockerfile", text)], &repo, &needs).snapshot
    };
    for text in [
        "FROM debian:{{ v }}\n",
        "FROM debian:{{v}}\n",
        "FROM node:${{ values.node }}\n",
        "FROM a:1\n{% if x %}\nUSER app\n{% endif %}\n",
        "FROM a:1\n{{- if .x }}\nUSER app\n{{- end }}\n",
        "FROM a:1\nUSER {{user}}\n",
        "FROM a:1\nCOPY --from={{image}} /x /x\n",
    ] {
        let got = facts(text);
        assert_eq!((got.dockerfiles.len(), got.gaps.len()), (0, 1), "{text}");
        let reason = &got.gaps[0].reason;
        assert_eq!(reason, "`Dockerfile` is a template, which is not rendered", "{text}");
    }
    let got = facts("FROM a:1\nRUN docker inspect --format {{.Id}} a\nCOPY {{x}} /x\nUSER app\n");
    assert_eq!((got.dockerfiles.len(), got.gaps.len()), (1, 0));
    let broken = facts("FROM a:1\nRUN docker inspect -f {{.Id}} a\nUSER app\n\n\nBLAH\n");
    assert!(broken.gaps[0].reason.contains("cannot be read whole: line 6: "), "{:?}", broken.gaps);
}

proptest! {
    #[test]
    fn any_text_is_survived(
        text in "(FROM |USER |ARG |ENV |RUN |a|=|\\$\\{|\\}|\\$a|:-|\"|'|\\\\|\n|#|<<E|AS | ){0,60}",
    ) {
        if let Ok((file, spans)) = read("D", &text) {
            for at in 0..file.instructions.len() {
                let (first, last) = spans.lines(&format!("/instructions/{at}")).unwrap();
                prop_assert!(first <= last && last as usize <= text.lines().count());
            }
        }
    }
}
