//! `/api/v1/openapi.json`: what can be asked, and what is answered. Open to everybody: it holds no
//! data.

use axum::Json;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, Ref, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::{coverage, dora, gate, organisations, policies, repositories, waivers};

/// The API in OpenAPI 3.1.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Waymark",
        description = "Scorecards, waivers and delivery of an organisation's repositories. Lists \
                       come in pages: pass `next` as `after`. `format=csv` gives the same for \
                       spreadsheets. Coverage of tests is taken in, and the gate says whether \
                       something may be deployed.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        organisations::list,
        repositories::list,
        policies::list,
        waivers::list,
        dora::list,
        dora::cohorts,
        coverage::put,
        gate::ask
    ),
    modifiers(&Bearer, &Unreadable)
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        description
            .components
            .get_or_insert_default()
            .security_schemes
            .insert("bearer".to_owned(), scheme);
    }
}

/// Whatever has parameters may find them unreadable.
struct Unreadable;

impl Modify for Unreadable {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let operations = description.paths.paths.values_mut().filter_map(|item| item.get.as_mut());
        for operation in operations.filter(|operation| operation.parameters.is_some()) {
            let response = ResponseBuilder::new()
                .description("A parameter cannot be read")
                .content("application/json", Content::new(Some(Ref::from_schema_name("Problem"))));
            operation.responses.responses.insert("400".to_owned(), response.build().into());
        }
    }
}

/// The description itself.
pub(super) async fn show() -> Json<utoipa::openapi::OpenApi> {
    Json(Description::openapi())
}
