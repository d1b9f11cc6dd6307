//! Everything that can be asked of the site, asked by everybody: each server function, page and route, as nobody, as a
//! stranger, as the owner of another organisation, in each role, as a platform admin, and as an owner and an admin who proved
//! who they are some time ago (`confirm` where they are asked again). The answers stand in `access.table`; what is new or answers otherwise fails this test until the table says so (`WRITE_ACCESS=1` writes it:
//! read the difference before you commit it). `terms.table` says the same of those who have not agreed to the terms.

use std::{collections::BTreeMap, path::Path};

use axum::{
    body::Body,
    http::{Method, Request, Response, StatusCode, header},
};
use guildhall_app::App;
use leptos_axum::generate_route_list;

use super::{Site, text};

const PASSWORD: &str = "violet kettle 42 harbour";
/// The column, the person's part of an address, which organisation their calls name, and how many minutes ago they proved who
/// they are.
const PEOPLE: [(&str, &str, &str, i64); 10] = [
    ("stranger", "stranger", ENTERPRISE, 0),
    ("elsewhere", "elsewhere", ENTERPRISE, 0),
    ("learner", "learner", ENTERPRISE, 0),
    ("manager", "manager", ENTERPRISE, 0),
    ("owner", "owner", ENTERPRISE, 0),
    ("analyst", "analyst", PROVIDER, 0),
    ("editor", "editor", PROVIDER, 0),
    ("admin", "admin", ENTERPRISE, 0),
    ("owner-11", "owner", ENTERPRISE, 11),
    ("admin-11", "admin", ENTERPRISE, 11),
];
const ENTERPRISE: &str = "leeds-council";
const PROVIDER: &str = "leeds-college";
const COURSE: &str = "prompting-for-policy-analysts";
const VICTIM: &str = "01900000-0000-7000-8000-0000000000a9";
const TEAM: &str = "01900000-0000-7000-8000-0000000000b1";
const INVITATION: &str = "01900000-0000-7000-8000-0000000000b2";
const NOBODYS: &str = "01900000-0000-7000-8000-0000000000ff";

/// Puts everything back, whatever the last call has done.
const FURNISH: &str = "
    insert into users (id, email, name, password_hash, email_confirmed_at, is_admin, created_at, updated_at)
        select ('01900000-0000-7000-8000-0000000000a' || n)::uuid, who || '@people.example', who, '{hash}', now(), who = 'admin', now(), now()
        from (values (1, 'stranger'), (2, 'elsewhere'), (3, 'learner'), (4, 'manager'), (5, 'owner'), (6, 'analyst'), (7, 'editor'), (8, 'admin'), (9, 'victim'))
            as people (n, who)
        on conflict (id) do update set suspended_at = null, suspended_reason = null, password_hash = excluded.password_hash,
            email = excluded.email, name = excluded.name, email_confirmed_at = excluded.email_confirmed_at, is_admin = excluded.is_admin;
    delete from erasures;
    insert into organizations (id, kind, slug, name, created_at) values
        ('01900000-0000-7000-8000-0000000000c1', 'enterprise', 'leeds-council', 'Leeds Council', now()),
        ('01900000-0000-7000-8000-0000000000c2', 'provider', 'leeds-college', 'Leeds College', now()),
        ('01900000-0000-7000-8000-0000000000c3', 'enterprise', 'elsewhere', 'Elsewhere', now())
        on conflict (id) do update set suspended_at = null, suspended_reason = null, name = excluded.name;
    insert into memberships (organization_id, user_id, role, created_at)
        select ('01900000-0000-7000-8000-0000000000c' || o)::uuid, ('01900000-0000-7000-8000-0000000000a' || p)::uuid, role, now()
        from (values (1, 5, 'owner'), (2, 9, 'owner'), (3, 2, 'owner'), (1, 3, 'learner'), (1, 4, 'manager'), (1, 9, 'learner'),
            (2, 6, 'analyst'), (2, 7, 'editor')) as members (o, p, role)
        on conflict (organization_id, user_id) do update set role = excluded.role;
    insert into teams (id, organization_id, name, created_at)
        values ('01900000-0000-7000-8000-0000000000b1', '01900000-0000-7000-8000-0000000000c1', 'Team', now())
        on conflict (id) do update set name = excluded.name;
    insert into team_members (team_id, organization_id, user_id, created_at)
        values ('01900000-0000-7000-8000-0000000000b1', '01900000-0000-7000-8000-0000000000c1', '01900000-0000-7000-8000-0000000000a9', now())
        on conflict do nothing;
    delete from invitations;
    insert into invitations (id, organization_id, email, role, token_hash, created_at, sent_at, expires_at)
        values ('01900000-0000-7000-8000-0000000000b2', '01900000-0000-7000-8000-0000000000c1', 'victim@people.example', 'learner', sha256('i'),
            '2027-03-01', '2027-03-01', '2027-03-15');
    delete from organization_domains;
    -- Proved already, so that no test asks the DNS; whoever joined by it leaves again.
    insert into organization_domains (organization_id, domain, verification, created_at, verified_at, verified_by)
        values ('01900000-0000-7000-8000-0000000000c1', 'people.example', repeat('v', 43), now(), now(), 'dns');
    delete from memberships where organization_id = '01900000-0000-7000-8000-0000000000c1'
        and user_id in (select id from users where name in ('stranger', 'elsewhere', 'admin'));
