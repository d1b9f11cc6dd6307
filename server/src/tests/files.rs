//! The file store in a bucket: a stand-in that speaks the protocol of S3 and checks its signatures.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    error_handling::HandleError,
    http::{Request, StatusCode, header},
};
use futures::TryStreamExt;
use guildhall_audit::{Event, jobs, record, verify};
use guildhall_catalog::{Format, ImportOptions};
use guildhall_kernel::Actor;
use guildhall_privacy::{
    jobs::{PrepareExport, run_export},
    run_retention,
};
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutPayload, path::Path as Key};
use s3s::{
    S3Request, S3Result, access::S3Access, access::S3AccessContext, auth::SimpleAuth, dto::PutObjectInput,
    service::S3ServiceBuilder,
};

use super::{Site, edges::of};
use crate::{
    config::Config,
    downloads,
    files::Place,
    stored::{Labelled, hand_out},
};

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// S3 with one bucket, `guildhall`; gone with the test.
struct StandIn {
    address: String,
    folder: tempfile::TempDir,
}

/// What may go wrong at the other side.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Proper,
    /// Knows no `If-None-Match`.
    Forgetful,
    /// These keys may read and nothing else.
    ReadOnly,
}

#[async_trait::async_trait]
impl S3Access for Manner {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        match context.credentials() {
            Some(_) => Ok(()),
            None => Err(s3s::s3_error!(AccessDenied)),
        }
    }

    async fn put_object(&self, request: &mut S3Request<PutObjectInput>) -> S3Result<()> {
        match self {
            Self::Proper => {}
            Self::Forgetful => request.input.if_none_match = None,
            Self::ReadOnly => return Err(s3s::s3_error!(AccessDenied)),
        }
        Ok(())
    }
}

impl StandIn {
    async fn start(manner: Manner) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("guildhall")).unwrap();
        let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single(KEY, SECRET));
        builder.set_access(manner);
        let service = HandleError::new(builder.build(), |_| async { StatusCode::INTERNAL_SERVER_ERROR });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback_service(service)).await });
        Self { address, folder }
    }

    /// As an operator sets it, with some of it otherwise.
    fn settings<'a>(&'a self, other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut settings = vec![
            ("GUILDHALL_FILES", "s3://guildhall/site"),
            ("AWS_ENDPOINT_URL", self.address.as_str()),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
        ];
        // Later ones win.
        settings.extend(other);
        settings
    }

    fn place(&self, other: &[(&str, &str)]) -> Place {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut given: std::collections::BTreeMap<String, String> =
            self.settings(other).iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        given.insert("DATABASE_URL".to_owned(), "postgres://127.0.0.1/x".to_owned());
        Config::read(&given).unwrap().files
    }

    fn holds(&self, key: &str) -> bool {
        self.folder.path().join("guildhall").join(key).is_file()
    }
}

fn put(text: &'static str) -> PutPayload {
    PutPayload::from_static(text.as_bytes())
}

async fn read(store: &dyn ObjectStore, key: &Key) -> object_store::Result<Vec<u8>> {
    Ok(store.get(key).await?.bytes().await?.to_vec())
}

#[tokio::test]
async fn files_are_put_read_listed_and_deleted_under_the_prefix() {
    let s3 = StandIn::start(Manner::Proper).await;
    let store = s3.place(&[]).open().unwrap();
    let (key, other) = (Key::from("exports/a copy & more.zip"), Key::from("lessons/1/notes.txt"));
    store.put(&key, put("copy")).await.unwrap();
    store.put(&other, put("notes")).await.unwrap();
    assert!(s3.holds("site/lessons/1/notes.txt") && !s3.holds("lessons/1/notes.txt"));
    assert_eq!(read(&*store, &key).await.unwrap(), b"copy");
    let listed: Vec<_> = store.list(Some(&Key::from("exports"))).try_collect().await.unwrap();
    assert_eq!(listed.iter().map(|file| &file.location).collect::<Vec<_>>(), [&key]);
    store.put(&key, put("newer")).await.unwrap();
    assert_eq!(read(&*store, &key).await.unwrap(), b"newer");
    store.delete(&key).await.unwrap();
    assert!(matches!(store.get(&key).await, Err(Error::NotFound { .. })));
    store.delete(&key).await.unwrap();
    assert!(s3.holds("site/lessons/1/notes.txt"));
    // The same bucket without the prefix.
    let whole = s3.place(&[("GUILDHALL_FILES", "s3://guildhall")]).open().unwrap();
    assert_eq!(read(&*whole, &Key::from("site/lessons/1/notes.txt")).await.unwrap(), b"notes");
}

