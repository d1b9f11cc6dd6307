//! A course in another language than the pages': its own words are marked as such, wherever they stand.

use super::Site;

const WELSH: &str = "prompting-for-policy-analysts";
const ENGLISH: &str = "evaluate-a-model-before-you-buy-it";

/// Whether an element of this name that is marked as Welsh has this among its attributes or at its beginning.
fn welsh(page: &str, [name, part]: [&str; 2]) -> bool {
    page.split('<').any(|piece| {
        let tag = piece.split('>').next().unwrap_or_default();
        tag.split(' ').next() == Some(name) && tag.contains("lang=\"cy\"") && piece.contains(part)
    })
}

#[tokio::test]
async fn a_course_in_welsh_says_so() {
    let site = Site::open().await;
    sqlx::query("update courses set language = 'cy', title = 'Ysgogi i ddadansoddwyr polisi' where slug = $1")
        .bind(WELSH)
        .execute(&site.test.owner)
        .await
        .unwrap();
    guildhall_search::catch_up(&site.state.db, &site.state.index).await.unwrap();

    let (_, page) = site.get(&format!("/courses/{WELSH}")).await;
    assert!(page.contains("<html lang=\"en-GB\""), "the page itself stays English");
    for part in
        [["h1", "Ysgogi"], ["p", "class=\"lede\""], ["div", "class=\"prose\""], ["span", "1. One"], ["span", "First"]]
    {
        assert!(welsh(&page, part), "{part:?} in {page}");
    }
    assert!(page.contains("<li>In Welsh") && page.contains("\"inLanguage\":\"cy\""));

    let preview = page.split_once(&format!("/courses/{WELSH}/preview/")).unwrap().1;
    let lesson = preview.split('"').next().unwrap();
    let (_, preview) = site.get(&format!("/courses/{WELSH}/preview/{lesson}")).await;
    assert!(welsh(&preview, ["h1", "First"]) && welsh(&preview, ["div", "class=\"prose\""]), "{preview}");

    for list in ["/courses", "/courses?q=ysgogi", "/providers/whitehall-data-school"] {
        let (_, page) = site.get(list).await;
        assert!(welsh(&page, ["a", &format!("href=\"/courses/{WELSH}\"")]), "{list}");
    }
    let (_, page) = site.get(&format!("/courses/{ENGLISH}")).await;
    assert!(page.contains("<h1>Evaluate") && page.contains("<li>In English") && !page.contains("lang=\"cy\""));
}
