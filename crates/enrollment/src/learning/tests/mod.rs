//! Learning against a real database, seen as two learners, an admin and nobody.

mod grading;
mod isolation;
mod progress;
mod quizzes;
mod reviews;
mod shelf;

use guildhall_db::{
    OpError, OpResult,
    testing::{TestDb, database},
};
use guildhall_kernel::{Actor, Chance, Clock, UserActor};
use guildhall_types::{
    CourseId, EnrollmentId, Error, LessonId, OptionId, OrganizationId, QuestionId, SessionId, UserId,
};
use uuid::Uuid;

/// A course with two modules: a text, a video with a file, a quiz of two questions, another text.
struct World {
    test: TestDb,
    learner: Actor,
    other: Actor,
    admin: Actor,
    provider: OrganizationId,
    course: CourseId,
    enrollment: EnrollmentId,
    /// In their order: text, video, quiz, text.
    lessons: [LessonId; 4],
    quiz: Vec<QuizQuestion>,
}

/// A question of the fixture's quiz. Both have three options; the first one asks for one, the second for two.
struct QuizQuestion {
    id: QuestionId,
    right: Vec<OptionId>,
    wrong: Vec<OptionId>,
}

fn id<T: From<Uuid>>() -> T {
    Chance::system().id(&Clock::system())
}

impl World {
    async fn new() -> Self {
        let test = database().await;
        let learner = person(&test, "Ada Okafor", false).await;
        let other = person(&test, "Grace Lee", false).await;
        let admin = person(&test, "Root", true).await;
        let provider: OrganizationId = id();
        sqlx::query("insert into organizations (id, kind, slug, name, created_at) values ($1, 'provider', 'northgate', 'Northgate', now())")
            .bind(provider.0)
            .execute(&test.owner)
            .await
            .unwrap();
        let mut world = Self {
            test,
            learner,
            other,
            admin,
            provider,
            course: id(),
            enrollment: id(),
            lessons: [id(), id(), id(), id()],
            quiz: Vec::new(),
        };
        world.course = world.course("testing-models").await;
        world.fill_course().await;
        world.enrollment = world.enroll(&world.learner, world.course).await;
        world
    }

