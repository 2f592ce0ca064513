use std::collections::BTreeSet;

use super::super::testing::{extract_from, repo};
use super::super::{Extracted, FactKind};

fn extracted(files: &[(&str, &str)]) -> Extracted {
    extract_from(files, &repo(), &BTreeSet::from([FactKind::Dependencies]))
}

/// `line name version` of each row, `(dev)` where it is.
fn rows(path: &str, text: &str) -> Vec<String> {
    let found = extracted(&[(path, text)]);
    assert_eq!(found.snapshot.gaps, [], "{path}");
    let shown = found.snapshot.dependencies.iter().map(|row| {
        let line = found.spans.lines(path, Some(&row.pointer)).map_or(0, |(first, _)| first);
        let version = row.version.as_deref().unwrap_or("-");
        format!("{line} {} {version}{}", row.name, if row.dev { " (dev)" } else { "" })
    });
    shown.collect()
}

fn gap(path: &str, text: &str) -> String {
    let found = extracted(&[(path, text)]);
    assert!(found.snapshot.dependencies.is_empty());
    found.snapshot.gaps.into_iter().map(|gap| gap.reason).collect()
}

#[test]
fn javascript() {
    let text = "{\n\t\"dependencies\": {\n\t\t\"@opentelemetry/api\": \"^1.9.0\",\n\t\t\"pino\": 7\n\t},\n\
                \"devDependencies\": {\"jest\": \"*\"}}";
    assert_eq!(
        rows("web/package.json", text),
        ["3 @opentelemetry/api ^1.9.0", "4 pino -", "6 jest * (dev)"]
    );
    assert!(gap("package.json", "{").contains("`package.json` cannot be read: line"));
    assert!(gap("package.json", "[]").contains("holds no object"));
    assert_eq!(
        rows("composer.json", "{\"require\": {\"php\": \">=8\", \"monolog/monolog\": \"^3\"}}"),
        ["1 monolog/monolog ^3"]
    );
}

#[test]
fn a_template_is_a_gap() {
    for (path, text, rows) in [
        ("package.json", "{\"version\": {{ version }}}", 0),
        ("package.json", "{\"dependencies\": {\"{{ x }}\": \"1\", \"pino\": \"7\"}}", 1),
        ("Cargo.toml", "[dependencies]\n{{crate}} = \"1\"\n", 0),
        ("requirements.txt", "a==1\n{% if x %}\nb==1\n{% endif %}\n{{ c }}==1\n", 2),
        ("go.mod", "module {{ x }}\nrequire {{ y }} v1.0.0\nrequire z v1.0.0\n", 1),
    ] {
        let found = extracted(&[(path, text)]).snapshot;
        let [gap] = found.gaps.as_slice() else { panic!("{text}: {:?}", found.gaps) };
        assert_eq!(gap.reason, format!("`{path}` is a template, which is not rendered"));
        assert_eq!(found.dependencies.len(), rows, "{text}");
    }
    // What names and versions the package itself is of no matter.
    let text = "{\"name\": \"{{ x }}\", \"dependencies\": {\"pino\": \"{{ v }}\"}}";
    assert_eq!(rows("package.json", text), ["1 pino {{ v }}"]);
}

#[test]
fn go_knows_what_came_along() {
    let text = "module x\n\ngo 1.22.1\n\nrequire github.com/a/b v1.0.0\nrequire (\n\tgo.uber.org/zap v1.27.0\n\
                \tc v2 // indirect\n)\nreplace (\n\td => e v1\n)\n";
    assert_eq!(rows("go.mod", text), ["5 github.com/a/b v1.0.0", "7 go.uber.org/zap v1.27.0"]);
    let found = extracted(&[("svc/go.mod", text), ("vendor/x/go.mod", text)]);
    assert_eq!(found.snapshot.manifests.len(), 1);
    assert_eq!(found.snapshot.manifests[0].toolchain.as_deref(), Some("1.22.1"));
}

#[test]
fn rust() {
    let text = "[dependencies]\ntracing = \"0.1\"\nlog2 = { package = \"log\", version = \"1\" }\n\n\
                [target.'cfg(unix)'.dependencies]\nnix.workspace = true\n[dev-dependencies]\ninsta = \"1\"\n\
                [workspace.dependencies.slog]\nversion = \"2\"\n";
    assert_eq!(
        rows("Cargo.toml", text),
        ["2 tracing 0.1", "3 log 1", "6 nix -", "8 insta 1 (dev)", "9 slog 2"]
    );
    assert!(gap("Cargo.toml", "a = \n").contains("line 1"));
}

