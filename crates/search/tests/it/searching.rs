//! What is found, in which order, and how it is shown.

use std::sync::LazyLock;

use guildhall_search::{Change, CourseDocument, SearchIndex};
use guildhall_types::{
    CourseId,
    catalog::{Delivery, Level},
    search::{CatalogQuery, PAGE_MAX, SearchAnswer, Sort, SuggestionKind},
};
use proptest::prelude::*;
use uuid::Uuid;

use crate::sample::Sample;

/// A course with a title and a description, and nothing else of note.
pub fn course(number: u128, title: &str, description: &str) -> CourseDocument {
    CourseDocument {
        id: CourseId(Uuid::from_u128(number)),
        slug: format!("course-{number}"),
        title: title.to_owned(),
        summary: "Zzz.".to_owned(),
        description_text: description.to_owned(),
        skills: Vec::new(),
        provider_slug: "provider".to_owned(),
        provider_name: "Xyzzy".to_owned(),
        category_slug: "category".to_owned(),
        category_name: "Xyzzy".to_owned(),
        category_position: 0,
        level: Level::Beginner,
        delivery: Delivery::SelfPaced,
        price_pence: 0,
        duration_minutes: 60,
        rating_tenths: None,
        rating_count: 0,
        published_at: 1_700_000_000,
    }
}

pub fn index(courses: impl IntoIterator<Item = CourseDocument>) -> SearchIndex {
    let index = SearchIndex::in_memory().unwrap();
    let changes: Vec<Change> = courses.into_iter().map(|course| Change::Put(Box::new(course))).collect();
    index.apply(&changes, 1).unwrap();
    index
}

/// Courses 1, 2, ... with these titles and descriptions.
fn index_of(texts: &[(&str, &str)]) -> SearchIndex {
    index((1..).zip(texts).map(|(number, (title, description))| course(number, title, description)))
}

pub fn ask(index: &SearchIndex, q: &str) -> SearchAnswer {
    index.search(&CatalogQuery { q: q.to_owned(), page: 1, ..CatalogQuery::default() }).unwrap()
}

fn numbers(answer: &SearchAnswer) -> Vec<u128> {
    answer.hits.iter().map(|hit| hit.course.0.as_u128()).collect()
}

fn found(index: &SearchIndex, q: &str) -> Vec<u128> {
    numbers(&ask(index, q))
}

#[test]
fn every_text_is_searched_and_the_title_counts_most() {
    let mut courses: Vec<CourseDocument> = (1..=6).map(|number| course(number, "Nothing", "")).collect();
    courses[0].description_text = "Galaxies and more".to_owned();
    courses[1].summary = "Galaxies and more".to_owned();
    courses[2].provider_name = "Galaxies and more".to_owned();
    courses[3].skills = vec![("galaxies".to_owned(), "Galaxies and more".to_owned())];
    courses[4].title = "Galaxies and more".to_owned();
    courses[5].category_name = "Galaxies and more".to_owned();
    let index = index(courses);
    let found = found(&index, "galaxies");
    assert_eq!(found.len(), 6);
    assert_eq!(found[..2], [5, 4]);
}

#[test]
fn forms_case_and_accents_do_not_matter() {
    let index = index_of(&[
        ("Nursing with data", ""),
        ("Déjà vu in CAFÉS", ""),
        ("Organisations", ""),
        ("Learning C++", ""),
        ("Learning C#", ""),
    ]);
    assert_eq!(found(&index, "NURSED"), [1]);
    assert_eq!(found(&index, "deja cafe"), [2]);
    assert_eq!(found(&index, "organization"), [3]);
    assert_eq!(found(&index, "c++"), [4]);
    assert_eq!(found(&index, "c# learn"), [5]);
}