#[tokio::test]
async fn what_is_made_once_is_not_made_over() {
    let s3 = StandIn::start(Manner::Proper).await;
    let store = s3.place(&[]).open().unwrap();
    let key = Key::from("audit/anchors/2027-03-03.json");
    store.put_opts(&key, put("first"), PutMode::Create.into()).await.unwrap();
    let again = store.put_opts(&key, put("second"), PutMode::Create.into()).await;
    assert!(matches!(again, Err(Error::AlreadyExists { .. })), "{again:?}");
    assert_eq!(read(&*store, &key).await.unwrap(), b"first");
}

#[tokio::test]
async fn the_doctor_leaves_nothing_and_says_what_to_mend() {
    let s3 = StandIn::start(Manner::Proper).await;
    s3.place(&[]).check().await.unwrap();
    let secret = s3.folder.path().join("secret");
    std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
    let of_file = [("AWS_SECRET_ACCESS_KEY", ""), ("AWS_SECRET_ACCESS_KEY_FILE", secret.to_str().unwrap())];
    s3.place(&of_file).check().await.unwrap();
    let left = s3.place(&[("GUILDHALL_FILES", "s3://guildhall")]).open().unwrap();
    assert_eq!(left.list(None).try_collect::<Vec<_>>().await.unwrap(), []);
    for (setting, told) in [
        (("AWS_SECRET_ACCESS_KEY", "another"), "AWS_SECRET_ACCESS_KEY is not the secret of AWS_ACCESS_KEY_ID"),
        (("AWS_ACCESS_KEY_ID", "AKIANOBODY"), "AWS_ACCESS_KEY_ID is not known there"),
        (("GUILDHALL_FILES", "s3://elsewhere"), "there is no bucket elsewhere"),
        (("AWS_ENDPOINT_URL", "http://127.0.0.1:1"), "does not answer as S3 does"),
    ] {
        let fault = s3.place(&[setting]).check().await.unwrap_err();
        assert!(fault.contains(told) && !fault.contains(SECRET), "{fault}");
    }
    let forgetful = StandIn::start(Manner::Forgetful).await;
    let fault = forgetful.place(&[]).check().await.unwrap_err();
    assert!(fault.contains("If-None-Match"), "{fault}");
    let read_only = StandIn::start(Manner::ReadOnly).await;
    let fault = read_only.place(&[]).check().await.unwrap_err();
    assert!(fault.contains("s3:PutObject"), "{fault}");
}

#[tokio::test]
async fn without_keys_and_role_the_doctor_asks_for_keys() {
    let s3 = StandIn::start(Manner::Proper).await;
    // The machine's own service for roles, which is not there.
    let none =
        [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", ""), ("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1")];
    let fault = s3.place(&none).check().await.unwrap_err();
    assert!(fault.contains("AWS_ACCESS_KEY_ID is not set"), "{fault}");
}

const COURSE: &str = r#"[{"title": "Read the small print", "summary": "Of models.", "description": "All of it.",
  "category": "policy-and-government", "level": "beginner", "price": "0", "duration_hours": "1", "provider": "Whitehall Data School",
  "skills": ["reading"], "lessons": [{"module": "One", "title": "The file", "kind": "download", "minutes": 5,
  "download": {"name": "Small print.txt", "content": "All of the small print."}}]}]"#;

