//! Which repositories are judged? Made-up ones, the same for the same seed.

use waymark::domain::facts::RepoFacts;
use waymark::domain::tree::{Content, Entry, SourceTree, Withheld};

/// A sequence of numbers that only looks random (Knuth's MMIX constants).
pub struct Dice(u64);

impl Dice {
    /// Equal seeds give equal sequences.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len() as u64) as usize]
    }
}

/// `acme/shop`, as GitHub would describe it.
pub fn repo() -> RepoFacts {
    RepoFacts {
        owner: "acme".to_owned(),
        name: "shop".to_owned(),
        full_name: "acme/shop".to_owned(),
        default_branch: Some("main".to_owned()),
        ..RepoFacts::default()
    }
}

/// A tree of `count` files: of a hundred about 50 Kubernetes manifests, 7 Dockerfiles, 3 workflows,
/// one catalog file, and sources that nobody reads. About one thing in eight is at fault.
pub fn tree(count: usize, seed: u64) -> SourceTree {
    let mut dice = Dice::new(seed);
    let mut tree = SourceTree::default();
    let text = |text: String| Entry::loose(Content::Text(text.into()));
    tree.entries.insert("catalog-info.yaml".to_owned(), text(catalog(&mut dice, 1 + count / 100)));
    for n in 0..(count * 3 / 100).max(1) {
        let path = format!(".github/workflows/w{n}.yml");
        tree.entries.insert(path, text(workflow(&mut dice, n)));
    }
    for n in 0..(count * 7 / 100).max(1) {
        tree.entries.insert(format!("services/s{n}/Dockerfile"), text(dockerfile(&mut dice)));
    }
    for n in 0..count / 2 {
        let path = format!("deploy/s{}/{n}.yaml", n % 40);
        tree.entries.insert(path, text(manifest(&mut dice, n)));
    }
    for n in 0..count.saturating_sub(tree.entries.len()) {
        let content = Content::Withheld(Withheld::NotFetched);
        tree.entries.insert(format!("src/m{}/f{n}.go", n % 50), Entry::loose(content));
    }
    tree
}

fn catalog(dice: &mut Dice, entities: usize) -> String {
    let one = |n: usize, dice: &mut Dice| {
        let kind =
            dice.pick(&["Component", "Component", "API", "Resource", "System", "Group", "Servce"]);
        let owner =
            dice.pick(&["owner: group:default/payments", "owner: team-b", "owner: 7", "{}"]);
        let tags = dice.pick(&["[java, card-data]", "[Java]", "[go]", "rust"]);
        format!(
            "apiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata:\n  name: part-{n}\n  \
             description: Takes and settles card payments\n  labels:\n    acme.com/tier: {}\n  \
             annotations:\n    backstage.io/techdocs-ref: dir:.\n  tags: {tags}\n  links:\n    \
             - url: https://runbooks.example.com/{n}\n      title: Runbook\nspec:\n  type: service\n  \
             lifecycle: production\n  {}\n  dependsOn: [resource:default/db-{n}]\n",
            dice.pick(&["gold", "silver", "3", "'not valid!'"]),
            if owner == "{}" { "system: shop" } else { owner },
        )
    };
    (0..entities).map(|n| one(n, dice)).collect::<Vec<_>>().join("---\n")
}

fn workflow(dice: &mut Dice, n: usize) -> String {
    let on = dice.pick(&[
        "push",
        "{push: {branches: [main]}, pull_request: {}}",
        "pull_request",
        "{push: {branches: [release]}}",
    ]);
    let mut text = format!("name: w{n}\non: {on}\npermissions:\n  contents: read\njobs:\n");
    if dice.below(3) == 0 {
        let pin = dice.pick(&["@v1", "@v1.4.2", "@v1", "@v2", "@main", ""]);
        text.push_str(&format!(
            "  platform:\n    uses: acme/platform-workflows/.github/workflows/service.yml{pin}\n    \
             with:\n      service: shop\n"
        ));
    }
    for job in 0..2 + dice.below(3) {
        text.push_str(&format!(
            "  job{job}:\n    runs-on: ubuntu-24.04\n    env:\n      STAGE: test\n    steps:\n      \
             - uses: actions/checkout@v4\n        with:\n          fetch-depth: 0\n      \
             - uses: actions/setup-go@v5\n        with: {{go-version: '1.25'}}\n      \
             - name: Build\n        run: |\n          set -eu\n          go vet ./...\n          \
             go build -o out/ ./cmd/...\n      - run: make test\n"
        ));
        if dice.below(20) == 0 {
            text.push_str("      - run: syft dir:. -o spdx-json > sbom.json\n");
        }
    }
    text
}

