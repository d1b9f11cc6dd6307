//! `guildhall serve`: the site.

use std::time::Duration;

use anyhow::Context;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, StatusCode, header},
    middleware::{from_fn, from_fn_with_state},
    response::Response,
    routing::{any, get, post},
};
use guildhall_app::{App, shell};
use leptos_axum::{LeptosRoutes, generate_route_list};
use tokio::{net::TcpListener, sync::Notify};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate},
    },
    limit::RequestBodyLimitLayer,
    services::{ServeDir, ServeFile},
    timeout::TimeoutLayer,
};

use crate::{
    audit_export, covers, data_copy, downloads, health, index, keys,
    listen::{self, Doors},
    middleware, pages, public_files, reports, rest, sandbox_proxy, scim, sso,
    state::AppState,
    theme, webhooks, worker,
};

/// The most that a form may weigh, in bytes.
const FORM_LIMIT: usize = 256 * 1024;
/// The most that a webhook may weigh, in bytes.
const WEBHOOK_LIMIT: usize = 1024 * 1024;

/// Serves until the process is told to stop; then ends what is under way.
pub(crate) async fn serve(state: AppState, with_worker: bool) -> anyhow::Result<()> {
    let addr = state.config.addr;
    let listener = TcpListener::bind(addr)
        .await
        .with_context(|| format!("{addr} can't be listened on; is something else running there?"))?;
    state.tokens.prepare().await.map_err(|error| anyhow::anyhow!("the keys that sign tokens: {error}"))?;
    tokio::spawn(state.tokens.clone().follow());
    tokio::spawn(index::follow(state.clone()));
    if let Some(addr) = state.config.metrics_addr {
        let metrics = Router::new().route("/metrics", get(health::metrics)).with_state(state.clone());
        let listener = TcpListener::bind(addr)
            .await
            .with_context(|| format!("GUILDHALL_METRICS_ADDR {addr} can't be listened on"))?;
        tokio::spawn(async move { axum::serve(listener, metrics).await });
    }
    let worker = if with_worker { Some(worker::worker(&state).await?) } else { None };
    let doors = Doors::new(state.config.trusted_proxies.clone(), state.limits.is_on());
    let site = listen::listen(listener, router(&state), doors, stop_signal());
    if state.config.base_url.starts_with("https://") && state.config.trusted_proxies.is_empty() {
        tracing::warn!("GUILDHALL_TRUSTED_PROXIES is not set: everybody behind the proxy counts as one address");
    }
    tracing::info!(%addr, base_url = state.config.base_url, "ready");
    match worker {
        None => site.await,
        Some(worker) => {
            let ended = Notify::new();
            let site = async {
                site.await;
                ended.notify_one();
            };
            let stop = async {
                tokio::select! {
                    () = stop_signal() => {}
                    () = ended.notified() => {}
                }
            };
            tokio::join!(site, worker::run_until(&state, worker, stop));
        }
    }
    state.db.close().await;
    Ok(())
}

/// Ctrl-C, or the signal of a service manager.
pub(crate) async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}