#[test]
fn phrases_are_exact_and_exclusions_exclude() {
    let index = index_of(&[
        ("Machine learning", ""),
        ("Learning about a machine", ""),
        ("Machine learning for nurses", ""),
        ("Machines learning", ""),
    ]);
    assert_eq!(found(&index, "machine learning").len(), 4);
    let mut phrase = found(&index, "\"machine learning\"");
    phrase.sort_unstable();
    assert_eq!(phrase, [1, 3]);
    assert_eq!(found(&index, "\"machine learning\" -nurse"), [1]);
    let mut rest = found(&index, "-\"machine learning\"");
    rest.sort_unstable();
    assert_eq!(rest, [2, 4]);
    // A phrase does not run from one skill into the next.
    let mut with_skills = course(9, "Other", "");
    with_skills.skills = ["alpha beta", "gamma"].map(|name| (name.replace(' ', "-"), name.to_owned())).to_vec();
    let index = self::index([with_skills]);
    assert_eq!(found(&index, "\"alpha beta\""), [9]);
    assert_eq!(found(&index, "\"beta gamma\""), [0_u128; 0]);
}

#[test]
fn only_the_last_word_may_be_a_beginning() {
    let index = index_of(&[("Database design", ""), ("Data design", ""), ("Other", "databases")]);
    assert_eq!(found(&index, "design datab"), [1, 2], "few have it, so guesses follow");
    assert_eq!(found(&index, "datab design"), [2], "a guess, since no course has such a word");
    // One or two letters look at names alone.
    assert_eq!(found(&index, "d"), [1, 2]);
    let three = found(&index, "dat");
    assert_eq!(three.len(), 3);
    // The word itself is worth more than a longer one.
    assert_eq!(found(&index, "data")[0], 2);
}

#[test]
fn slips_are_forgiven_and_rank_below_what_was_typed() {
    let index = index_of(&[
        ("Machine learning", ""),
        ("Leadership", ""),
        ("Law and policy", ""),
        ("GPT4 basics", ""),
        ("Other", "about leaderships"),
        ("Leadersheep", ""),
    ]);
    assert_eq!(found(&index, "machnie lerning"), [1]);
    assert_eq!(found(&index, "mahcine"), [1]);
    assert_eq!(found(&index, "lew"), [0_u128; 0], "short words are taken as they are");
    assert_eq!(found(&index, "gpt5"), [0_u128; 0], "numbers too");
    let leadership = found(&index, "leadership");
    assert_eq!(
        leadership,
        [2, 5, 6],
        "the word in a title, its form in a description, then the guess, even in a title"
    );
}

#[test]
fn when_no_course_has_all_words_those_with_most_are_shown() {
    let index = index_of(&[("Python for law", ""), ("Python for art", ""), ("Sculpture", "")]);
    assert_eq!(found(&index, "python law zebra"), [1]);
    let mut either = found(&index, "sculpture law");
    either.sort_unstable();
    assert_eq!(either, [1, 3]);
    assert_eq!(found(&index, "zebra"), [0_u128; 0]);
    assert_eq!(ask(&index, "zebra").total, 0);
}

#[test]
fn stop_words_do_not_matter() {
    let index = index_of(&[("Law of nature", ""), ("The other", "")]);
    assert_eq!(found(&index, "how is the law"), [1]);
    assert_eq!(found(&index, "the"), [2]);
    assert_eq!(found(&index, "\"law of nature\""), [1]);
}

#[test]
fn words_found_are_shown() {
    let mut tax = course(1, "Tax & <AI>", "Nothing here.");
    tax.summary = "Taxes for \"everyone\".".to_owned();
    let index = index([
        tax,
        course(2, "Other", &format!("{}about tax. {}", "Some more words. ".repeat(30), "And so on. ".repeat(30))),
    ]);
    let answer = ask(&index, "tax");
    assert_eq!(answer.hits[0].title_html.as_deref(), Some("<mark>Tax</mark> &amp; &lt;AI&gt;"));
    assert_eq!(answer.hits[0].snippet_html.as_deref(), Some("<mark>Taxes</mark> for &quot;everyone&quot;."));
    assert_eq!(answer.hits[1].title_html.as_deref(), Some("Other"));
    let snippet = answer.hits[1].snippet_html.clone().unwrap();
    assert!(
        snippet.starts_with('…') && snippet.ends_with('…') && snippet.contains("about <mark>tax</mark>."),
        "{snippet}"
    );
    let plain = ask(&index, "");
    assert!(plain.hits.iter().all(|hit| hit.title_html.is_none() && hit.snippet_html.is_none()));
}