fn dockerfile(dice: &mut Dice) -> String {
    let user = dice.pick(&[
        "USER 10001",
        "USER 65532:65532",
        "USER app",
        "USER app",
        "USER 10001",
        "USER root",
        "",
    ]);
    let base = dice.pick(&[
        "debian:12-slim",
        "gcr.io/distroless/static:nonroot",
        "alpine:3.22",
        "scratch",
    ]);
    let name = dice.pick(&["", " AS final"]);
    format!(
        "# syntax=docker/dockerfile:1\nARG GO=1.25\nFROM golang:${{GO}} AS build\nWORKDIR /src\n\
         COPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\nRUN CGO_ENABLED=0 \\\n    go build \
         -trimpath -o /out/server ./cmd/server\n\nFROM {base}{name}\nCOPY --from=build /out/server \
         /server\nEXPOSE 8080\n{user}\nENTRYPOINT [\"/server\"]\n"
    )
}

fn manifest(dice: &mut Dice, n: usize) -> String {
    match dice.below(10) {
        0..=3 => deployment(dice, n),
        4 => cron_job(dice, n),
        5..=7 => format!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: api-{n}\n  namespace: shop\n  labels:\n    \
             app: api-{n}\nspec:\n  selector:\n    app: api-{n}\n  ports:\n    - name: http\n      \
             port: 80\n      targetPort: 8080\n"
        ),
        _ => format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-{n}\ndata:\n  LEVEL: info\n  \
             settings.yaml: |\n    retries: 3\n    timeout: 5s\n"
        ),
    }
}

/// Right in three of four.
fn security(dice: &mut Dice) -> &'static str {
    match dice.below(16) {
        0 => "{runAsUser: 0}",
        1 => "{runAsNonRoot: false}",
        2 => "{readOnlyRootFilesystem: true}",
        3 => "{runAsUser: 'app'}",
        4..=7 => "{runAsUser: 10001}",
        _ => "{runAsNonRoot: true, runAsUser: 10001}",
    }
}

fn deployment(dice: &mut Dice, n: usize) -> String {
    let (pod, own) = (security(dice), security(dice));
    let sidecar = if dice.below(3) == 0 {
        "        - name: proxy\n          image: envoyproxy/envoy:v1.35.0\n          args: [-c, \
         /etc/envoy.yaml]\n"
    } else {
        ""
    };
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api-{n}\n  namespace: shop\n  labels:\n    \
         app: api-{n}\nspec:\n  replicas: 3\n  selector:\n    matchLabels:\n      app: api-{n}\n  \
         template:\n    metadata:\n      labels:\n        app: api-{n}\n    spec:\n      \
         securityContext: {pod}\n      initContainers:\n        - name: migrate\n          \
         image: ghcr.io/acme/migrate:1.2.3\n      containers:\n        - name: web\n          \
         image: ghcr.io/acme/api:1.{n}.0\n          securityContext: {own}\n          ports:\n            \
         - containerPort: 8080\n          env:\n            - name: LEVEL\n              value: info\n            \
         - name: DATABASE\n              valueFrom:\n                secretKeyRef: {{name: db, key: url}}\n          \
         resources:\n            requests: {{cpu: 100m, memory: 128Mi}}\n            limits: \
         {{memory: 256Mi}}\n          readinessProbe:\n            httpGet: {{path: /ready, port: 8080}}\n\
         {sidecar}"
    )
}

fn cron_job(dice: &mut Dice, n: usize) -> String {
    format!(
        "apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: job-{n}\nspec:\n  schedule: '0 3 * * *'\n  \
         jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: Never\n          \
         containers:\n            - name: job\n              image: ghcr.io/acme/job:2.0\n              \
         securityContext: {}\n",
        security(dice)
    )
}
