//! Measures the search: `cargo run --release -p guildhall-search --example search_bench [COURSES...]`, 400 and 100,000 unless told.
//! Prints a table, and JSON into the folder `BENCH_OUTPUT` or below the table. `cargo xtask bench search` runs it.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "a measurement, not the product"
)]

#[path = "../tests/it/sample.rs"]
mod sample;

use std::{
    fs,
    hint::black_box,
    time::{Duration, Instant},
};

use guildhall_search::{Change, CourseDocument, SearchIndex};
use guildhall_types::{
    catalog::Level,
    search::{CatalogQuery, PriceBand, Sort},
};
use sample::{Numbers, Sample};

struct Figures {
    name: String,
    times: Vec<Duration>,
}

impl Figures {
    fn at(&self, share: f64) -> f64 {
        let place = ((self.times.len() as f64 - 1.0) * share).round() as usize;
        self.times[place].as_secs_f64() * 1_000.0
    }
}

fn measure(name: &str, rounds: usize, mut work: impl FnMut(usize)) -> Figures {
    for round in 0..rounds / 10 {
        work(round);
    }
    let mut times: Vec<Duration> = (0..rounds)
        .map(|round| {
            let started = Instant::now();
            work(round);
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    Figures { name: name.to_owned(), times }
}

/// Questions as people ask them: from titles, with filters, slips, beginnings and phrases.
fn questions(courses: &[CourseDocument], numbers: &mut Numbers) -> Vec<(&'static str, CatalogQuery)> {
    let mut questions = Vec::new();
    let query = |q: String| CatalogQuery { q, page: 1, ..CatalogQuery::default() };
    for _ in 0..200 {
        let course = numbers.one(courses);
        let words: Vec<&str> = course.title.split_whitespace().collect();
        let word = (*numbers.one(&words)).to_owned();
        questions.push(("one word", query(word.clone())));
        questions.push(("title", query(course.title.clone())));
        questions.push(("beginning", query(word.chars().take(3).collect())));
        questions.push(("phrase", query(format!("\"{}\"", words[..2.min(words.len())].join(" ")))));
        let mut slip: Vec<char> = course.title.chars().collect();
        let place = numbers.below(slip.len() as u64 - 1) as usize;
        slip.swap(place, place + 1);
        questions.push(("slip", query(slip.into_iter().collect())));
        let body: Vec<&str> = course.description_text.split_whitespace().take(3).collect();
        questions.push(("text", query(body.join(" "))));
        questions.push(("everything", query(String::new())));
        questions.push((
            "filters",
            CatalogQuery {
                category: vec![course.category_slug.clone()],
                level: vec![Level::Beginner, Level::Advanced],
                price: vec![PriceBand::Under500, PriceBand::Free],
                sort: *numbers.one(&Sort::ALL),
                ..query(String::new())
            },
        ));
        questions.push((
            "word, filters",
            CatalogQuery {
                skill: course.skills.iter().take(2).map(|(slug, _)| slug.clone()).collect(),
                provider: vec![course.provider_slug.clone()],
                ..query("learning".to_owned())
            },
        ));
        questions.push(("common words", query("machine learning course for your team".to_owned())));
        questions
            .push(("deep page", CatalogQuery { page: 1 + numbers.below(500) as u32, ..query("learn".to_owned()) }));
    }
    questions
}

fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<f64>().ok()).unwrap_or(0.0) / 1_024.0
}

fn bench(size: u64, json: &mut Vec<String>) {
    let courses: Vec<CourseDocument> = Sample::new(42, size).take(size as usize).collect();
    let words: usize = courses.iter().map(|course| course.description_text.split_whitespace().count()).sum();
    let path = std::env::temp_dir().join(format!("guildhall-search-bench-{}", std::process::id()));
    let index = SearchIndex::open(&path).unwrap();
    let input = courses.clone();
    let started = Instant::now();
    index.rebuild(input.into_iter().map(Ok), 1, |_| ()).unwrap();
    let rate = size as f64 / started.elapsed().as_secs_f64();
    println!(
        "\n{size} courses ({} words each in the description): built at {rate:.0} courses/s, resident {:.0} MB",
        words / courses.len(),
        resident()
    );
    let mut numbers = Numbers::new(9);
    let questions = questions(&courses, &mut numbers);
    let all: Vec<usize> = (0..questions.len()).collect();
    let mut figures = vec![measure("search, all kinds", all.len() * 2, |round| {
        black_box(index.search(&questions[all[round % all.len()]].1).unwrap());
    })];
    let mut kinds: Vec<&str> = questions.iter().map(|(kind, _)| *kind).collect();
    kinds.truncate(11);
    for kind in kinds {
        let of: Vec<&CatalogQuery> =
            questions.iter().filter(|(other, _)| *other == kind).map(|(_, query)| query).collect();
        figures.push(measure(&format!("  {kind}"), 200, |round| {
            black_box(index.search(of[round % of.len()]).unwrap());
        }));
    }
    let typed: Vec<String> = (0..400)
        .flat_map(|_| {
            let title = &numbers.one(&courses).title;
            let length = 1 + numbers.below(title.chars().count() as u64) as usize;
            [
                title.chars().take(length).collect::<String>(),
                title.chars().take(1).collect(),
                title.chars().skip(length).take(4).collect(),
            ]
        })
        .collect();
    figures.push(measure("autocomplete", typed.len() * 2, |round| {
        black_box(index.suggest(&typed[round % typed.len()], 8));
    }));
    figures.push(measure("one change, committed", 20, |round| {
        index.apply(&[Change::Put(Box::new(courses[round].clone()))], 2).unwrap();
    }));
    println!("{:<24}{:>10}{:>10}{:>10}", "milliseconds", "p50", "p95", "max");
    for figure in &figures {
        println!("{:<24}{:>10.3}{:>10.3}{:>10.3}", figure.name, figure.at(0.5), figure.at(0.95), figure.at(1.0));
        let name = figure.name.trim();
        json.push(format!(
            r#"{{"courses":{size},"name":"{name}","p50_ms":{:.4},"p95_ms":{:.4},"max_ms":{:.4}}}"#,
            figure.at(0.5),
            figure.at(0.95),
            figure.at(1.0)
        ));
    }
    json.push(format!(r#"{{"courses":{size},"name":"indexing","courses_per_second":{rate:.0}}}"#));
    println!("resident {:.0} MB", resident());
    drop(index);
    // Threads that merge segments may still be writing.
    while fs::remove_dir_all(&path).is_err() && path.exists() {
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn main() {
    let mut sizes: Vec<u64> = std::env::args().skip(1).filter_map(|size| size.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![400, 100_000];
    }
    let mut json = Vec::new();
    for size in sizes {
        bench(size, &mut json);
    }
    let json = format!("[{}]\n", json.join(",\n "));
    match std::env::var("BENCH_OUTPUT") {
        Ok(folder) => fs::write(std::path::Path::new(&folder).join("search.json"), json).unwrap(),
        Err(_) => println!("\n{json}"),
    }
}
