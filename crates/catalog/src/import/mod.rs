//! Courses from a file: CSV with a header, or a JSON array. Each row stands alone unless all or nothing is asked for.

mod store;

use guildhall_db::{Db, OpError, OpResult, Tx};
use guildhall_kernel::{Action, Actor, Subject, slug::slugify};
use guildhall_types::{CategoryId, CourseId, Error, LessonId, ModuleId, OrganizationId, catalog::LessonKind};
use uuid::Uuid;

use crate::policy::{CourseDraft, CourseRecord, LessonRecord, QuizRecord};

/// How the file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Json,
}

#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// One bad row keeps everything out.
    pub all_or_nothing: bool,
    /// New courses are published at once, not left as drafts. For admins and the seed.
    pub publish: bool,
    /// The provider of rows that name none.
    pub provider: Option<OrganizationId>,
}

/// What is wrong with one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// The line in the file, from 1; for JSON the number of the entry, from 1.
    pub line: u64,
    /// The column; empty when it concerns the row as a whole.
    pub column: String,
    pub message: String,
}

/// How an import went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub errors: Vec<RowError>,
    /// Files of download lessons: key and content, to be put into the file store.
    pub files: Vec<(String, String)>,
}

/// Reads a file and puts its courses into the catalogue. Running it again updates by slug: nothing doubles.
///
/// # Errors
/// When the actor may not import, or the database fails. Bad rows are no errors of this kind: they stand in the report.
pub async fn import(
    db: &Db,
    actor: &Actor,
    format: Format,
    bytes: &[u8],
    options: &ImportOptions,
) -> OpResult<ImportReport> {
    let trusted = actor.can(Action::ImportCourses, &Subject::Platform);
    match options.provider {
        Some(provider) => actor.may(Action::EditCourses, &Subject::Organization(provider))?,
        None => actor.may(Action::ImportCourses, &Subject::Platform)?,
    }
    let mut report = ImportReport::default();
    let mut drafts = Vec::new();
    for (line, record) in read(format, bytes) {
        match record.and_then(|record| record.check().map_err(|error| errors_of(line, &error))) {
            Ok(draft) if draft.provider.is_some() && !trusted => {
                report.errors.push(row_error(line, "provider", "only admins may name a provider: leave this empty"));
            }
            Ok(draft) => drafts.push((line, draft)),
            Err(errors) => report.errors.extend(errors),
        }
    }
    if options.all_or_nothing {
        if !report.errors.is_empty() {
            return Ok(report);
        }
        let mut tx = db.begin(actor).await?;
        for (line, draft) in &drafts {
            if let Err(error) = put(db, &mut tx, draft, options, &mut report).await {
                let errors = vec![told(*line, error)?];
                return Ok(ImportReport { errors, ..ImportReport::default() });
            }
        }
        tx.commit().await?;
        return Ok(report);
    }
    for (line, draft) in &drafts {
        let mut tx = db.begin(actor).await?;
        let before = report.clone();
        match put(db, &mut tx, draft, options, &mut report).await {
            Ok(()) => tx.commit().await?,
            Err(error) => {
                report = before;
                report.errors.push(told(*line, error)?);
            }
        }
    }
    report.errors.sort_by_key(|error| error.line);
    Ok(report)
}

fn told(line: u64, error: OpError) -> OpResult<RowError> {
    match error {
        OpError::Told(Error::Invalid { fields, .. }) => {
            let (column, message) =
                fields.into_iter().next().map_or_else(Default::default, |field| (field.field, field.message));
            Ok(RowError { line, column, message })
        }
        other => Err(other),
    }
}

fn row_error(line: u64, column: &str, message: &str) -> RowError {
    RowError { line, column: column.to_owned(), message: message.to_owned() }
}

fn errors_of(line: u64, error: &Error) -> Vec<RowError> {
    error.fields().iter().map(|field| row_error(line, &field.field, &field.message)).collect()
}

type Row = (u64, Result<CourseRecord, Vec<RowError>>);

fn read(format: Format, bytes: &[u8]) -> Vec<Row> {
    match format {
        Format::Csv => read_csv(bytes),
        Format::Json => read_json(bytes),
    }
}

