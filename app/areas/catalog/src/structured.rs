//! What search engines and social networks read: schema.org JSON-LD and Open Graph.

use guildhall_types::catalog::{CourseCard, CourseDetail, Delivery, ReviewView};
use guildhall_ui::SocialCard;
use leptos::prelude::*;
use leptos_meta::{Link, Meta, Script};
use serde_json::json;

/// The picture that stands for a page where a link to it is shared: PNG, 1200 by 630.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShareImage {
    path: String,
    alt: String,
}

impl ShareImage {
    pub(crate) fn of(course: &CourseCard) -> Self {
        let card =
            SocialCard { title: &course.title, provider: &course.provider_name, category: &course.category_name };
        Self { path: card.path(&course.id.to_string()), alt: card.alt() }
    }
}

/// schema.org `Course` with its offer, its instance and its rating (<https://schema.org/Course>), fit for a script element.
pub(crate) fn course_json_ld(base: &str, course: &CourseDetail, reviews: &[ReviewView]) -> String {
    let card = &course.card;
    let url = format!("{base}/courses/{}", card.slug);
    let mode = match card.delivery {
        Delivery::SelfPaced | Delivery::LiveOnline => "Online",
        Delivery::InPerson => "Onsite",
        Delivery::Blended => "Blended",
    };
    let mut document = json!({
        "@context": "https://schema.org",
        "@type": "Course",
        "@id": url,
        "url": url,
        "name": card.title,
        "description": card.summary,
        "inLanguage": card.language,
        "educationalLevel": card.level.label(),
        "teaches": course.skills.iter().map(|skill| skill.name.as_str()).collect::<Vec<_>>(),
        "image": format!("{base}{}", ShareImage::of(card).path),
        "provider": { "@type": "Organization", "name": card.provider_name, "url": format!("{base}/providers/{}", card.provider_slug) },
        "offers": {
            "@type": "Offer",
            "category": if card.price.is_zero() { "Free" } else { "Paid" },
            "price": card.price.decimal(),
            "priceCurrency": card.price.currency.code(),
            "availability": "https://schema.org/InStock",
            "url": url
        },
        "hasCourseInstance": { "@type": "CourseInstance", "courseMode": mode, "courseWorkload": format!("PT{}M", card.duration_minutes) }
    });
    if let (Some(rating), Some(map)) = (card.rating.label(), document.as_object_mut()) {
        map.insert(
            "aggregateRating".into(),
            json!({ "@type": "AggregateRating", "ratingValue": rating, "ratingCount": card.rating.count }),
        );
        let reviews: Vec<_> = reviews
            .iter()
            .map(|review| {
                json!({
                    "@type": "Review",
                    "author": { "@type": "Person", "name": review.author_name },
                    "reviewRating": { "@type": "Rating", "ratingValue": review.rating },
                    "name": review.title,
                    "reviewBody": review.body,
                    "datePublished": review.written_at.format("%Y-%m-%d").to_string()
                })
            })
            .collect();
        map.insert("review".into(), reviews.into());
    }
    script_safe(&document.to_string())
}

/// JSON that can't close the script element that it stands in.
fn script_safe(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// The head of a page that may be indexed and shared.
#[component]
pub(crate) fn PublicHead(
    /// Path with query, as it should be known.
    #[prop(into)]
    path: String,
    #[prop(into)] title: String,
    #[prop(into)] description: String,
    #[prop(optional, into)] image: Option<ShareImage>,
    #[prop(optional, into)] json_ld: Option<String>,
) -> impl IntoView {
    let base = crate::pages::base_url();
    let url = format!("{base}{path}");
    view! {
        <Link rel="canonical" href=url.clone() />
        <Meta name="description" content=description.clone() />
        <Meta property="og:type" content="website" />
        <Meta property="og:site_name" content="Guildhall" />
        <Meta property="og:title" content=title />
        <Meta property="og:description" content=description />
        <Meta property="og:url" content=url />
        {image.map(|ShareImage { path, alt }| {
            let url = format!("{base}{path}");
            view! {
                <Meta property="og:image" content=url.clone() />
                <Meta property="og:image:type" content="image/png" />
                <Meta property="og:image:width" content="1200" />
                <Meta property="og:image:height" content="630" />
                <Meta property="og:image:alt" content=alt.clone() />
                <Meta name="twitter:card" content="summary_large_image" />
                <Meta name="twitter:image" content=url />
                <Meta name="twitter:image:alt" content=alt />
            }
        })}
        {json_ld.map(|json| view! { <Script type_="application/ld+json">{json}</Script> })}
    }
}
