//! The program from the outside, without a browser: every answer of HTTP that others rely on.

mod access;
mod bad_input;
mod federation;
mod rest;
mod settings;

use std::collections::BTreeMap;

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode},
};
use guildhall_catalog::{Format, ImportOptions};
use guildhall_db::testing::{self, TestDb};
use guildhall_kernel::Actor;
use http_body_util::BodyExt;
use leptos::config::LeptosOptions;
use tower::ServiceExt;

use crate::{config::Config, serve, state::AppState};

/// The site over a database of its own, with one free and one paid course.
pub(crate) struct Site {
    pub router: Router,
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
        let test = testing::database().await;
        let options = ImportOptions { all_or_nothing: true, publish: true, provider: None };
        let report =
            guildhall_catalog::import(&test.db, &Actor::System("test"), Format::Json, COURSES.as_bytes(), &options)
                .await
                .unwrap();
        assert_eq!((report.created, report.errors.as_slice()), (2, [].as_slice()));
        let home = tempfile::tempdir().unwrap();
        let given = BTreeMap::from([
            ("DATABASE_URL".to_owned(), test.owner_url.clone()),
            ("GUILDHALL_INDEX".to_owned(), home.path().join("index").display().to_string()),
            ("GUILDHALL_FILES".to_owned(), format!("file:{}", home.path().join("files").display())),
        ]);
        let config = Config::read(&given).unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let leptos =
            LeptosOptions::builder().output_name("guildhall").site_root(home.path().display().to_string()).build();
        let state = AppState::with_db(config, test.db.clone(), leptos).unwrap();
        guildhall_search::catch_up(&state.db, &state.index).await.unwrap();
        Self { router: serve::router(&state), test, _home: home }
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
