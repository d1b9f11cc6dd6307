//! `POST /theme`: keeps the chosen theme in a cookie and goes back to the page.

use axum::{
    Form,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Redirect},
};
use guildhall_ui::ThemeChoice;
use serde::Deserialize;

use crate::state::AppState;

#[derive(Deserialize)]
pub(crate) struct Choice {
    theme: String,
}

pub(crate) async fn choose(
    State(state): State<AppState>,
    headers: HeaderMap,
    Form(choice): Form<Choice>,
) -> impl IntoResponse {
    let secure = if state.config.secure_cookies() { "; Secure" } else { "" };
    let cookie = match ThemeChoice::parse(&choice.theme).attribute() {
        Some(theme) => format!("theme={theme}; Path=/; Max-Age=31536000; SameSite=Lax{secure}"),
        None => format!("theme=; Path=/; Max-Age=0; SameSite=Lax{secure}"),
    };
    ([(header::SET_COOKIE, cookie)], Redirect::to(&back(&headers)))
}

/// The path of the page that the form stood on; only ever one of ours.
pub(crate) fn back(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = referer.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
    path.and_then(guildhall_kernel::next_path).unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_a_path_of_ours() {
        for (referer, expected) in [
            ("https://guildhall.example/courses?q=a", "/courses?q=a"),
            ("https://evil.test//evil.test", "/"),
            ("https://evil.test/\\evil.test", "/"),
            ("nonsense", "/"),
            ("", "/"),
        ] {
            let headers = HeaderMap::from_iter([(header::REFERER, referer.parse().unwrap())]);
            assert_eq!(back(&headers), expected, "{referer}");
        }
    }
}