#[test]
fn a_better_spelling_is_offered_when_it_finds_more() {
    let mut texts = vec![("Machine learning", ""); 12];
    texts.extend([("Tower", ""), ("Machining", ""), ("Machining", ""), ("Lerning by doing", "")]);
    let index = index_of(&texts);
    assert_eq!(ask(&index, "machne lerning").did_you_mean.as_deref(), Some("machine learning"));
    assert_eq!(
        ask(&index, "Lerning").did_you_mean.as_deref(),
        Some("learning"),
        "a rare word may be a slip though it occurs"
    );
    assert_eq!(ask(&index, "machine -tower lerning").did_you_mean.as_deref(), Some("machine -tower learning"));
    for fine in ["machine learning", "machine", "mach", "machining", "", "zzzzzzzz", "\"machne\"", "ml 42"] {
        assert_eq!(ask(&index, fine).did_you_mean, None, "{fine}");
    }
    // Where filters leave nothing of it, it is no help.
    let filtered =
        CatalogQuery { q: "machne".into(), level: vec![Level::Advanced], page: 1, ..CatalogQuery::default() };
    assert_eq!(index.search(&filtered).unwrap().did_you_mean, None);
}

#[test]
fn orders_are_total_and_pages_do_not_overlap() {
    let courses: Vec<CourseDocument> = Sample::new(7, 100).take(95).collect();
    let index = index(courses.clone());
    for sort in Sort::ALL {
        let mut pages = Vec::new();
        for (page, size) in (1..).zip([20, 20, 20, 20, 15, 0]) {
            let query = CatalogQuery { sort, page, ..CatalogQuery::default() };
            let answer = index.search(&query).unwrap();
            assert_eq!(answer.total, 95);
            assert_eq!(answer.hits.len(), size, "{sort:?} {page}");
            pages.extend(answer.hits.into_iter().map(|hit| hit.course));
        }
        let of = |id: &CourseId| courses.iter().find(|course| course.id == *id).unwrap();
        let rows: Vec<&CourseDocument> = pages.iter().map(of).collect();
        let in_order = match sort {
            Sort::Relevance => rows.iter().map(|row| row.id).collect::<std::collections::HashSet<_>>().len() == 95,
            Sort::Rating => {
                rows.is_sorted_by_key(|row| std::cmp::Reverse((row.rating_tenths.unwrap_or(0), row.rating_count)))
            }
            Sort::PriceAsc => rows.is_sorted_by_key(|row| row.price_pence),
            Sort::PriceDesc => rows.is_sorted_by_key(|row| std::cmp::Reverse(row.price_pence)),
            Sort::Newest => rows.is_sorted_by_key(|row| std::cmp::Reverse(row.published_at)),
        };
        assert!(in_order, "{sort:?}");
    }
    let far = CatalogQuery { page: u32::MAX, ..CatalogQuery::default() };
    assert!(index.search(&far).unwrap().hits.is_empty());
    assert!(index.search(&CatalogQuery { page: PAGE_MAX, ..far }).unwrap().hits.is_empty());
    assert_eq!(index.search(&CatalogQuery { page: 0, ..CatalogQuery::default() }).unwrap().hits.len(), 20);
}

