//! Facets and filters against a model that counts course by course.

use guildhall_search::CourseDocument;
use guildhall_types::{
    CourseId,
    catalog::{Delivery, Level},
    search::{CatalogQuery, DurationBand, FacetChoice, PriceBand, RatingBand, Sort},
};
use proptest::{prelude::*, sample::subsequence};
use uuid::Uuid;

use crate::searching::{course, index};

/// Words that are nobody's beginning or stem, and too short to be guessed.
const WORDS: [&str; 5] = ["law", "tax", "sql", "gym", "bee"];
const SLUGS: [&str; 6] = ["one", "two", "three", "four", "five", "six"];

prop_compose! {
    fn a_course()(
        words in subsequence(&WORDS, 0..=5),
        category in 0_usize..3,
        provider in 0_usize..4,
        skills in subsequence(&SLUGS, 0..=4),
        level in 0_usize..3,
        delivery in 0_usize..4,
        price in prop::sample::select(vec![0_i64, 1, 9_999, 10_000, 25_000, 49_999, 50_000]),
        minutes in prop::sample::select(vec![30_u32, 180, 599, 600, 1_200]),
        rating in prop::option::of(25_u32..=50),
        published in 0_i64..5,
    ) -> CourseDocument {
        CourseDocument {
            title: format!("Course {}", words.join(" ")),
            category_slug: SLUGS[category].to_owned(),
            category_position: category.try_into().unwrap(),
            provider_slug: SLUGS[provider].to_owned(),
            skills: skills.iter().map(|slug| ((*slug).to_owned(), "Xyzzy".to_owned())).collect(),
            level: Level::ALL[level],
            delivery: Delivery::ALL[delivery],
            price_pence: price,
            duration_minutes: minutes,
            rating_tenths: rating,
            rating_count: u64::from(rating.unwrap_or(0)),
            published_at: published,
            ..course(0, "", "")
        }
    }
}

fn slugs() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![3 => Just(Vec::new()), 1 => subsequence(&["one", "two", "three", "unheard-of"], 1..=2)]
        .prop_map(|slugs| slugs.into_iter().map(str::to_owned).collect())
}

fn some_of<T: Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = Vec<T>> {
    prop_oneof![3 => Just(Vec::new()), 1 => subsequence(all, 1..=2)]
}

prop_compose! {
    fn a_query()(
        q in prop_oneof![1 => Just(String::new()), 2 => subsequence(&WORDS, 1..=3).prop_map(|words| words.join(" "))],
        category in slugs(),
        skill in slugs(),
        provider in slugs(),
        level in some_of(Level::ALL),
        price in some_of(PriceBand::ALL),
        rating in prop::option::weighted(0.25, prop::sample::select(RatingBand::ALL)),
        duration in some_of(DurationBand::ALL),
        delivery in some_of(Delivery::ALL),
        sort in prop::sample::select(Sort::ALL.to_vec()),
        page in 1_u32..3,
    ) -> CatalogQuery {
        CatalogQuery { q, category, skill, level, provider, price, rating, duration, delivery, sort, page }
    }
}

fn has_words(course: &CourseDocument, q: &str) -> usize {
    q.split_whitespace().filter(|word| course.title.split(' ').any(|other| other == *word)).count()
}

/// Whether each facet's filter lets a course through, in the order of the page.
fn lets(query: &CatalogQuery, course: &CourseDocument) -> [bool; 8] {
    let tenths = course.rating_tenths.unwrap_or(0);
    [
        query.category.is_empty() || query.category.contains(&course.category_slug),
        query.skill.is_empty() || course.skills.iter().any(|(slug, _)| query.skill.contains(slug)),
        query.level.is_empty() || query.level.contains(&course.level),
        query.provider.is_empty() || query.provider.contains(&course.provider_slug),
        query.price.is_empty()
            || query.price.iter().any(|band| (band.range().0..band.range().1).contains(&course.price_pence)),
        query.rating.is_none_or(|band| tenths >= band.range().0),
        query.duration.is_empty()
            || query.duration.iter().any(|band| (band.range().0..band.range().1).contains(&course.duration_minutes)),
        query.delivery.is_empty() || query.delivery.contains(&course.delivery),
    ]
}

