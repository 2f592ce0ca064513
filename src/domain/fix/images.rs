//! Which public images are known to run as root?

use crate::domain::facts::Image;

/// Images of Docker's own library whose programs begin as root and need it: to change into
/// another user, to own their data, or to listen below port 1024.
const NEED_ROOT: &[&str] = &[
    "caddy",
    "cassandra",
    "couchbase",
    "couchdb",
    "docker",
    "ghost",
    "haproxy",
    "httpd",
    "influxdb",
    "mariadb",
    "mongo",
    "mysql",
    "nextcloud",
    "nginx",
    "percona",
    "php",
    "postgres",
    "rabbitmq",
    "redis",
    "registry",
    "rethinkdb",
    "traefik",
    "valkey",
    "wordpress",
];

/// Further ones that run as root unless somebody says otherwise.
const ROOT: &[&str] = &[
    "almalinux",
    "alpine",
    "amazoncorretto",
    "amazonlinux",
    "archlinux",
    "bash",
    "buildpack-deps",
    "busybox",
    "centos",
    "debian",
    "eclipse-temurin",
    "fedora",
    "golang",
    "gradle",
    "maven",
    "node",
    "oraclelinux",
    "perl",
    "python",
    "rockylinux",
    "ruby",
    "rust",
    "ubuntu",
];

/// The name of an image of Docker's library: `docker.io/library/nginx:1` → `nginx`.
fn official(image: &str) -> Option<String> {
    let image = Image::parse(image);
    let docker = ["docker.io", "index.docker.io", "registry-1.docker.io"];
    if image.registry.is_some_and(|host| !docker.contains(&host.as_str())) {
        return None;
    }
    let name = image.repository.strip_prefix("library/").unwrap_or(&image.repository);
    (!name.contains('/')).then(|| name.to_owned())
}

/// The name of the image when its program needs root.
pub(super) fn needs_root(image: &str) -> Option<String> {
    official(image).filter(|name| NEED_ROOT.contains(&name.as_str()))
}

/// The name of the image when it certainly runs as root as it comes.
pub(super) fn runs_as_root(image: &str) -> Option<String> {
    official(image)
        .filter(|name| NEED_ROOT.contains(&name.as_str()) || ROOT.contains(&name.as_str()))
}

/// The number of the user that an image brings along for this purpose.
pub(super) fn own_user(image: &str) -> u32 {
    let image = Image::parse(image);
    match (image.registry.as_deref(), image.repository.as_str()) {
        // https://github.com/GoogleContainerTools/distroless: `nonroot`.
        (Some("gcr.io"), name) if name.starts_with("distroless/") => 65532,
        // https://github.com/nodejs/docker-node: `node`.
        (None | Some("docker.io"), "node" | "library/node") => 1000,
        _ => 10001,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dockers_own_library_is_known() {
        for image in ["nginx", "nginx:1.27", "docker.io/library/nginx@sha256:0"] {
            assert_eq!(needs_root(image).as_deref(), Some("nginx"), "{image}");
        }
        for image in ["acme/nginx", "ghcr.io/acme/nginx:1", "nginxinc/nginx-unprivileged", "x"] {
            assert_eq!(runs_as_root(image), None, "{image}");
        }
        assert_eq!(needs_root("python:3"), None);
        assert_eq!(runs_as_root("python:3").as_deref(), Some("python"));
        assert_eq!(own_user("node:22-slim"), 1000);
        assert_eq!(own_user("gcr.io/distroless/static"), 65532);
    }
}
