//! Who may come in: programs on this machine that hold the token.
//!
//! Owns the checks of `Host`, `Origin` and bearer token in front of every route, and the count of answers. Refuses to
//! know what the routes do. Why `Host`: a web page can make a browser send requests to 127.0.0.1 under a name of its
//! own (DNS rebinding), and then the name is the only difference. Source: RFC 9110 (Host, Authorization), RFC 6454
//! (Origin), RFC 6750 (bearer).

use crate::app::App;
use crate::fault::Fault;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The route that needs no token, so that a starter can ask whether we are up.
pub(crate) const HEALTH: &str = "/health";
/// The same under the name that OpenAI's clients put in front of everything.
pub(crate) const HEALTH_V1: &str = "/v1/health";
/// The route that pins an adapter.
pub(crate) const PIN: &str = "/ember/v1/adapters/{name}/pin";
/// All routes, as metrics name them, and what they take.
pub(crate) const ROUTES: [(&str, &str); 30] = [
    (HEALTH, "GET, HEAD"),
    (HEALTH_V1, "GET, HEAD"),
    ("/metrics", "GET, HEAD"),
    ("/v1/chat/completions", "POST"),
    ("/v1/completions", "POST"),
    ("/v1/models", "GET, HEAD"),
    ("/v1/embeddings", "POST"),
    ("/v1/load_lora_adapter", "POST"),
    ("/v1/unload_lora_adapter", "POST"),
    ("/ember/v1/adapters", "GET, HEAD"),
    (PIN, "POST"),
    ("/ember/v1/status", "GET, HEAD"),
    ("/ember/v1/speak", "POST"),
    ("/v1/responses", "POST"),
    ("/responses", "POST"),
    ("/chat/completions", "POST"),
    ("/v1/chat/completions/input_tokens", "POST"),
    ("/chat/completions/input_tokens", "POST"),
    ("/v1/responses/input_tokens", "POST"),
    ("/responses/input_tokens", "POST"),
    ("/models", "GET, HEAD"),
    ("/completion", "POST"),
    ("/completions", "POST"),
    ("/tokenize", "POST"),
    ("/detokenize", "POST"),
    ("/apply-template", "POST"),
    ("/props", "GET, HEAD"),
    ("/slots", "GET, HEAD"),
    ("/lora-adapters", "GET, HEAD, POST"),
    ("/ember/v1/vocabulary", "POST"),
];
/// The longest piece of a foreign header that an error repeats, in characters.
const QUOTED_CHARS_MAX: usize = 80;

/// The known route of a path and what it takes; a model's own page counts as the model list, and pinning is one route
/// whatever is pinned.
pub(crate) fn route_of(path: &str) -> Option<(&'static str, &'static str)> {
    let is_model = path.strip_prefix("/v1/models/").is_some_and(|id| !id.is_empty());
    let pinned = path.strip_prefix("/ember/v1/adapters/").and_then(|rest| rest.strip_suffix("/pin"));
    let is_pin = pinned.is_some_and(|name| !name.is_empty() && !name.contains('/'));
    let path = match path {
        _ if is_model => "/v1/models",
        _ if is_pin => PIN,
        path => path,
    };
    ROUTES.into_iter().find(|(known, _)| *known == path)
}

/// The layer around all routes.
pub(crate) async fn guard(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(app.patience);
    let route = route_of(request.uri().path()).map_or("other", |(route, _)| route);
    let response = match check(&app, &request) {
        Ok(()) => next.run(request).await,
        Err(fault) => fault.into_response(),
    };
    app.metrics.count_request(route, response.status().as_u16());
    response
}

fn check(app: &App, request: &Request) -> Result<(), Fault> {
    if let Some(host) = request.uri().host()
        && !is_local_host(host)
    {
        return Err(foreign("request target", host));
    }
    check_host(request.headers())?;
    check_origin(request.headers())?;
    let is_open = [HEALTH, HEALTH_V1].contains(&request.uri().path());
    if is_open || bearer(request.headers()).is_some_and(|sent| app.token.matches(sent)) {
        Ok(())
    } else {
        Err(Fault::Unauthorized)
    }
}

fn foreign(header: &'static str, actual: &str) -> Fault {
    let actual = actual.chars().take(QUOTED_CHARS_MAX).collect();
    Fault::Foreign { header, actual }
}

/// The only value of a header; `Err` if there are several or it is no text.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(drop),
        (Some(_), Some(_)) => Err(()),
    }
}

fn check_host(headers: &HeaderMap) -> Result<(), Fault> {
    match single(headers, &header::HOST) {
        Ok(Some(host)) if is_local_authority(host) => Ok(()),
        Ok(Some(host)) => Err(foreign("Host", host)),
        Ok(None) => Err(foreign("Host", "nobody")),
        Err(()) => Err(foreign("Host", "several hosts")),
    }
}

fn check_origin(headers: &HeaderMap) -> Result<(), Fault> {
    let Ok(origin) = single(headers, &header::ORIGIN) else { return Err(foreign("Origin", "several sites")) };
    let Some(origin) = origin else { return Ok(()) };
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    if authority.is_some_and(is_local_authority) { Ok(()) } else { Err(foreign("Origin", origin)) }
}

/// `host` or `host:port` with a local host.
fn is_local_authority(authority: &str) -> bool {
    match authority.rsplit_once(':') {
        Some((host, port)) => is_local_host(host) && port.parse::<u16>().is_ok(),
        None => is_local_host(authority),
    }
}

fn is_local_host(host: &str) -> bool {
    host == "127.0.0.1" || host.eq_ignore_ascii_case("localhost")
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = single(headers, &header::AUTHORIZATION).ok()??;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_local() {
        for local in ["127.0.0.1", "127.0.0.1:7391", "localhost", "LocalHost:80"] {
            assert!(is_local_authority(local), "{local}");
        }
        for other in [
            "",
            "example.com",
            "localhost.example.com",
            "127.0.0.1.nip.io:7391",
            "127.0.0.1:",
            "127.0.0.1:x",
            "user@127.0.0.1",
            "0.0.0.0",
            "[::1]:7391",
            "127.0.0.1:99999",
            "localhost:80:80",
        ] {
            assert!(!is_local_authority(other), "{other}");
        }
    }

    #[test]
    fn a_bearer_token_is_read() {
        let read = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, header::HeaderValue::from_static(value));
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(read("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(read("bearer  abc").as_deref(), Some("abc"));
        assert_eq!(read("Basic abc"), None);
        assert_eq!(read("abc"), None);
    }

    #[test]
    fn a_path_has_one_name_in_the_metrics() {
        assert_eq!(route_of("/v1/models/some/id"), Some(("/v1/models", "GET, HEAD")));
        assert_eq!(route_of("/v1/models/"), None);
        assert_eq!(route_of("/ember/v1/adapters/marta/pin"), Some((PIN, "POST")));
        for path in ["/ember/v1/adapters//pin", "/ember/v1/adapters/a/b/pin", "/ember/v1/adapters/marta"] {
            assert_eq!(route_of(path), None, "{path}");
        }
        assert_eq!(route_of("/v1/engines"), None);
    }
}