/// Counts a facet's choice among the courses that pass all other filters.
fn counted<'a>(
    courses: &[&'a CourseDocument],
    query: &CatalogQuery,
    facet: usize,
    has: impl Fn(&'a CourseDocument, &str) -> bool,
    choice: &FacetChoice,
) -> bool {
    let passes =
        |course: &CourseDocument| lets(query, course).iter().enumerate().all(|(place, lets)| place == facet || *lets);
    let count = courses.iter().filter(|course| passes(course) && has(course, &choice.slug)).count();
    u64::try_from(count).unwrap() == choice.count
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn facets_are_those_of_the_model(mut courses in prop::collection::vec(a_course(), 0..60), queries in prop::collection::vec(a_query(), 8)) {
        for (number, course) in (1..).zip(&mut courses) {
            course.id = CourseId(Uuid::from_u128(number));
        }
        let index = index(courses.clone());
        for query in queries {
            let answer = index.search(&query).unwrap();
            let most = courses.iter().map(|course| has_words(course, &query.q)).max().unwrap_or(0);
            let needed = if query.q.is_empty() { 0 } else { most.max(1) };
            let matching: Vec<&CourseDocument> = courses.iter().filter(|course| has_words(course, &query.q) >= needed).collect();
            let mut passing: Vec<&CourseDocument> = matching.iter().copied().filter(|course| lets(&query, course).iter().all(|lets| *lets)).collect();
            prop_assert_eq!(answer.total, u64::try_from(passing.len()).unwrap());

            let facets = &answer.facets;
            for choice in &facets.category {
                prop_assert!(counted(&matching, &query, 0, |course, slug| course.category_slug == slug, choice), "{choice:?}");
                prop_assert_eq!(choice.chosen, query.category.contains(&choice.slug));
            }
            for choice in &facets.skill {
                prop_assert!(counted(&matching, &query, 1, |course, slug| course.skills.iter().any(|(skill, _)| skill == slug), choice), "{choice:?}");
            }
            for choice in &facets.level {
                prop_assert!(counted(&matching, &query, 2, |course, slug| course.level.slug() == slug, choice), "{choice:?}");
            }
            for choice in &facets.provider {
                prop_assert!(counted(&matching, &query, 3, |course, slug| course.provider_slug == slug, choice), "{choice:?}");
            }
            for choice in &facets.price {
                let range = PriceBand::from_slug(&choice.slug).unwrap().range();
                prop_assert!(counted(&matching, &query, 4, |course, _| (range.0..range.1).contains(&course.price_pence), choice), "{choice:?}");
            }
            for choice in &facets.rating {
                let range = RatingBand::from_slug(&choice.slug).unwrap().range();
                prop_assert!(counted(&matching, &query, 5, |course, _| course.rating_tenths.unwrap_or(0) >= range.0, choice), "{choice:?}");
            }
            for choice in &facets.duration {
                let range = DurationBand::from_slug(&choice.slug).unwrap().range();
                prop_assert!(counted(&matching, &query, 6, |course, _| (range.0..range.1).contains(&course.duration_minutes), choice), "{choice:?}");
            }
            for choice in &facets.delivery {
                prop_assert!(counted(&matching, &query, 7, |course, slug| course.delivery.slug() == slug, choice), "{choice:?}");
            }
            for (chosen, shown) in [(&query.category, &facets.category), (&query.skill, &facets.skill), (&query.provider, &facets.provider)] {
                prop_assert!(chosen.iter().all(|slug| shown.iter().any(|choice| choice.slug == *slug && choice.chosen)));
            }
            prop_assert!(facets.skill.is_sorted_by(|one, other| one.count >= other.count));
            prop_assert_eq!([facets.level.len(), facets.price.len(), facets.rating.len(), facets.duration.len(), facets.delivery.len()], [3, 5, 3, 4, 4]);

            let place = |course: &CourseId| passing.iter().position(|other| other.id == *course);
            prop_assert!(answer.hits.iter().all(|hit| place(&hit.course).is_some()));
            let tenths = |course: &CourseDocument| (course.rating_tenths.unwrap_or(0), course.rating_count);
            passing.sort_by_key(|course| course.id);
            match query.sort {
                Sort::Relevance => continue,
                Sort::Rating => passing.sort_by_key(|course| std::cmp::Reverse(tenths(course))),
                Sort::PriceAsc => passing.sort_by_key(|course| course.price_pence),
                Sort::PriceDesc => passing.sort_by_key(|course| std::cmp::Reverse(course.price_pence)),
                Sort::Newest => passing.sort_by_key(|course| std::cmp::Reverse(course.published_at)),
            }
            // Ties go by quality, which the model does not know: what is compared is the order by the key alone.
            let expected: Vec<_> = passing.iter().skip(if query.page == 1 { 0 } else { 20 }).take(20).copied().collect();
            let got: Vec<&CourseDocument> = answer.hits.iter().map(|hit| courses.iter().find(|course| course.id == hit.course).unwrap()).collect();
            let keys = |courses: &[&CourseDocument]| -> Vec<i64> {
                courses.iter().map(|course| match query.sort {
                    Sort::Rating => i64::from(tenths(course).0),
                    Sort::Newest => course.published_at,
                    _ => course.price_pence,
                }).collect()
            };
            prop_assert_eq!(keys(&got), keys(&expected));
        }
    }
}

#[test]
fn only_the_most_frequent_skills_are_shown_and_the_chosen_ones() {
    let courses = (0..20_u128).map(|number| CourseDocument {
        skills: (0..=number).map(|skill| (format!("skill-{skill}"), format!("Skill {skill:02}"))).collect(),
        ..course(number + 1, "Course", "")
    });
    let index = index(courses);
    let query = CatalogQuery { skill: vec!["skill-19".to_owned()], page: 1, ..CatalogQuery::default() };
    let facets = index.search(&query).unwrap().facets;
    let shown: Vec<&str> = facets.skill.iter().map(|choice| choice.slug.as_str()).collect();
    assert_eq!(shown[..3], ["skill-0", "skill-1", "skill-2"]);
    assert_eq!((shown.len(), shown[12]), (13, "skill-19"));
    assert_eq!(facets.skill[0].label, "Skill 00");
}