/// Every route of the site with all that a request passes through.
pub(crate) fn router(state: &AppState) -> Router {
    let provided = state.clone();
    let routes = generate_route_list(App);
    let leptos = state.leptos.clone();
    let fallback_state = state.clone();
    let site = Router::new()
        .leptos_routes_with_context(state, routes, move || pages::provide(&provided), {
            let leptos = leptos.clone();
            move || shell(leptos.clone())
        })
        .merge(rest::v1::router())
        .route("/sign-out", post(sign_out))
        .route("/theme", post(theme::choose))
        .route("/sso/{connection}/start", get(sso::start))
        .route("/sso/confirm", get(sso::confirm))
        .route("/sso/callback", get(sso::callback))
        .route("/sso/{connection}/acs", post(sso::acs).layer(DefaultBodyLimit::max(FORM_LIMIT)))
        .route("/sso/{connection}/arrive", get(sso::arrive))
        .route("/learn/{enrollment}/files/{lesson}", get(downloads::download))
        .route("/admin/audit/export", get(audit_export::export))
        .route("/account/privacy/copies/{copy}", get(data_copy::fetch))
        .fallback(leptos_axum::file_and_error_handler_with_context::<AppState, _>(
            move || pages::provide(&fallback_state),
            shell,
        ))
        .layer(from_fn_with_state(state.clone(), middleware::input))
        // Leptos reads the bodies of server functions itself, past axum's own limit.
        .layer(RequestBodyLimitLayer::new(FORM_LIMIT))
        .layer(from_fn_with_state(state.clone(), middleware::limits))
        .layer(from_fn(middleware::agreed))
        .layer(from_fn_with_state(state.clone(), middleware::actor));
    let open = Router::new()
        .route("/covers/{file}", get(covers::tile))
        .route("/covers/{id}/{file}", get(covers::card))
        .route("/sitemap.xml", get(public_files::sitemap))
        .route("/robots.txt", get(public_files::robots))
        .route("/.well-known/security.txt", get(public_files::security))
        .route("/.well-known/jwks.json", get(keys::jwks))
        .route("/health", get(health::ready))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/webhooks/stripe", post(webhooks::stripe::receive).layer(DefaultBodyLimit::max(WEBHOOK_LIMIT)))
        .route("/sso/{connection}/jwks.json", get(sso::keys))
        .route("/sso/{connection}/metadata", get(sso::metadata))
        .route("/sso/backchannel-logout/{connection}", post(sso::logout).layer(DefaultBodyLimit::max(FORM_LIMIT)))
        .route("/scim/v2/{*path}", any(scim::handle).layer(DefaultBodyLimit::max(WEBHOOK_LIMIT)))
        .route(middleware::REPORTS, post(reports::receive).layer(DefaultBodyLimit::max(reports::LIMIT)))
        .merge(single_files(state))
        .nest_service("/pkg", static_files(state, "pkg", "public, max-age=31536000, immutable"))
        .nest_service("/fonts", static_files(state, "fonts", "public, max-age=31536000, immutable"))
        .nest_service("/media", static_files(state, "media", "public, max-age=86400"));
    let open = if state.config.metrics_addr.is_none() && state.config.development {
        open.route("/metrics", get(health::metrics))
    } else {
        open
    };
    let open = if state.config.sandbox().is_some() {
        open.route("/sandbox", any(sandbox_proxy::forward))
            .route("/sandbox/{*path}", any(sandbox_proxy::forward))
            .route("/c/pay/{*path}", any(sandbox_proxy::forward))
            .layer(RequestBodyLimitLayer::new(WEBHOOK_LIMIT))
    } else {
        open
    };
    site.merge(open)
        .layer(from_fn_with_state(state.clone(), middleware::outage))
        .layer(
            CompressionLayer::new().gzip(true).br(true).quality(tower_http::CompressionLevel::Fastest).compress_when(
                // Files that people keep are sent as they are: parts of them can be asked for.
                DefaultPredicate::new()
                    .and(NotForContentType::const_new("application/octet-stream"))
                    .and(NotForContentType::const_new("application/zip")),
            ),
        )
        .layer(from_fn_with_state(state.clone(), middleware::same_origin))
        .layer(from_fn_with_state(state.clone(), middleware::flood))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, Duration::from_secs(30)))
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(state.clone(), middleware::headers))
        .layer(from_fn_with_state(state.clone(), middleware::edge))
        .with_state(state.clone())
}

/// The pictures at the root of the site: files, so they take nothing from anybody's quota of pages.
fn single_files(state: &AppState) -> Router<AppState> {
    let root = std::path::Path::new(&*state.leptos.site_root);
    ["favicon.svg", "mark.svg"].into_iter().fold(Router::new(), |router, name| {
        let file = Router::new().fallback_service(ServeFile::new(root.join(name)));
        router.nest_service(&format!("/{name}"), kept_for(file, "public, max-age=86400"))
    })
}

/// A folder of the built site, already compressed, with how long browsers may keep it.
fn static_files(state: &AppState, folder: &str, cache: &'static str) -> Router<()> {
    let path = std::path::Path::new(&*state.leptos.site_root).join(folder);
    let files = ServeDir::new(path).precompressed_br().precompressed_gzip();
    kept_for(Router::new().fallback_service(files), cache)
}

/// Lets browsers and shared caches keep what is found.
fn kept_for(files: Router<()>, cache: &'static str) -> Router<()> {
    files.layer(from_fn(move |request: Request, next: axum::middleware::Next| async move {
        let mut response: Response = next.run(request).await;
        if response.status().is_success() {
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        }
        response
    }))
}

/// `POST /sign-out`, from the menu of every page.
async fn sign_out(
    axum::extract::State(state): axum::extract::State<AppState>,
    axum::Extension(actor): axum::Extension<guildhall_kernel::Actor>,
) -> Result<Response, rest::problem::Problem> {
    use axum::response::IntoResponse;
    use guildhall_identity::cookie::Cookie;
    guildhall_identity::sign_out(&state.db, &actor)
        .await
        .map_err(|error| rest::problem::Problem::from(error.told()))?;
    let gone = [Cookie::Access, Cookie::Refresh].map(|cookie| cookie.clear(state.config.secure_cookies()));
    let gone = axum::response::AppendHeaders(gone.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok((gone, axum::response::Redirect::to("/")).into_response())
}