";

/// One thing that can be asked for.
#[derive(Debug)]
struct Call {
    /// As it stands in the table.
    name: String,
    method: Method,
    path: String,
    fields: String,
}

fn slug_for(path: &str, organization: &str) -> String {
    let of_organization =
        ["/organizations/", "/admin/", "/invitations/", "account/sign-on", "-connection", "-scim-token"]
            .iter()
            .any(|part| path.contains(part));
    if of_organization {
        organization.to_owned()
    } else if path.contains("provider") {
        "whitehall-data-school".to_owned()
    } else {
        COURSE.to_owned()
    }
}

fn id_for(path: &str) -> &'static str {
    if path.contains("/admin/") { VICTIM } else { NOBODYS }
}

/// Fields of every name that a function may ask for; unknown ones are passed over.
fn fields(path: &str, organization: &str) -> String {
    let (slug, id) = (slug_for(path, organization), id_for(path));
    let role = if organization == PROVIDER { "analyst" } else { "learner" };
    format!(
        "slug={slug}&user={VICTIM}&team={TEAM}&invitation={INVITATION}&role={role}&manager=true&kind=enterprise&domain=people.example\
         &mailbox=postmaster&code=1&mail_code=x&credential=x&reason=R&why=W&cursor=&query=&lesson={NOBODYS}&enrollment={NOBODYS}&order={NOBODYS}&session={NOBODYS}\
         &submission={NOBODYS}&id={id}&prefix=a&page=1&price=0&back=false&email=new%40people.example&password=x&name=A&token_name=T&token=x&next=%2F\
         &rating=5&title=T&body=B&text=B&current=x&new=x&current_password=x&new_password=x&answers[q-{NOBODYS}][0]={NOBODYS}"
    )
}

/// Every server function, page and route.
fn calls(organization: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    for (path, method) in leptos::server_fn::axum::server_fn_paths() {
        calls.push(Call {
            name: format!("{method} {path}"),
            method,
            path: path.to_owned(),
            fields: fields(path, organization),
        });
    }
    for route in generate_route_list(App) {
        let path = route.path().to_owned();
        calls.push(Call {
            name: format!("GET {path}"),
            method: Method::GET,
            path: filled(&path, organization),
            fields: String::new(),
        });
    }
    for (path, method) in written_routes() {
        calls.push(Call {
            name: format!("{method} {path}"),
            method,
            path: filled(&path, organization),
            fields: String::new(),
        });
    }
    calls.sort_by(|a, b| a.name.cmp(&b.name));
    calls.dedup_by(|a, b| a.name == b.name);
    calls
}

