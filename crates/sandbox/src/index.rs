//! The page that says what is here.

use axum::extract::State;

use crate::app::App;
use crate::card::{self, TEST_CARDS};
use crate::html::{self, Page, escape, money};

/// `GET /sandbox`
pub async fn page(State(app): State<App>) -> Page {
    let mut cards = String::from(
        "<div class=\"scroll\"><table><caption>Test cards: any future expiry date, any three-digit security code</caption>\
         <thead><tr><th scope=\"col\">Number</th><th scope=\"col\">What it does</th></tr></thead><tbody>",
    );
    for card in TEST_CARDS {
        let number = card::spaced(card.number);
        cards.push_str(&format!("<tr><td><code>{number}</code></td><td>{}</td></tr>", escape(card.meaning)));
    }
    cards.push_str("</tbody></table></div>");
    let webhooks = match &app.config().webhook_url {
        Some(url) => format!("Events are sent to <code>{}</code>.", escape(url)),
        None => "Events are only recorded: no address to send them to is configured.".to_owned(),
    };
    let body = format!(
        "<h1>Sandbox</h1><p>Local stand-ins for the services that the site talks to. They speak the real protocols; \
         nothing is charged and no mail leaves this machine.</p><ul>\
         <li><a href=\"/sandbox/outbox\">Outbox</a>: the mail and text messages that the site sent \
         (<a href=\"/sandbox/outbox.json\">JSON</a>)</li>\
         <li><a href=\"/sandbox/events\">Events</a>: Stripe's webhooks and how their delivery went \
         (<a href=\"/sandbox/events.json\">JSON</a>)</li>\
         <li><a href=\"/sandbox/control\">Faults</a>: late, lost, doubled or disordered webhooks, and an API that \
         fails</li></ul>{cards}{}<h2>What it speaks</h2><dl>\
         <dt>Stripe</dt><dd><code>/v1</code>: Checkout Sessions, PaymentIntents, Charges, Refunds, Events. Any \
         <code>sk_test_</code> key. {webhooks}</dd>\
         <dt>SendGrid</dt><dd><code>POST /v3/mail/send</code>, any bearer key</dd>\
         <dt>GOV.UK Notify</dt><dd><code>POST /v2/notifications/email</code> and <code>/sms</code></dd>\
         <dt>OpenID Connect</dt><dd>issuer <code>{}/sandbox/oidc</code>, any client id, secret <code>{}</code></dd>\
         <dt>SAML 2.0</dt><dd>metadata <code>{}/sandbox/saml/metadata</code>, any service</dd></dl>",
        sessions(&app),
        escape(&app.config().base_url),
        crate::oidc::DEFAULT_CLIENT_SECRET,
        escape(&app.config().base_url),
    );
    html::page("Overview", &body)
}

/// The latest checkout sessions, if there are any.
fn sessions(app: &App) -> String {
    let rows: Vec<String> = app.change(|data, _| {
        let latest = data.sessions.newest().take(10).map(|session| {
            let what = session.lines.first().map(|line| escape(&line.name)).unwrap_or_default();
            format!(
                "<tr><td><a href=\"/c/pay/{}\">{what}</a></td><td>{}</td><td>{}</td></tr>",
                escape(&session.id),
                money(session.amount, &session.currency),
                session.status.as_str()
            )
        });
        latest.collect()
    });
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "<h2>Latest payments</h2><div class=\"scroll\"><table><thead><tr><th scope=\"col\">For</th><th \
         scope=\"col\">Amount</th><th scope=\"col\">State</th></tr></thead><tbody>{}</tbody></table></div>",
        rows.concat()
    )
}
