//! Proving again who one is, before what matters: over HTTP, as browsers without scripts and programs meet it.

use axum::{
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use chrono::TimeDelta;
use guildhall_identity::organizations as org;
use guildhall_kernel::Actor;

use super::{
    Site,
    edges::{HTML, of},
    text,
};

const SLUG: &str = "leeds-council";
const PAGE: &str = "/account/organizations/leeds-council/members";
/// Of [`Site::sign_in`].
const PASSWORD: &str = "copper lantern meadow 41";

/// Ada, who owns an enterprise, with her cookies; Bob is its member.
async fn owner(site: &Site) -> (String, String) {
    let cookies = site.sign_in("Ada").await;
    site.sign_in("Bob").await;
    let (ada, bob) = (site.person("Ada").await, site.person("Bob").await);
    site.sql(&format!(
        "insert into organizations (id, kind, slug, name, created_by, created_at) values (gen_random_uuid(), 'enterprise', '{SLUG}', 'Leeds Council', '{ada}', now());
         insert into memberships (organization_id, user_id, role, created_at)
             select id, '{ada}'::uuid, 'owner', now() from organizations where slug = '{SLUG}' union all
             select id, '{bob}', 'learner', now() from organizations where slug = '{SLUG}'"
    ))
    .await;
    (cookies, bob)
}

async fn post(site: &Site, path: &str, cookies: &str, accept: &str, body: String) -> Response<Body> {
    let request = Request::post(path)
        .header(header::COOKIE, cookies)
        .header(header::ACCEPT, accept)
        .header(header::REFERER, format!("http://localhost:3000{PAGE}?done=role&x=1"))
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    site.send(request.body(Body::from(body)).unwrap()).await
}

fn set_role(bob: &str) -> String {
    format!("slug={SLUG}&user={bob}&role=manager")
}

/// With the cookies of an answer in place of the older ones.
fn newer(cookies: &str, response: &Response<Body>) -> String {
    let mut jar: Vec<(String, String)> = Vec::new();
    let set = response.headers().get_all(header::SET_COOKIE);
    let set = set.iter().filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
    for (name, value) in cookies.split("; ").chain(set).filter_map(|pair| pair.split_once('=')) {
        jar.retain(|(known, _)| known != name);
        jar.push((name.to_owned(), value.to_owned()));
    }
    jar.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

async fn role_of_bob(site: &Site) -> String {
    sqlx::query_scalar("select role from memberships m join users u on u.id = m.user_id where u.name = 'Bob'")
        .fetch_one(&site.test.owner)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_form_that_matters_leads_to_the_proof_and_back_to_its_page() {
    let site = Site::open().await;
    let (cookies, bob) = owner(&site).await;
    site.test.db.clock().advance(TimeDelta::minutes(11));
    let asked = post(&site, "/api/fn/organizations/set-role", &cookies, HTML, set_role(&bob)).await;
    assert_eq!(asked.status(), StatusCode::SEE_OTHER);
    let confirm = of(&asked, "location").to_owned();
    assert_eq!(confirm, "/account/confirm?next=%2Faccount%2Forganizations%2Fleeds-council%2Fmembers%3Fx%3D1");
    assert_eq!(role_of_bob(&site).await, "learner");

    let cookies = newer(&cookies, &asked);
    let request = Request::get(&confirm).header(header::COOKIE, &cookies).body(Body::empty()).unwrap();
    let page = text(site.send(request).await).await;
    assert!(page.contains("Confirm that it is you") && page.contains(&format!("value=\"{PAGE}?x=1\"")), "{page}");
    let proof = form_urlencoded::Serializer::new(String::new())
        .append_pair("password", PASSWORD)
        .append_pair("next", &format!("{PAGE}?x=1"))
        .finish();
    let proved = post(&site, "/api/fn/account/reauthenticate", &cookies, HTML, proof).await;
    assert_eq!(of(&proved, "location"), format!("{PAGE}?x=1"));
    let cookies = newer(&cookies, &proved);
    let done = post(&site, "/api/fn/organizations/set-role", &cookies, HTML, set_role(&bob)).await;
    assert!(of(&done, "location").ends_with("?done=role"), "{}", of(&done, "location"));
    assert_eq!(role_of_bob(&site).await, "manager");
}

#[tokio::test]
async fn where_there_is_a_second_factor_a_password_does_not_confirm() {
    let site = Site::open().await;
    let (cookies, bob) = owner(&site).await;
    let ada = site.person("Ada").await;
    site.sql(&format!(
        "insert into totp_factors (user_id, secret, created_at, confirmed_at) values ('{ada}', sha256('t'), now(), now())"
    ))
    .await;
    site.test.db.clock().advance(TimeDelta::minutes(11));
    let proof = format!("password={}&code=&next=%2Flearn", PASSWORD.replace(' ', "+"));
    let refused = post(&site, "/api/fn/account/reauthenticate", &cookies, "application/json", proof).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let cookies = newer(&cookies, &refused);
    let asked = post(&site, "/api/fn/organizations/set-role", &cookies, "application/json", set_role(&bob)).await;
    assert_eq!(asked.status(), StatusCode::FORBIDDEN);
    assert!(text(asked).await.contains("confirm_required"));
    let request = Request::get("/account/confirm").header(header::COOKIE, &cookies).body(Body::empty()).unwrap();
    let page = text(site.send(request).await).await;
    assert!(page.contains("name=\"password\"") && page.contains("name=\"code\""), "both are asked for");
}

#[tokio::test]
async fn pages_that_change_keys_ask_before_they_are_filled_in() {
    let site = Site::open().await;
    let (cookies, _) = owner(&site).await;
    let path = format!("/account/organizations/{SLUG}/sign-on/new?kind=entra");
    let get = async |cookies: &str| {
        let request = Request::get(&path).header(header::COOKIE, cookies).header(header::ACCEPT, HTML);
        site.send(request.body(Body::empty()).unwrap()).await
    };
    assert_eq!(get(&cookies).await.status(), StatusCode::OK);
    site.test.db.clock().advance(TimeDelta::minutes(11));
    let response = get(&cookies).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert!(of(&response, "location").starts_with("/account/confirm?next=%2Faccount%2Forganizations%2Fleeds-council"));
}

#[tokio::test]
async fn a_role_that_asks_for_a_second_factor_opens_nothing_without_one() {
    let site = Site::open_with(&[("GUILDHALL_REQUIRE_SECOND_FACTOR", "admin,provider-owner")]).await;
    let cookies = site.sign_in("Ada").await;
    let ada = site.person("Ada").await;
    site.sql("update users set is_admin = true where name = 'Ada'").await;
    site.sql(&format!(
        "insert into organizations (id, kind, slug, name, created_at) values (gen_random_uuid(), 'provider', 'college', 'College', now());
         insert into memberships (organization_id, user_id, role, created_at) select id, '{ada}', 'owner', now() from organizations where slug = 'college'"
    ))
    .await;
    let get = async |path: &str, accept: &str| {
        let request = Request::get(path).header(header::COOKIE, &cookies).header(header::ACCEPT, accept);
        site.send(request.body(Body::empty()).unwrap()).await
    };
    for page in ["/admin", "/admin/people", "/admin/audit", "/account/organizations/college/members"] {
        let response = get(page, HTML).await;
        assert_eq!(
            (response.status(), of(&response, "location")),
            (StatusCode::SEE_OTHER, "/account/security"),
            "{page}"
        );
    }
    for function in ["/api/fn/admin/people", "/api/fn/admin/audit", "/api/fn/organizations/members?slug=college"] {
        let response = get(function, "application/json").await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{function}");
        assert!(text(response).await.contains("second_factor_required"), "{function}");
    }
    let rename = "slug=college&name=Mine".to_owned();
    let response = post(&site, "/api/fn/organizations/rename", &cookies, "application/json", rename).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let export = get("/admin/audit/export?format=csv", "*/*").await;
    assert!(text(export).await.contains("problems/set-up-second-factor"));
    site.sign_in("Bob").await;
    let everybody = text(get("/api/v1/users", "*/*").await).await;
    assert!(everybody.contains("ada@") && !everybody.contains("bob@"), "the API as well: {everybody}");
    assert_eq!(get("/account/security", HTML).await.status(), StatusCode::OK);
    // One is set up: all of it is there again, at once.
    site.sql(&format!(
        "insert into totp_factors (user_id, secret, created_at, confirmed_at) values ('{ada}', sha256('t'), now(), now())"
    ))
    .await;
    assert_eq!(get("/admin/people", HTML).await.status(), StatusCode::OK);
    assert_eq!(get("/account/organizations/college/members", HTML).await.status(), StatusCode::OK);
    assert!(text(get("/api/v1/users", "*/*").await).await.contains("bob@"));
}

#[tokio::test]
async fn a_provider_that_is_set_up_on_the_site_has_its_page() {
    let site = Site::open().await;
    site.sign_in("Ada").await;
    let session: uuid::Uuid = sqlx::query_scalar("select id from sessions").fetch_one(&site.test.owner).await.unwrap();
    let signed = guildhall_identity::session_actor(&site.test.db, session.into()).await.unwrap().unwrap();
    let actor = Actor::User(Box::new(signed.actor));
    let slug = org::create(&site.test.db, &actor, "provider", "Calder Valley Training").await.unwrap().slug;
    let (status, page) = site.get(&format!("/providers/{slug}")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Calder Valley Training"));
    let enterprise = org::create(&site.test.db, &actor, "enterprise", "Calder Council").await.unwrap().slug;
    assert_eq!(site.get(&format!("/providers/{enterprise}")).await.0, StatusCode::NOT_FOUND);
}
