//! The test of a connection: each thing that can be wrong is looked at, and said in plain words.

use guildhall_db::Db;
use guildhall_kernel::token;
use guildhall_types::federation::TestStep;

use crate::{
    Federation, Metadata, Provider,
    flow::{authorization_url, exchange},
    store::connections::Kept,
    token::Algorithm,
};

pub(crate) fn passed(what: &str, detail: impl Into<String>) -> TestStep {
    TestStep { what: what.to_owned(), passed: true, detail: detail.into() }
}

pub(crate) fn failed(what: &str, detail: impl Into<String>) -> TestStep {
    TestStep { what: what.to_owned(), passed: false, detail: detail.into() }
}

/// Looks at everything that can be looked at without a person; ends where nothing more can be told.
pub(crate) async fn run(db: &Db, federation: &Federation, kept: &Kept) -> Vec<TestStep> {
    let connection = &kept.connection;
    let mut steps = Vec::new();
    let metadata = match federation.providers.discover(connection).await {
        Ok(metadata) => metadata,
        Err(error) => {
            steps.push(failed("The provider describes itself", error.to_string()));
            return steps;
        }
    };
    steps.push(passed("The provider describes itself", format!("It is {}.", metadata.issuer)));
    match federation.providers.keys(&metadata).await {
        Ok(keys) => {
            let usable: Vec<&str> = connection
                .kind
                .algorithms()
                .iter()
                .filter(|one| keys.has(**one))
                .map(|one| Algorithm::name(*one))
                .collect();
            steps.push(if usable.is_empty() {
                failed(
                    "Its keys can be used",
                    "It publishes no key whose signatures we take. Ask the provider for RS256 or ES256.",
                )
            } else {
                passed("Its keys can be used", format!("Keys found: {}, for {}.", keys.len(), usable.join(" and ")))
            });
        }
        Err(error) => steps.push(failed("Its keys can be used", error.to_string())),
    }
    steps.push(dry_request(db, federation, kept, &metadata).await);
    match federation.providers.fetch(connection, db.clock().now()).await {
        Ok(provider) => steps.push(client(db, federation, kept, &provider).await),
        Err(error) => steps.push(failed("It accepts our client id and secret", error.to_string())),
    }
    steps
}

/// Asks as a browser would, without one: `prompt=none` must not show anything (OpenID Connect Core, 3.1.2.1).
async fn dry_request(db: &Db, federation: &Federation, kept: &Kept, metadata: &Metadata) -> TestStep {
    let what = "It knows where to send people back to";
    let (state, _) = token::issue(db.chance());
    let (secret, _) = token::issue(db.chance());
    let Some(mut url) = authorization_url(federation, &kept.connection, metadata, &state, &secret, None) else {
        return failed(what, "Its authorization endpoint is no address.");
    };
    url.query_pairs_mut().append_pair("prompt", "none");
    let answer = match federation.providers.fetcher().get(url.as_str(), None).await {
        Ok(answer) => answer,
        Err(error) => return failed(what, error.to_string()),
    };
    let back = federation.redirect_url();
    let came_back = answer.location.as_deref().and_then(|location| {
        let query = location.strip_prefix(&back)?.strip_prefix('?')?;
        let find = |name: &str| {
            form_urlencoded::parse(query.as_bytes())
                .find(|(found, _)| found == name)
                .map(|(_, value)| value.into_owned())
        };
        Some((find("state").as_deref() == Some(&state), find("error").unwrap_or_default()))
    });
    match came_back {
        Some((true, error)) => match error.as_str() {
            "" | "login_required" | "interaction_required" | "consent_required" | "account_selection_required" => {
                passed(what, "It would send people back to us.")
            }
            error => {
                let error: String = error.chars().filter(char::is_ascii_graphic).take(60).collect();
                failed(
                    what,
                    format!("It refuses our request with “{error}”. Check the client’s settings and the scopes."),
                )
            }
        },
        Some((false, _)) => failed(what, "It does not hand our state back, so nobody could be signed in safely."),
        None if answer.status.is_client_error() => failed(
            what,
            format!(
                "It refuses the client id or the address. Check the client id, and register {back} as a redirect address there."
            ),
        ),
        None if answer.status.is_server_error() => failed(what, "It answers with an error of its own."),
        None => passed(
            what,
            format!("It shows a page of its own, so only signing in can tell. {back} must be registered there."),
        ),
    }
}

/// Presents a code that never was: a provider that knows us says that the code is wrong, not that we are.
async fn client(db: &Db, federation: &Federation, kept: &Kept, provider: &Provider) -> TestStep {
    let what = "It accepts our client id and secret";
    let (code, _) = token::issue(db.chance());
    let (verifier, _) = token::issue(db.chance());
    let answer = match exchange::ask_for_tokens(db, federation, kept, provider, &code, &verifier).await {
        Ok(answer) => answer,
        Err(error) => return failed(what, error.told().to_string()),
    };
    let error: exchange::TokenError = serde_json::from_slice(&answer.body).unwrap_or_default();
    let status = answer.status.as_u16();
    match error.error.as_str() {
        "invalid_grant" => passed(what, "It knows us."),
        "invalid_client" | "unauthorized_client" => failed(
            what,
            "It does not know us by this client id and secret or key. Copy them anew, and check that the secret has not expired.",
        ),
        _ if status == 401 => failed(what, "It does not know us by this client id and secret or key."),
        other => {
            let other: String = other.chars().filter(char::is_ascii_graphic).take(60).collect();
            // Some, like Entra, say that the code is malformed before they look at the client.
            if status == 400 {
                passed(what, format!("It answers “{other}”, so only signing in can tell."))
            } else {
                failed(what, format!("It answers with the status {status} and “{other}”."))
            }
        }
    }
}