/// A route's path with something in its parameters.
fn filled(path: &str, organization: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{slug}" | ":slug" | "{id_or_slug}" => slug_for(path, organization),
        "{token}" => "x".to_owned(),
        part if part.starts_with('{') || part.starts_with(':') => id_for(path).to_owned(),
        part => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

/// The routes that stand in the program's sources: axum does not tell them.
fn written_routes() -> Vec<(String, Method)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("tests") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.extend(routes_in(&std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    found
}

fn routes_in(source: &str) -> Vec<(String, Method)> {
    let mut found = Vec::new();
    for part in source.split(".route(").skip(1) {
        let Some((path, handlers)) = part.trim_start().strip_prefix('"').and_then(|part| part.split_once('"')) else {
            continue;
        };
        // The sandbox stands in for others, and what is caught by `*` is nothing of ours.
        if path.contains('*') || path.starts_with("/sandbox") {
            continue;
        }
        let handlers = handlers.split(".route(").next().unwrap_or_default().lines().take(2).collect::<String>();
        for (word, method) in [
            ("get(", Method::GET),
            ("post(", Method::POST),
            ("put(", Method::PUT),
            ("patch(", Method::PATCH),
            ("delete(", Method::DELETE),
        ] {
            if handlers.contains(word) {
                found.push((path.to_owned(), method));
            }
        }
    }
    found
}

/// What an answer says about who may.
async fn verdict(response: Response<Body>) -> String {
    let status = response.status();
    let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
    let leads_to = |page: &str| location.is_some_and(|location| location.starts_with(&format!("{page}?next=")));
    let (to_sign_in, to_confirm, to_agree) =
        (leads_to("/sign-in"), leads_to("/account/confirm"), leads_to("/account/agree"));
    let refused = if status == StatusCode::FORBIDDEN { text(response).await } else { String::new() };
    match status {
        StatusCode::UNAUTHORIZED => "sign-in".to_owned(),
        _ if to_sign_in => "sign-in".to_owned(),
        _ if to_confirm || refused.contains("confirm_required") => "confirm".to_owned(),
        // Of a server function, of a page, and of the API.
        _ if to_agree || refused.contains("agreement_required") || refused.contains("/agree-to-terms") => {
            "agree".to_owned()
        }
        StatusCode::FORBIDDEN => "no".to_owned(),
        StatusCode::NOT_FOUND => "hidden".to_owned(),
        status if status.is_server_error() => status.as_u16().to_string(),
        _ => "yes".to_owned(),
    }
}

async fn ask(site: &Site, call: &Call, cookies: &str) -> String {
    let is_function = call.path.starts_with("/api/fn/");
    let uri = if is_function && call.method == Method::GET {
        format!("{}?{}", call.path, call.fields)
    } else {
        call.path.clone()
    };
    let mut request = Request::builder().method(call.method.clone()).uri(uri);
    let accept = if is_function { "application/json" } else { "text/html" };
    request = request.header(header::ACCEPT, accept);
    if call.method != Method::GET {
        request = request
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
    }
    if !cookies.is_empty() {
        request = request.header(header::COOKIE, cookies);
    }
    let body = if call.method == Method::GET { Body::empty() } else { Body::from(call.fields.clone()) };
    verdict(site.send(request.body(body).unwrap()).await).await
}

/// Signs in as the form does, so many minutes ago; the cookies of the answer.
async fn sign_in(site: &Site, who: &str, minutes: i64) -> String {
    let body = format!("email={who}%40people.example&password={}", PASSWORD.replace(' ', "+"));
    let request = Request::post("/api/fn/account/sign-in")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header(header::ACCEPT, "application/json");
    let response = site.send(request.body(Body::from(body)).unwrap()).await;
    let cookies: Vec<&str> = response
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|cookie| cookie.to_str().ok()?.split(';').next())
        .collect();
    assert!(!cookies.is_empty(), "{who} can't sign in: {}", response.status());
    site.test.db.clock().advance(chrono::TimeDelta::minutes(minutes));
    cookies.join("; ")
}

async fn furnish(site: &Site, hash: &str) {
    let sql = FURNISH.replace("{hash}", hash);
    let mut tx = site.test.owner.begin().await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// The site with everybody on it, and the hash of their password, by which it is put back.
async fn open() -> (Site, String) {
    let site = Site::open_with(&[("GUILDHALL_RATE_LIMITS", "off")]).await;
    let passwords = guildhall_identity::Passwords::with_cost(&guildhall_kernel::Chance::system(), 64, 1).unwrap();
    let hash = passwords.hash(PASSWORD).await.unwrap();
    furnish(&site, &hash).await;
    (site, hash)
}

/// After a call of this path its session may be over.
fn ends_session(path: &str) -> bool {
    ["sign-out", "session", "password", "sign-in"].iter().any(|word| path.contains(word))
}

/// Lines of a table with these heads.
fn printed(heads: &[&str], table: BTreeMap<String, Vec<String>>) -> String {
    let width = table.keys().map(String::len).max().unwrap_or_default();
    let line = |name: &str, cells: Vec<String>| {
        let cells: String = cells.iter().map(|cell| format!(" {cell:<9}")).collect();
        format!("{name:<width$}{}\n", cells.trim_end_matches(' '))
    };
    let mut text = line("", heads.iter().map(|head| (*head).to_owned()).collect());
    for (name, cells) in table {
        text.push_str(&line(&name, cells));
    }
    text
}

/// Compares with the committed table, or writes it.
fn compare(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests").join(file);
    if std::env::var_os("WRITE_ACCESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let known: Vec<&str> = committed.lines().collect();
    let new: Vec<&str> = text.lines().filter(|line| !known.contains(line)).collect();
    let gone: Vec<&&str> = known.iter().filter(|line| !text.lines().any(|one| one == **line)).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "answers that {file} does not know:\n{new:#?}\nrows that are not so any more:\n{gone:#?}"
    );
}

/// The same calls by people who have not agreed to the terms as they stand: `agree` where they are asked to first. What is
/// needed to agree, to read, to sign out, to take one's data and to go is open, and nothing that buys, learns or publishes.
#[tokio::test]
async fn whoever_has_not_agreed_gets_what_the_table_says() {
    let (site, hash) = open().await;
    let people = [("owner", "owner", ENTERPRISE), ("editor", "editor", PROVIDER), ("admin", "admin", ENTERPRISE)];
    let mut table: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, who, organization) in people {
        let mut cookies = sign_in(&site, who, 0).await;
        for call in calls(organization) {
            let answer = ask(&site, &call, &cookies).await;
            table.entry(call.name.clone()).or_default().push(answer);
            furnish(&site, &hash).await;
            if ends_session(&call.path) {
                cookies = sign_in(&site, who, 0).await;
            }
        }
    }
    let given: i64 = sqlx::query_scalar("select count(*) from consents").fetch_one(&site.test.owner).await.unwrap();
    assert_eq!(given, 0, "nobody agreed on the way");
    let asked: Vec<&String> =
        table.iter().filter(|(_, cells)| cells.iter().any(|cell| cell == "agree")).map(|(name, _)| name).collect();
    for open in ["account/agree", "account/privacy", "/ask-", "/copies/", "/sign-out", "/terms", "/leave", "/transfer"]
    {
        assert!(!asked.iter().any(|name| name.contains(open)), "{open} is closed");
    }
    for closed in ["checkout/buy", "learner/", "GET /learn", "GET /checkout", "organizations/create"] {
        assert!(asked.iter().any(|name| name.contains(closed)), "{closed} is open");
    }
    compare("terms.table", &printed(&people.map(|(column, ..)| column), table));
}

#[tokio::test]
async fn everybody_gets_what_the_table_says() {
    let (site, hash) = open().await;
    // Whoever has not agreed to the terms is led to where that is done.
    super::agree(&site.test.owner, "password_hash", &hash).await;
    let mut table: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for call in calls(ENTERPRISE) {
        table.entry(call.name.clone()).or_default().push(ask(&site, &call, "").await);
        furnish(&site, &hash).await;
    }
    for (_, who, organization, minutes) in PEOPLE {
        let mut cookies = sign_in(&site, who, minutes).await;
        for call in calls(organization) {
            let answer = ask(&site, &call, &cookies).await;
            table.entry(call.name.clone()).or_default().push(answer);
            furnish(&site, &hash).await;
            if ends_session(&call.path) {
                cookies = sign_in(&site, who, minutes).await;
            }
        }
    }
    let heads: Vec<&str> = ["anonymous"].into_iter().chain(PEOPLE.map(|(column, ..)| column)).collect();
    compare("access.table", &printed(&heads, table));
}
