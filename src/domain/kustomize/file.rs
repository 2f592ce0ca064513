//! A kustomization file, and what its fields refer to.

use super::node::Node;

/// Fields that Kustomize knows; another one stops a build.
const FIELDS: [&str; 37] = [
    "apiVersion",
    "kind",
    "metadata",
    "openapi",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "patchesStrategicMerge",
    "patchesJson6902",
    "patches",
    "images",
    "imageTags",
    "replacements",
    "replicas",
    "vars",
    "sortOptions",
    "resources",
    "components",
    "crds",
    "bases",
    "configMapGenerator",
    "secretGenerator",
    "helmGlobals",
    "helmCharts",
    "helmChartInflationGenerator",
    "generatorOptions",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "buildMetadata",
    "namespaceTransformer",
    "inventory",
    "commonTemplateLabels",
];

/// A kustomization as it was read.
#[derive(Debug, Clone)]
pub(super) struct Kustomization {
    /// The file.
    pub(super) path: String,
    /// Its folder; empty at the top.
    pub(super) folder: String,
    /// Before pointers into it.
    pub(super) prefix: String,
    pub(super) component: bool,
    pub(super) value: Node,
}

impl Kustomization {
    /// Reads a document; `None` when it belongs to some other tool.
    pub(super) fn new(path: &str, value: Node) -> Option<Self> {
        let text = |key| value.text_at(&[key]).unwrap_or("");
        let (version, kind) = (text("apiVersion"), text("kind"));
        let component = kind == "Component";
        let ours = version.is_empty() || version.starts_with("kustomize.config.k8s.io/");
        let known = matches!(kind, "" | "Kustomization" | "Component");
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let whole = ours && known && (value.as_map().is_some() || value.is_null());
        whole.then(|| Self {
            path: path.to_owned(),
            folder,
            prefix: String::new(),
            component,
            value,
        })
    }

    /// A field that is a list.
    pub(super) fn list(&self, field: &str) -> &[Node] {
        self.value.get(field).map(Node::items).unwrap_or_default()
    }

    /// A field that is a text.
    pub(super) fn text(&self, field: &str) -> Option<&Node> {
        self.value.get(field).filter(|node| node.as_text().is_some_and(|text| !text.is_empty()))
    }

    /// Whether a field says something.
    pub(super) fn has(&self, field: &str) -> Option<&Node> {
        self.value.get(field).filter(|node| {
            !node.is_null()
                && (node.as_map().is_some_and(|map| !map.is_empty()) || !node.items().is_empty())
        })
    }

    /// A field that it does not know.
    pub(super) fn stranger(&self) -> Option<(&str, &Node)> {
        let map = self.value.as_map()?;
        map.iter().map(|(key, node)| (&**key, node)).find(|(key, _)| !FIELDS.contains(key))
    }

    /// Every resource and base, files and folders alike.
    pub(super) fn resources(&self) -> impl Iterator<Item = &Node> {
        self.list("resources").iter().chain(self.list("bases"))
    }
}

/// `../base/x.yaml` seen from `folder`; `None` when it leaves the repository.
pub(in crate::domain) fn beside(folder: &str, named: &str) -> Option<String> {
    if named.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in named.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether a resource is somewhere else: a URL, or a repository as Kustomize spells them.
pub(super) fn is_remote(named: &str) -> bool {
    let host = named.split('/').next().unwrap_or("");
    named.contains("://")
        || named.contains("?ref=")
        || named.contains("?version=")
        || named.starts_with("git@")
        || named.starts_with("git::")
        || named.starts_with("oci:")
        || named.starts_with("gh:")
        || matches!(host, "github.com" | "gitlab.com" | "bitbucket.org")
        || named.contains(".git//")
}