#[tokio::test]
async fn a_learner_fetches_a_lessons_file_from_the_bucket() {
    let s3 = StandIn::start(Manner::Proper).await;
    let site = Site::open_with(&s3.settings(&[])).await;
    let options = ImportOptions { all_or_nothing: true, publish: true, provider: None };
    let import =
        guildhall_catalog::import(&site.test.db, &Actor::System("test"), Format::Json, COURSE.as_bytes(), &options);
    downloads::store(&*site.state.files, &import.await.unwrap().files).await.unwrap();
    let (course, lesson): (uuid::Uuid, uuid::Uuid) =
        sqlx::query_as("select course_id, lesson_id from lesson_contents where download_key is not null")
            .fetch_one(&site.test.owner)
            .await
            .unwrap();
    assert!(s3.holds(&format!("site/lessons/{lesson}/small-print-txt")));
    let (ada, bob) = (site.sign_in("Ada").await, site.sign_in("Bob").await);
    let enrollment: uuid::Uuid = site.test.db.id();
    sqlx::query(
        "insert into enrollments (id, user_id, course_id, enrolled_at) select $1, id, $2, now() from users where name = 'Ada'",
    )
    .bind(enrollment)
    .bind(course)
    .execute(&site.test.owner)
    .await
    .unwrap();
    let path = format!("/learn/{enrollment}/files/{lesson}");
    let get = |cookie: &str| site.send(Request::get(&path).header(header::COOKIE, cookie).body(Body::empty()).unwrap());
    let response = get(&ada).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(of(&response, "content-disposition"), "attachment; filename=\"Smallprint.txt\"");
    assert_eq!((of(&response, "content-length"), of(&response, "accept-ranges")), ("23", "bytes"));
    let tag = of(&response, "etag").to_owned();
    assert_eq!(super::text(response).await, "All of the small print.");
    assert_eq!(get(&bob).await.status(), StatusCode::NOT_FOUND);
    let part = |range: &str, tag: &str| {
        let request = Request::get(&path).header(header::COOKIE, &ada).header(header::RANGE, range);
        site.send(request.header(header::IF_RANGE, tag).body(Body::empty()).unwrap())
    };
    let rest = part("bytes=11-", &tag).await;
    assert_eq!(rest.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!((of(&rest, "content-range"), of(&rest, "content-length")), ("bytes 11-22/23", "12"));
    assert_eq!(super::text(rest).await, "small print.");
    assert_eq!(super::text(part("bytes=-6", &tag).await).await, "print.");
    let beyond = part("bytes=23-", &tag).await;
    assert_eq!((beyond.status(), of(&beyond, "content-range")), (StatusCode::RANGE_NOT_SATISFIABLE, "bytes */23"));
    // Of another file by now, or several parts at once: all of it.
    for whole in [part("bytes=11-", "\"another\"").await, part("bytes=0-1,4-5", &tag).await] {
        assert_eq!(whole.status(), StatusCode::OK);
        assert_eq!(super::text(whole).await, "All of the small print.");
    }
    // Nobody gets a part of what they may not have.
    let stranger = Request::get(&path).header(header::COOKIE, &bob).header(header::RANGE, "bytes=0-1");
    assert_eq!(site.send(stranger.body(Body::empty()).unwrap()).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_large_file_comes_in_pieces_from_a_folder_and_from_a_bucket() {
    const SIZE: usize = 3 * 1024 * 1024;
    let s3 = StandIn::start(Manner::Proper).await;
    for settings in [s3.settings(&[]), Vec::new()] {
        let site = Site::open_with(&settings).await;
        let content: Vec<u8> = (0..SIZE).map(|place| u8::try_from(place % 251).unwrap()).collect();
        let key = "lessons/large/file.bin";
        site.state.files.put(&Key::from(key), PutPayload::from(content.clone())).await.unwrap();
        let label = Labelled { name: "a \"file\".bin", content_type: "application/octet-stream" };
        let handed = |range: Option<&str>| {
            let mut headers = axum::http::HeaderMap::new();
            if let Some(range) = range {
                headers.insert(header::RANGE, range.parse().unwrap());
            }
            let site = &site;
            async move { hand_out(&site.state, key, &headers, label).await.ok().unwrap() }
        };
        let response = handed(None).await;
        assert_eq!(of(&response, "content-length"), SIZE.to_string());
        assert_eq!(of(&response, "content-disposition"), "attachment; filename=\"afile.bin\"");
        let (mut pieces, mut whole) = (0, Vec::new());
        let mut stream = response.into_body().into_data_stream();
        while let Some(piece) = stream.try_next().await.unwrap() {
            pieces += 1;
            assert!(piece.len() < SIZE, "never all of it at once");
            whole.extend_from_slice(&piece);
        }
        assert!(pieces > 1 && whole == content);
        let part = handed(Some("bytes=1048576-2097151")).await;
        assert_eq!(of(&part, "content-range"), format!("bytes 1048576-2097151/{SIZE}"));
        let part = axum::body::to_bytes(part.into_body(), SIZE).await.unwrap();
        assert!(part == content[1_048_576..2_097_152]);
        // What is not there is our fault, and says so without its key.
        let missing = hand_out(&site.state, "lessons/none", &axum::http::HeaderMap::new(), label).await;
        assert_eq!(axum::response::IntoResponse::into_response(missing.err().unwrap()).status(), 503);
    }
}

#[tokio::test]
async fn the_trail_is_anchored_and_verified_in_the_bucket() {
    let s3 = StandIn::start(Manner::Proper).await;
    let site = Site::open_with(&s3.settings(&[])).await;
    let (db, files): (_, Arc<dyn ObjectStore>) = (&site.state.db, site.state.files.clone());
    let actor = Actor::System("test");
    let mut tx = db.begin(&actor).await.unwrap();
    record(&mut tx, &actor, Event::new("test.told", "number", 1)).await.unwrap();
    tx.commit().await.unwrap();
    let anchor = jobs::anchor(db, &*files).await.unwrap().unwrap();
    assert!(s3.holds(&format!("site/audit/anchors/{}.json", anchor.on)));
    // The day's first stays.
    assert_eq!(jobs::anchor(db, &*files).await.unwrap().unwrap(), anchor);
    let report = verify(db, &*files, |_, _| ()).await.unwrap();
    assert!(report.is_whole() && report.anchors == 1, "{:?}", report.faults);
    // What somebody changed in the bucket is seen.
    let key = Key::from(format!("audit/anchors/{}.json", anchor.on));
    let text = String::from_utf8(read(&*files, &key).await.unwrap()).unwrap();
    let other = text.replace(&hex_of(&anchor.hash), &hex_of(&[7; 32]));
    files.put(&key, PutPayload::from(other.into_bytes())).await.unwrap();
    assert!(!verify(db, &*files, |_, _| ()).await.unwrap().is_whole());
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_persons_copy_lies_in_the_bucket_until_its_week_is_over() {
    let s3 = StandIn::start(Manner::Proper).await;
    let site = Site::open_with(&s3.settings(&[])).await;
    let ada = site.sign_in("Ada").await;
    let ask = Request::post("/api/fn/account/ask-export")
        .header(header::COOKIE, &ada)
        .header(header::ACCEPT, "text/html")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    assert!(site.send(ask.body(Body::empty()).unwrap()).await.status().is_redirection());
    let id: uuid::Uuid = sqlx::query_scalar("select id from person_exports").fetch_one(&site.test.owner).await.unwrap();
    let (db, files) = (&site.state.db, site.state.files.clone());
    run_export(db, &*files, &PrepareExport { export: id.into() }).await.unwrap();
    let file = format!("site/exports/{id}.zip");
    assert!(s3.holds(&file));
    let fetch = Request::get(format!("/account/privacy/copies/{id}")).header(header::COOKIE, &ada);
    let response = site.send(fetch.body(Body::empty()).unwrap()).await;
    assert_eq!((response.status(), of(&response, "content-type")), (StatusCode::OK, "application/zip"));
    db.clock().advance(chrono::TimeDelta::days(8));
    run_retention(db, &*files, false).await.unwrap();
    assert!(!s3.holds(&file));
}
