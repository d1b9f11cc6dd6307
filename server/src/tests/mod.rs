//! The program from the outside, without a browser: every answer of HTTP that others rely on.

mod access;
mod audit;
mod bad_input;
mod cards;
mod edges;
mod federation;
mod files;
mod language;
mod outage;
mod outsiders;
mod pages;
mod privacy;
pub(crate) mod redis;
mod rest;
mod roles;
mod sessions;
mod settings;
mod step_up;
mod tampering;

use std::collections::BTreeMap;

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode},
};
use guildhall_catalog::{Format, ImportOptions};
use guildhall_db::{
    Db,
    testing::{self, TestDb},
};
use guildhall_kernel::Actor;
use http_body_util::BodyExt;
use leptos::config::LeptosOptions;
use tower::ServiceExt;

use crate::{config::Config, serve, state::AppState};

/// The site over a database of its own, with one free and one paid course.
pub(crate) struct Site {
    pub router: Router,
    pub state: AppState,
    pub test: TestDb,
    /// Index and files; gone with the site.
    _home: tempfile::TempDir,
}

const COURSES: &str = r#"[
  {"title": "Prompting for policy analysts", "summary": "Ask better questions.", "description": "Words about **prompts**.", "category": "policy-and-government",
   "level": "beginner", "price": "0", "duration_hours": "2", "provider": "Whitehall Data School", "skills": ["prompting"],
   "lessons": [{"module": "One", "title": "First", "kind": "text", "minutes": 10, "preview": true, "body": "Hello"}]},
  {"title": "Evaluate a model before you buy it", "summary": "Know what you get.", "description": "Tests.", "category": "Data and evaluation",
   "level": "intermediate", "price": "249.00", "duration_hours": "9", "provider": "Northgate Analytics", "skills": ["model evaluation"]}
]"#;

impl Site {
    pub(crate) async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// With settings of its own.
    pub(crate) async fn open_with(settings: &[(&str, &str)]) -> Self {
        let test = testing::database().await;
        let db = test.db.clone();
        Self::over(test, db, settings).await
    }

    /// The site over a way of its own to the test's database, with settings of its own.
    pub(crate) async fn over(test: TestDb, db: Db, settings: &[(&str, &str)]) -> Self {
        let options = ImportOptions { all_or_nothing: true, publish: true, provider: None };
        let report =
            guildhall_catalog::import(&test.db, &Actor::System("test"), Format::Json, COURSES.as_bytes(), &options)
                .await
                .unwrap();
        assert_eq!((report.created, report.errors.as_slice()), (2, [].as_slice()));
        let home = tempfile::tempdir().unwrap();
        let mut given = BTreeMap::from([
            ("DATABASE_URL".to_owned(), test.owner_url.clone()),
            ("GUILDHALL_INDEX".to_owned(), home.path().join("index").display().to_string()),
            ("GUILDHALL_FILES".to_owned(), format!("file:{}", home.path().join("files").display())),
        ]);
        given.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let config = Config::read(&given).unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let leptos =
            LeptosOptions::builder().output_name("guildhall").site_root(home.path().display().to_string()).build();
        let state = AppState::with_db(config, db, leptos).unwrap();
        guildhall_search::catch_up(&state.db, &state.index).await.unwrap();
        Self { router: serve::router(&state), state, test, _home: home }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, String) {
        let response = self.send(Request::get(path).body(Body::empty()).unwrap()).await;
        let status = response.status();
        (status, text(response).await)
    }
}

pub(crate) async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Has people agreed to the terms as they stand: those whose column has this value.
pub(crate) async fn agree(owner: &sqlx::PgPool, column: &str, value: &str) {
    for version in guildhall_identity::consents::CURRENT {
        let sql = format!(
            "insert into consents (user_id, document, version, given_at, source) select id, $2, $3, now(), 'asked' from users where {column} = $1
             on conflict do nothing"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(value)
            .bind(version.document.slug())
            .bind(i32::try_from(version.number).unwrap())
            .execute(owner)
            .await
            .unwrap();
    }
}

impl Site {
    /// The id of somebody by their name.
    pub(crate) async fn person(&self, name: &str) -> String {
        sqlx::query_scalar("select id::text from users where name = $1")
            .bind(name)
            .fetch_one(&self.test.owner)
            .await
            .unwrap()
    }

    /// Statements as the owner of the database.
    pub(crate) async fn sql(&self, statements: &str) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statements.to_owned())).execute(&self.test.owner).await.unwrap();
    }
}

/// Everything that a person's browser would send along after signing in.
impl Site {
    pub(crate) async fn sign_in(&self, name: &str) -> String {
        let passwords = guildhall_identity::Passwords::with_cost(self.test.db.chance(), 8, 1).unwrap();
        let hash = passwords.hash("copper lantern meadow 41").await.unwrap();
        let email = format!("{}@people.example.com", name.to_lowercase());
        sqlx::query(
            "insert into users (id, email, name, password_hash, email_confirmed_at, created_at, updated_at)
             values ($1, $2, $3, $4, now(), now(), now())",
        )
        .bind(self.test.db.id::<uuid::Uuid>())
        .bind(&email)
        .bind(name)
        .bind(hash)
        .execute(&self.test.owner)
        .await
        .unwrap();
        agree(&self.test.owner, "email", &email).await;
        self.sign_in_again(name).await
    }

    /// As [`Site::sign_in`], of somebody who has done so before.
    pub(crate) async fn sign_in_again(&self, name: &str) -> String {
        let email = format!("{}@people.example.com", name.to_lowercase());
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("email", &email)
            .append_pair("password", "copper lantern meadow 41")
            .finish();
        let request = Request::post("/api/fn/account/sign-in")
            .header("accept", "text/html")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        let response = self.send(request).await;
        let cookies: Vec<&str> = response
            .headers()
            .get_all("set-cookie")
            .iter()
            .map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap())
            .collect();
        assert!(!cookies.is_empty(), "signing in: {}", response.status());
        cookies.join("; ")
    }
}