const COLUMNS: [&str; 16] = [
    "title",
    "summary",
    "description",
    "category",
    "level",
    "price",
    "duration_hours",
    "slug",
    "skills",
    "delivery",
    "language",
    "provider",
    "outcomes",
    "audience",
    "requirements",
    "lessons",
];

fn read_csv(bytes: &[u8]) -> Vec<Row> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::Headers).from_reader(bytes);
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => return vec![(1, Err(vec![row_error(1, "", &format!("the header can't be read: {error}"))]))],
    };
    let unknown: Vec<&str> = header.iter().filter(|name| !COLUMNS.contains(name)).collect();
    if !unknown.is_empty() {
        let message = format!("unknown columns: {}. Known are: {}", unknown.join(", "), COLUMNS.join(", "));
        return vec![(1, Err(vec![row_error(1, unknown.first().copied().unwrap_or_default(), &message)]))];
    }
    let missing: Vec<RowError> = COLUMNS
        .iter()
        .take(7)
        .filter(|name| !header.iter().any(|column| column == **name))
        .map(|name| row_error(1, name, "this column is missing from the header"))
        .collect();
    if !missing.is_empty() {
        return vec![(1, Err(missing))];
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                if record.len() != header.len() {
                    let message = format!("this row has {} fields, the header {}", record.len(), header.len());
                    rows.push((line, Err(vec![row_error(line, "", &message)])));
                    continue;
                }
                rows.push((line, Ok(from_csv(&header, &record))));
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                let message = if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) {
                    "this row is not UTF-8".to_owned()
                } else {
                    error.to_string()
                };
                rows.push((line, Err(vec![row_error(line, "", &message)])));
            }
        }
    }
    rows
}

fn from_csv(header: &csv::StringRecord, record: &csv::StringRecord) -> CourseRecord {
    let get = |name: &str| {
        header.iter().position(|column| column == name).and_then(|at| record.get(at)).unwrap_or_default().to_owned()
    };
    let list =
        |name: &str| get(name).split(';').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
    CourseRecord {
        title: get("title"),
        summary: get("summary"),
        description: get("description"),
        category: get("category"),
        level: get("level"),
        price: get("price"),
        duration_hours: get("duration_hours"),
        slug: get("slug"),
        skills: list("skills"),
        delivery: get("delivery"),
        language: get("language"),
        provider: get("provider"),
        outcomes: list("outcomes"),
        audience: get("audience"),
        requirements: get("requirements"),
        lessons: None,
    }
}

fn read_json(bytes: &[u8]) -> Vec<Row> {
    let entries: Vec<serde_json::Value> = match serde_json::from_slice(bytes) {
        Ok(entries) => entries,
        Err(error) => {
            let line = u64::try_from(error.line()).unwrap_or_default();
            return vec![(line, Err(vec![row_error(line, "", &format!("this is no JSON array of courses: {error}"))]))];
        }
    };
    let numbered = (1_u64..).zip(entries);
    numbered
        .map(|(number, entry)| {
            (number, serde_json::from_value(entry).map_err(|error| vec![row_error(number, "", &error.to_string())]))
        })
        .collect()
}

async fn put(
    db: &Db,
    tx: &mut Tx,
    draft: &CourseDraft,
    options: &ImportOptions,
    report: &mut ImportReport,
) -> OpResult<()> {
    let at = db.clock().now();
    let Some(category) = store::category_id(tx, &draft.category).await? else {
        let known = store::category_slugs(tx).await?.join(", ");
        return Err(
            Error::field("category", format!("there is no category “{}”; there are: {known}", draft.category)).into()
        );
    };
    let provider = match (&draft.provider, options.provider) {
        (Some(name), _) => provider(db, tx, name).await?,
        (None, Some(own)) => own.0,
        (None, None) => return Err(Error::field("provider", "name the provider").into()),
    };
    let known = store::course_by_slug(tx, &draft.slug).await?;
    if known.is_some_and(|(_, owner)| owner != provider) {
        return Err(
            Error::field("slug", format!("another provider has a course with the slug “{}”", draft.slug)).into()
        );
    }
    let id = known.map_or_else(|| db.id::<CourseId>(), |(id, _)| id.into());
    let write = store::CourseWrite {
        id,
        provider: provider.into(),
        category: CategoryId(category),
        draft,
        state: if options.publish { "published" } else { "draft" },
        at,
    };
    let written = store::put_course(tx, &write).await.map_err(|error| match guildhall_db::violated(&error) {
        // Another provider's unpublished course is out of sight, but its slug is taken.
        Some("courses_slug_key") => {
            Error::field("slug", format!("another provider has a course with the slug “{}”", draft.slug)).into()
        }
        _ => OpError::from(error),
    })?;
    let mut skills = Vec::with_capacity(draft.skills.len());
    for (slug, name) in &draft.skills {
        skills.push(store::skill_id(tx, db.id(), slug, name).await?);
    }
    let same_skills = store::course_skill_ids(tx, id.0).await? == skills;
    if !same_skills {
        store::put_course_skills(tx, id.0, &skills).await?;
    }
    if let Some(lessons) = &draft.lessons {
        put_lessons(db, tx, id, lessons, report).await?;
    }
    match (known, written || !same_skills) {
        (None, _) => report.created += 1,
        (Some(_), true) => report.updated += 1,
        (Some(_), false) => report.unchanged += 1,
    }
    Ok(())
}

