//! The area on a server of its own, with a course of two texts and a quiz, and somebody who takes it.

use area_learner::LearnerRoutes;
use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{Method, StatusCode, header},
    routing::any,
};
use guildhall_db::testing::{TestDb, database};
use guildhall_host::RequestInfo;
use guildhall_kernel::{Actor, Chance, Clock, UserActor};
use guildhall_types::{CourseId, EnrollmentId, LessonId, OptionId, OrganizationId, QuestionId, SessionId, UserId};
use http_body_util::BodyExt;
use leptos::prelude::*;
use leptos_axum::{LeptosRoutes, generate_route_list, handle_server_fns_with_context};
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::components::{Router as Routing, Routes};
use tower::ServiceExt;
use uuid::Uuid;

pub struct Site {
    pub test: TestDb,
    pub learner: Actor,
    pub other: Actor,
    pub enrollment: EnrollmentId,
    /// Text, quiz, text.
    pub lessons: [LessonId; 3],
    pub questions: Vec<Question>,
}

pub struct Question {
    pub id: QuestionId,
    pub right: Vec<OptionId>,
    pub wrong: OptionId,
}

/// What came back.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub location: String,
    pub html: String,
}

impl Page {
    pub fn has(&self, text: &str) -> &Self {
        assert!(self.html.contains(text), "no {text:?} in:\n{}", self.html);
        self
    }

    pub fn lacks(&self, text: &str) -> &Self {
        assert!(!self.html.contains(text), "there is {text:?} in:\n{}", self.html);
        self
    }

    /// The input with this value is ticked.
    pub fn is_checked(&self, value: &str) -> bool {
        let inputs = self.html.split("<input").filter(|input| input.contains(&format!("value=\"{value}\"")));
        inputs.map(|input| input.split('>').next().unwrap_or_default()).any(|input| input.contains("checked"))
    }

    /// The value of the hidden input of this name.
    pub fn hidden(&self, name: &str) -> String {
        let input = self.html.split("<input").find(|input| input.contains(&format!("name=\"{name}\""))).unwrap();
        input.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }
}

pub fn id<T: From<Uuid>>() -> T {
    Chance::system().id(&Clock::system())
}

#[component]
fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Routing>
            <main id="main">
                <Routes fallback=|| "No such page">
                    <LearnerRoutes />
                </Routes>
            </main>
        </Routing>
    }
}

fn shell() -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en-GB">
            <head>
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

impl Site {
    pub async fn new() -> Self {
        let test = database().await;
        let learner = person(&test, "Ada Okafor").await;
        let other = person(&test, "Grace Lee").await;
        let site = Self { test, learner, other, enrollment: id(), lessons: [id(), id(), id()], questions: Vec::new() };
        site.stock().await
    }