#[test]
fn changes_are_seen_at_once() {
    let index = index_of(&[("Alpha", ""), ("Beta", "")]);
    assert_eq!((index.count(), index.cursor()), (2, Some(1)));
    let renamed = Change::Put(Box::new(course(1, "Gamma", "")));
    index
        .apply(
            &[renamed, Change::Remove(CourseId(Uuid::from_u128(2))), Change::Remove(CourseId(Uuid::from_u128(77)))],
            9,
        )
        .unwrap();
    assert_eq!((index.count(), index.cursor()), (1, Some(9)));
    assert_eq!(found(&index, "alpha"), [0_u128; 0]);
    assert_eq!(found(&index, "beta"), [0_u128; 0]);
    assert_eq!(found(&index, "gamma"), [1]);
    index.rebuild([Ok(course(3, "Delta", ""))], 12, |_| ()).unwrap();
    assert_eq!((index.count(), index.cursor(), found(&index, "delta")), (1, Some(12), vec![3]));
}

#[test]
fn suggestions_begin_with_the_first_key() {
    let mut nursing = course(1, "Éthique for nurses", "");
    nursing.skills = vec![("data-ethics".to_owned(), "Data ethics".to_owned())];
    nursing.provider_name = "Ada Institute".to_owned();
    nursing.provider_slug = "ada-institute".to_owned();
    let mut popular = course(2, "Practical ethics", "");
    (popular.rating_tenths, popular.rating_count) = (Some(50), 100);
    let index = index([nursing, popular, course(3, "Accounting", "")]);
    let suggest = |typed: &str| -> Vec<String> {
        index.suggest(typed, 8).into_iter().map(|suggestion| suggestion.href).collect()
    };
    assert_eq!(suggest("e"), ["/courses/course-1", "/courses/course-2", "/courses?skill=data-ethics"]);
    assert_eq!(suggest("eth"), ["/courses/course-1", "/courses/course-2", "/courses?skill=data-ethics"]);
    assert_eq!(suggest("ETHI nur"), ["/courses/course-1"]);
    assert_eq!(suggest("a"), ["/courses/course-3", "/providers/ada-institute"]);
    assert_eq!(suggest("acounting"), ["/courses/course-3"]);
    assert_eq!(suggest("zz"), [""; 0]);
    assert_eq!(suggest(" !? "), [""; 0]);
    assert_eq!(index.suggest("e", 1).len(), 1);
    assert_eq!(index.suggest("data", 8)[0].kind, SuggestionKind::Skill);
    assert_eq!(index.suggest("éthique", 8)[0].label, "Éthique for nurses");
    index.apply(&[Change::Remove(CourseId(Uuid::from_u128(1)))], 2).unwrap();
    assert_eq!(suggest("a"), ["/courses/course-3"], "a provider without courses is not suggested");
}

static SOME: LazyLock<SearchIndex> = LazyLock::new(|| index(Sample::new(3, 60).take(60)));

proptest! {
    #[test]
    fn any_text_is_answered(q in any::<String>(), page in any::<u32>()) {
        let answer = SOME.search(&CatalogQuery { q: q.clone(), page, ..CatalogQuery::default() }).unwrap();
        prop_assert!(answer.hits.len() <= 20);
        for hit in answer.hits {
            for html in [hit.title_html, hit.snippet_html].into_iter().flatten() {
                prop_assert!(!html.replace("<mark>", "").replace("</mark>", "").contains(['<', '>']));
            }
        }
        prop_assert!(SOME.suggest(&q, 8).len() <= 8);
    }

    #[test]
    fn what_looks_like_a_question_is_answered(q in "(-?\"?(machine|lerning|nurse|a|for|ai|c\\+\\+|zz) ?\"?){0,8}") {
        let answer = SOME.search(&CatalogQuery { q, page: 1, ..CatalogQuery::default() }).unwrap();
        prop_assert!(answer.total <= 60);
    }

    #[test]
    fn what_stands_in_a_title_is_found(place in 0_usize..60) {
        let course = Sample::new(3, 60).nth(place).unwrap();
        let answer = ask(&SOME, &course.title);
        prop_assert!(answer.total > 0);
        let titles = answer.hits.iter().any(|hit| hit.course == course.id);
        prop_assert!(titles || answer.total > 20, "{}", course.title);
    }
}