    async fn course(&self, slug: &str) -> CourseId {
        let course: CourseId = id();
        sqlx::query(
            "insert into courses (id, provider_id, category_id, slug, title, summary, description_md, level, price_pence,
                duration_minutes, state, published_at, created_at, updated_at)
             values ($1, $2, (select id from categories order by position limit 1), $3, 'Testing models', 'How to.', '', 'beginner', 0,
                60, 'published', now(), now(), now())",
        )
        .bind(course.0)
        .bind(self.provider.0)
        .bind(slug)
        .execute(&self.test.owner)
        .await
        .unwrap();
        course
    }

    async fn module(&self, course: CourseId, position: i32) -> Uuid {
        let module: Uuid = id();
        sqlx::query("insert into modules (id, course_id, position, title) values ($1, $2, $3, $4)")
            .bind(module)
            .bind(course.0)
            .bind(position)
            .bind(format!("Module {position}"))
            .execute(&self.test.owner)
            .await
            .unwrap();
        module
    }

    async fn lesson(&self, lesson: LessonId, course: CourseId, module: Uuid, position: i32, kind: &str) {
        sqlx::query("insert into lessons (id, course_id, module_id, position, title, kind, minutes) values ($1, $2, $3, $4, $5, $6, 10)")
            .bind(lesson.0)
            .bind(course.0)
            .bind(module)
            .bind(position)
            .bind(format!("Lesson {position} ({kind})"))
            .bind(kind)
            .execute(&self.test.owner)
            .await
            .unwrap();
        sqlx::query(
            "insert into lesson_contents (lesson_id, course_id, body_md, video_src, captions_src, download_name, download_key, pass_percent)
             values ($1, $2, '# Hello', $3, $4, $5, $6, $7)",
        )
        .bind(lesson.0)
        .bind(course.0)
        .bind((kind == "video").then_some("/media/one.mp4"))
        .bind((kind == "video").then_some("/media/one.vtt"))
        .bind((kind == "video").then_some("checklist.csv"))
        .bind((kind == "video").then_some("lessons/1/checklist-csv"))
        .bind((kind == "quiz").then_some(60))
        .execute(&self.test.owner)
        .await
        .unwrap();
    }

    async fn fill_course(&mut self) {
        let (first, second) = (self.module(self.course, 0).await, self.module(self.course, 1).await);
        let [text, video, quiz, last] = self.lessons;
        self.lesson(text, self.course, first, 0, "text").await;
        self.lesson(video, self.course, first, 1, "video").await;
        self.lesson(quiz, self.course, second, 0, "quiz").await;
        self.lesson(last, self.course, second, 1, "text").await;
        for (position, right) in [(0, 1), (1, 2)] {
            let question: QuestionId = id();
            sqlx::query("insert into quiz_questions (id, lesson_id, position, prompt, multiple) values ($1, $2, $3, 'What?', $4)")
                .bind(question.0)
                .bind(quiz.0)
                .bind(position)
                .bind(right > 1)
                .execute(&self.test.owner)
                .await
                .unwrap();
            let options: [OptionId; 3] = [id(), id(), id()];
            for (place, option) in options.iter().enumerate() {
                sqlx::query("insert into quiz_options (id, question_id, position, body, correct, feedback) values ($1, $2, $3, $4, $5, $6)")
                    .bind(option.0)
                    .bind(question.0)
                    .bind(i32::try_from(place).unwrap())
                    .bind(format!("Option {place}"))
                    .bind(place < right)
                    .bind(format!("Feedback {position}.{place}"))
                    .execute(&self.test.owner)
                    .await
                    .unwrap();
            }
            let (right, wrong) = options.split_at(right);
            self.quiz.push(QuizQuestion { id: question, right: right.to_vec(), wrong: wrong.to_vec() });
        }
    }

    async fn enroll(&self, actor: &Actor, course: CourseId) -> EnrollmentId {
        let enrollment: EnrollmentId = id();
        sqlx::query("insert into enrollments (id, user_id, course_id, enrolled_at) values ($1, $2, $3, $4)")
            .bind(enrollment.0)
            .bind(actor.user_id().unwrap().0)
            .bind(course.0)
            .bind(self.test.db.clock().now())
            .execute(&self.test.owner)
            .await
            .unwrap();
        enrollment
    }

    async fn refund(&self, enrollment: EnrollmentId) {
        sqlx::query("update enrollments set state = 'refunded' where id = $1")
            .bind(enrollment.0)
            .execute(&self.test.owner)
            .await
            .unwrap();
    }

    /// How many jobs of a name wait.
    async fn jobs(&self, name: &str) -> i64 {
        sqlx::query_scalar(
            "select count(*) from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
             where t.identifier = $1",
        )
        .bind(name)
        .fetch_one(&self.test.owner)
        .await
        .unwrap()
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.test.owner).await.unwrap()
    }

    fn right_answers(&self) -> Vec<(QuestionId, Vec<OptionId>)> {
        self.quiz.iter().map(|question| (question.id, question.right.clone())).collect()
    }

    fn wrong_answers(&self) -> Vec<(QuestionId, Vec<OptionId>)> {
        self.quiz.iter().map(|question| (question.id, question.wrong.clone().into_iter().take(1).collect())).collect()
    }

    async fn pass_quiz(&self) {
        let [_, _, quiz, _] = self.lessons;
        let attempt =
            super::submit_quiz(&self.test.db, &self.learner, self.enrollment, quiz, id(), self.right_answers())
                .await
                .unwrap();
        assert!(attempt.passed);
    }

    async fn complete(&self, lesson: LessonId) -> super::LessonDone {
        super::complete_lesson(&self.test.db, &self.learner, self.enrollment, lesson).await.unwrap()
    }
}

async fn person(test: &TestDb, name: &str, is_admin: bool) -> Actor {
    let user: UserId = id();
    let email = format!("{}@example.org", user.0.simple());
    sqlx::query(
        "insert into users (id, email, name, password_hash, email_confirmed_at, is_admin, created_at, updated_at)
         values ($1, $2, $3, 'x', now(), $4, now(), now())",
    )
    .bind(user.0)
    .bind(&email)
    .bind(name)
    .bind(is_admin)
    .execute(&test.owner)
    .await
    .unwrap();
    Actor::User(Box::new(UserActor {
        id: user,
        session: SessionId(user.0),
        organizations: Vec::new(),
        memberships: Vec::new(),
        is_admin,
        name: name.to_owned(),
        email,
        email_confirmed: true,
        is_provider: false,
        authenticated_at: chrono::DateTime::UNIX_EPOCH,
        amr: Vec::new(),
        clock: guildhall_kernel::Clock::fixed(chrono::DateTime::UNIX_EPOCH),
        lacks_second_factor: false,
        must_agree: false,
    }))
}

/// What the person is told.
fn told<T: std::fmt::Debug>(result: OpResult<T>) -> Error {
    match result.unwrap_err() {
        OpError::Told(error) => error,
        error => panic!("not something to tell a person: {error:?}"),
    }
}