    async fn stock(mut self) -> Self {
        let (provider, course, module): (OrganizationId, CourseId, Uuid) = (id(), id(), id());
        let owner = &self.test.owner;
        sqlx::query("insert into organizations (id, kind, slug, name, created_at) values ($1, 'provider', 'northgate', 'Northgate', now())")
            .bind(provider.0)
            .execute(owner)
            .await
            .unwrap();
        sqlx::query(
            "insert into courses (id, provider_id, category_id, slug, title, summary, description_md, level, price_pence, duration_minutes,
                state, published_at, created_at, updated_at)
             values ($1, $2, (select id from categories limit 1), 'testing', 'Testing models', 'How to.', '', 'beginner', 0, 60, 'published',
                now(), now(), now())",
        )
        .bind(course.0)
        .bind(provider.0)
        .execute(owner)
        .await
        .unwrap();
        sqlx::query("insert into modules (id, course_id, position, title) values ($1, $2, 0, 'The first module')")
            .bind(module)
            .bind(course.0)
            .execute(owner)
            .await
            .unwrap();
        for (position, (lesson, kind, title)) in (0..).zip([
            (self.lessons[0], "text", "Why test"),
            (self.lessons[1], "quiz", "Check yourself"),
            (self.lessons[2], "text", "The end"),
        ]) {
            sqlx::query("insert into lessons (id, course_id, module_id, position, title, kind, minutes) values ($1, $2, $3, $4, $5, $6, 10)")
                .bind(lesson.0)
                .bind(course.0)
                .bind(module)
                .bind(position)
                .bind(title)
                .bind(kind)
                .execute(owner)
                .await
                .unwrap();
            sqlx::query("insert into lesson_contents (lesson_id, course_id, body_md, pass_percent) values ($1, $2, 'Read *this*.', 50)")
                .bind(lesson.0)
                .bind(course.0)
                .execute(owner)
                .await
                .unwrap();
        }
        for (position, right) in [(0, 1), (1, 2)] {
            self.questions.push(question(&self.test, self.lessons[1], position, right).await);
        }
        sqlx::query("insert into enrollments (id, user_id, course_id, enrolled_at) values ($1, $2, $3, now())")
            .bind(self.enrollment.0)
            .bind(self.learner.user_id().unwrap().0)
            .bind(course.0)
            .execute(owner)
            .await
            .unwrap();
        self
    }

    async fn answer(&self, actor: &Actor, request: Request) -> Page {
        let (db, actor) = (self.test.db.clone(), actor.clone());
        let context = move || {
            provide_context(db.clone());
            provide_context(actor.clone());
            provide_context(RequestInfo::default());
        };
        let options = LeptosOptions::builder().output_name("test").build();
        let functions = {
            let context = context.clone();
            any(move |request: Request| handle_server_fns_with_context(context.clone(), request))
        };
        let router = Router::new()
            .route("/api/fn/{*name}", functions)
            .leptos_routes_with_context(&options, generate_route_list(App), context, shell)
            .with_state(options);
        let response = router.oneshot(request).await.unwrap();
        let status = response.status();
        let location = response
            .headers()
            .get(header::LOCATION)
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        // Marks between texts, which no reader sees.
        let html = String::from_utf8(bytes.to_vec()).unwrap().replace("<!>", "");
        Page { status, location, html }
    }

    pub async fn get_as(&self, actor: &Actor, path: &str) -> Page {
        self.answer(actor, Request::get(path).header(header::ACCEPT, "text/html").body(Body::empty()).unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Page {
        self.get_as(&self.learner, path).await
    }

    pub async fn ask(&self, method: Method, path: &str, purpose: &str) -> Page {
        let request =
            Request::builder().method(method).uri(path).header("sec-purpose", purpose).body(Body::empty()).unwrap();
        self.answer(&self.learner, request).await
    }

    /// Sends a form as a browser does, from the page at `referer`.
    pub async fn post_as(&self, actor: &Actor, name: &str, referer: &str, fields: &[(&str, &str)]) -> Page {
        self.send(actor, name, referer, "text/html,application/xhtml+xml", fields).await
    }

    pub async fn post(&self, name: &str, referer: &str, fields: &[(&str, &str)]) -> Page {
        self.post_as(&self.learner, name, referer, fields).await
    }

    /// As a script does.
    pub async fn call(&self, name: &str, fields: &[(&str, &str)]) -> Page {
        self.send(&self.learner, name, "/learn", "application/json", fields).await
    }

    async fn send(&self, actor: &Actor, name: &str, referer: &str, accept: &str, fields: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(format!("/api/fn/learner/{name}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, accept)
            .header(header::REFERER, format!("http://localhost{referer}"))
            .body(Body::from(body))
            .unwrap();
        self.answer(actor, request).await
    }

    pub fn lesson(&self, place: usize) -> String {
        format!("/learn/{}/lessons/{}", self.enrollment, self.lessons[place])
    }

    /// The fields that every form of a lesson has.
    pub fn at(&self, place: usize) -> [(&'static str, String); 2] {
        [("enrollment", self.enrollment.to_string()), ("lesson", self.lessons[place].to_string())]
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.test.owner).await.unwrap()
    }
}

async fn question(test: &TestDb, lesson: LessonId, position: i32, right: usize) -> Question {
    let question: QuestionId = id();
    sqlx::query(
        "insert into quiz_questions (id, lesson_id, position, prompt, multiple) values ($1, $2, $3, 'What?', $4)",
    )
    .bind(question.0)
    .bind(lesson.0)
    .bind(position)
    .bind(right > 1)
    .execute(&test.owner)
    .await
    .unwrap();
    let options: [OptionId; 3] = [id(), id(), id()];
    for (place, option) in options.iter().enumerate() {
        sqlx::query("insert into quiz_options (id, question_id, position, body, correct, feedback) values ($1, $2, $3, $4, $5, $6)")
            .bind(option.0)
            .bind(question.0)
            .bind(i32::try_from(place).unwrap())
            .bind(format!("Option {position}.{place}"))
            .bind(place < right)
            .bind(format!("Feedback {position}.{place}"))
            .execute(&test.owner)
            .await
            .unwrap();
    }
    Question { id: question, right: options[..right].to_vec(), wrong: options[2] }
}

async fn person(test: &TestDb, name: &str) -> Actor {
    let user: UserId = id();
    let email = format!("{}@example.org", user.0.simple());
    sqlx::query(
        "insert into users (id, email, name, password_hash, email_confirmed_at, created_at, updated_at) values ($1, $2, $3, 'x', now(), now(), now())",
    )
    .bind(user.0)
    .bind(&email)
    .bind(name)
    .execute(&test.owner)
    .await
    .unwrap();
    Actor::User(Box::new(UserActor {
        id: user,
        session: SessionId(user.0),
        organizations: Vec::new(),
        memberships: Vec::new(),
        is_admin: false,
        name: name.to_owned(),
        email,
        email_confirmed: true,
        is_provider: false,
        authenticated_at: Clock::system().now(),
        amr: Vec::new(),
        clock: Clock::system(),
        lacks_second_factor: false,
        must_agree: false,
    }))
}
