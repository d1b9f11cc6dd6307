//! The Content-Security-Policy (<https://www.w3.org/TR/CSP3/>): what a page may load, run and send to.
//!
//! Scripts and styles come from our own files, or carry the answer's nonce; there is no `unsafe-inline`, so no page may use
//! `style=` or `on..=` attributes. `strict-dynamic` is left out: it would shut out the preloads of the app's module, which
//! carry no nonce. Pictures come from us or stand in the page. Videos may lie with whoever hosts them for the provider.

use axum::http::HeaderValue;
use leptos::config::LeptosOptions;

use crate::config::Config;

/// Where browsers report what a policy stopped.
pub(crate) const REPORTS: &str = "/csp-reports";
pub(super) const ENDPOINTS: HeaderValue = HeaderValue::from_static("csp=\"/csp-reports\"");

/// Stripe's hosted payment page. Chromium holds `form-action` against the redirect that answers a form, too.
const STRIPE_CHECKOUT: &str = "https://checkout.stripe.com";

/// The policy, but for the nonce.
#[derive(Clone, Debug)]
pub(crate) struct Csp {
    rest: String,
}

impl Csp {
    pub(crate) fn new(config: &Config, leptos: &LeptosOptions) -> Self {
        let mut connect = "'self'".to_owned();
        if config.development && std::env::var_os("LEPTOS_WATCH").is_some() {
            let port = leptos.reload_external_port.unwrap_or(leptos.reload_port);
            connect.push_str(&format!(" ws://localhost:{port} ws://127.0.0.1:{port}"));
        }
        let forms = form_targets(config).join(" ");
        let mut rest = format!(
            "img-src 'self' data:; font-src 'self'; media-src 'self' https:; connect-src {connect}; manifest-src 'self'; \
             form-action 'self' {forms}; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
        );
        if config.base_url.starts_with("https://") {
            rest.push_str(&format!("; upgrade-insecure-requests; report-uri {REPORTS}; report-to csp"));
        }
        Self { rest }
    }

    /// The whole policy of one answer.
    pub(crate) fn for_answer(&self, nonce: &str) -> String {
        format!(
            "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; {}",
            self.rest
        )
    }
}

/// Where forms may lead besides to ourselves: the public address, and the payment page.
fn form_targets(config: &Config) -> Vec<String> {
    let payment = match config.sandbox() {
        Some(sandbox) => sandbox,
        None => STRIPE_CHECKOUT.to_owned(),
    };
    vec![config.base_url.clone(), payment]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn policy(pairs: &[(&str, &str)]) -> String {
        let mut given: BTreeMap<String, String> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        given.insert("DATABASE_URL".to_owned(), "postgres://127.0.0.1/x".to_owned());
        let leptos = LeptosOptions::builder().output_name("guildhall").build();
        Csp::new(&Config::read(&given).unwrap(), &leptos).for_answer("abc")
    }

    #[test]
    fn forms_lead_to_the_payment_page_and_nowhere_else() {
        let key = format!("{}=", "A".repeat(43));
        let live = policy(&[
            ("GUILDHALL_BASE_URL", "https://guildhall.example"),
            ("GUILDHALL_SECRET_KEY", &key),
            ("STRIPE_SECRET_KEY", "sk_live_x"),
            ("STRIPE_WEBHOOK_SECRET", "whsec_x"),
            ("SENDGRID_API_KEY", "SG.x"),
        ]);
        assert!(live.contains("form-action 'self' https://guildhall.example https://checkout.stripe.com;"), "{live}");
        assert!(live.contains("upgrade-insecure-requests") && live.contains("report-to csp"), "{live}");
        let local = policy(&[]);
        assert!(local.contains("form-action 'self' http://localhost:3000 http://127.0.0.1:3001;"), "{local}");
        assert!(!local.contains("upgrade-insecure-requests"), "{local}");
    }

    #[test]
    fn nothing_runs_that_is_not_ours() {
        let policy = policy(&[]);
        assert!(policy.starts_with(
            "default-src 'none'; script-src 'self' 'nonce-abc' 'wasm-unsafe-eval'; style-src 'self' 'nonce-abc'; "
        ));
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'") && !policy.contains('*'),
            "{policy}"
        );
        for directive in ["frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'", "img-src 'self' data:"] {
            assert!(policy.contains(directive), "{directive}");
        }
    }
}