#[test]
fn python_in_its_many_ways() {
    let text = "[project]\ndependencies = [\n  \"Structlog>=24,<25; python_version > '3'\",\n  'x[y]==1',\n]\n\
                [project.optional-dependencies]\ntest = ['pytest']\ngrpc = ['grpcio~=1.0']\n\
                [dependency-groups]\nlint = ['ruff', {include-group = 'x'}]\n\
                [tool.poetry.dependencies]\npython = '^3.12'\nOpenTelemetry_SDK = {version = '^1', extras = []}\n\
                [tool.poetry.group.dev.dependencies]\nmypy = '*'\n[tool.pdm.dev-dependencies]\nt = ['tox']\n";
    assert_eq!(
        rows("pyproject.toml", text),
        [
            "3 structlog >=24,<25",
            "4 x ==1",
            "7 pytest - (dev)",
            "8 grpcio ~=1.0",
            "10 ruff - (dev)",
            "13 opentelemetry-sdk ^1",
            "15 mypy * (dev)",
            "17 tox - (dev)",
        ]
    );
    let text = "# all\n-r base.txt\nFlask==3.0 \\\n    --hash=sha256:aa\npython.json_logger @ https://x/y.whl\n./local\n\nrequests # why\n";
    assert_eq!(
        rows("requirements/prod.txt", text),
        ["3 flask ==3.0", "5 python-json-logger @ https://x/y.whl", "8 requests -"]
    );
    assert_eq!(rows("requirements-dev.txt", "black==1"), ["1 black ==1 (dev)"]);
    assert_eq!(
        rows("Pipfile", "[packages]\nflask = \"*\"\n[dev-packages]\na = \"1\""),
        ["2 flask *", "4 a 1 (dev)"]
    );
    assert_eq!(rows("setup.py", "setup()"), Vec::<String>::new());
    assert!(gap("setup.py", "setup(install_requires=[])").contains("not read"));
}

#[test]
fn java() {
    let pom = "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n<properties><b.version>3.4.1</b.version></properties>\n\
               <parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId><version>${b.version}</version></parent>\n\
               <dependencyManagement><dependencies><dependency><groupId>m</groupId><artifactId>m</artifactId></dependency></dependencies></dependencyManagement>\n\
               <dependencies>\n<dependency><groupId>g</groupId><artifactId>a</artifactId><version>1</version></dependency>\n\
               <dependency><groupId>junit</groupId><artifactId>junit</artifactId><scope>test</scope></dependency></dependencies></project>";
    assert_eq!(
        rows("pom.xml", pom),
        [
            "3 org.springframework.boot:spring-boot-starter-parent 3.4.1",
            "6 g:a 1",
            "7 junit:junit - (dev)"
        ]
    );
    let bomb = "<!DOCTYPE x [<!ENTITY a \"b\">]><project>&a;</project>";
    assert!(gap("pom.xml", bomb).contains("cannot be read"));
    assert!(gap("pom.xml", &"<a>".repeat(10_000)).contains("nests too deep"));
    let gradle = "plugins {\n  id 'org.springframework.boot' version '3.3.0'\n}\ndependencies {\n\
                  implementation(\"net.logstash.logback:logstash-logback-encoder:8.0\")\n  api libs.otel\n\
                  testImplementation group: 'j', name: 'k', version: '1'\n  // implementation 'x:y:1'\n\
                  implementation platform('io.opentelemetry:opentelemetry-bom:1.4')\n}\n";
    assert_eq!(
        rows("app/build.gradle.kts", gradle),
        [
            "2 org.springframework.boot 3.3.0",
            "5 net.logstash.logback:logstash-logback-encoder 8.0",
            "7 j:k 1 (dev)",
            "9 io.opentelemetry:opentelemetry-bom 1.4"
        ]
    );
    let catalog = "[versions]\no = \"1.4\"\n[libraries]\na = \"g:a:1\"\nb = { module = \"g:b\", version.ref = \"o\" }\n\
                   c = { group = \"g\", name = \"c\" }\n[plugins]\nd = \"x.y:2\"\n";
    assert_eq!(
        rows("gradle/libs.versions.toml", catalog),
        ["4 g:a 1", "5 g:b 1.4", "6 g:c -", "8 x.y 2"]
    );
}

#[test]
fn dotnet_and_ruby() {
    let project = "<Project Sdk=\"Microsoft.NET.Sdk.Web\">\n<ItemGroup>\n<PackageReference Include=\"Serilog\" Version=\"4.0\" />\n\
                   <PackageReference Include=\"Analyzers\" PrivateAssets=\"all\"><Version>1</Version></PackageReference>\n</ItemGroup></Project>";
    assert_eq!(rows("src/Api/Api.csproj", project), ["3 Serilog 4.0", "4 Analyzers 1 (dev)"]);
    let gemfile = "source 'https://rubygems.org'\ngem 'rails', '~> 8.0'\ngroup :development, :test do\n  gem \"rspec\"\nend\n\
                   gem 'lograge', require: false\n";
    assert_eq!(rows("Gemfile", gemfile), ["2 rails ~> 8.0", "4 rspec - (dev)", "6 lograge -"]);
}

#[test]
fn what_is_not_read_is_said() {
    let found = extracted(&[("mix.exs", ""), ("tests/build.sbt", "")]);
    let gaps: Vec<_> = found.snapshot.gaps.iter().map(|gap| gap.reason.as_str()).collect();
    assert_eq!(gaps, ["`mix.exs` is a list of dependencies of a kind that is not read"]);
}