async fn provider(db: &Db, tx: &mut Tx, name: &str) -> OpResult<Uuid> {
    let slug = slugify(name);
    if slug.is_empty() || name.chars().count() > 120 {
        return Err(
            Error::field("provider", "a provider's name has letters or digits, and at most 120 characters").into()
        );
    }
    if let Some(known) = store::provider_id(tx, &slug, name).await? {
        return Ok(known);
    }
    let id: OrganizationId = db.id();
    store::insert_provider(tx, id.0, &slug, name, db.clock().now()).await?;
    Ok(id.0)
}

async fn put_lessons(
    db: &Db,
    tx: &mut Tx,
    course: CourseId,
    lessons: &[LessonRecord],
    report: &mut ImportReport,
) -> OpResult<()> {
    let known = store::lesson_ids(tx, course.0).await?;
    store::defer_positions(tx).await?;
    let mut kept: Vec<Uuid> = Vec::with_capacity(lessons.len());
    let mut modules: Vec<(String, Uuid, i32)> = Vec::new();
    for record in lessons {
        let title = record.module.trim();
        let at = match modules.iter().position(|(name, ..)| name == title) {
            Some(at) => at,
            None => {
                let position = i32::try_from(modules.len()).unwrap_or(i32::MAX);
                let id = store::put_module(tx, db.id::<ModuleId>(), course.0, position, title).await?;
                modules.push((title.to_owned(), id, 0));
                modules.len() - 1
            }
        };
        let Some((_, module, next)) = modules.get_mut(at) else { continue };
        let same = known
            .iter()
            .find(|(id, module, name)| module == title && name == record.title.trim() && !kept.contains(id));
        let id = same.map_or_else(|| db.id::<LessonId>(), |(id, ..)| LessonId(*id));
        let download_key = record.download.as_ref().map(|download| format!("lessons/{id}/{}", slugify(&download.name)));
        if let (Some(key), Some(download)) = (&download_key, &record.download) {
            report.files.push((key.clone(), download.content.clone()));
        }
        let write = store::LessonWrite { id, course: course.0, module: *module, position: *next, record, download_key };
        store::put_lesson(tx, &write).await?;
        *next += 1;
        kept.push(id.0);
        if let (LessonKind::Quiz, Some(quiz)) = (record.kind, &record.quiz) {
            put_quiz(db, tx, id, quiz).await?;
        }
    }
    Ok(store::drop_other_lessons(tx, course.0, &kept).await?)
}

async fn put_quiz(db: &Db, tx: &mut Tx, lesson: LessonId, quiz: &QuizRecord) -> OpResult<()> {
    let wanted = serde_json::to_value(&quiz.questions).map_err(anyhow::Error::from)?;
    if store::quiz_text(tx, lesson.0).await?.as_ref() == Some(&wanted) {
        return Ok(());
    }
    store::clear_quiz(tx, lesson.0).await?;
    for (at, question) in (0..).zip(&quiz.questions) {
        let id: Uuid = db.id();
        store::insert_question(tx, id, lesson.0, at, question.prompt.trim(), question.multiple).await?;
        for (place, option) in (0..).zip(&question.options) {
            store::insert_option(tx, db.id(), id, place, option).await?;
        }
    }
    Ok(())
}
