//! The hosted checkout page: what a person sees between the site's "Pay" and its "Thank you".
//!
//! Plain forms, no script. A form that is shown again answers 200, as a browser's console reports any other status of
//! a page as an error. A session is charged at most once, however often the form is sent.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::app::App;
use crate::card;
use crate::html::{self, Page, escape, money};
use crate::stripe::model::{IntentStatus, Person, Session, SessionStatus};
use crate::stripe::pay::{self, Outcome};

/// The form's fields, named like those of Stripe's own page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PayForm {
    email: String,
    #[serde(rename = "cardNumber")]
    number: String,
    #[serde(rename = "cardExpiry")]
    expiry: String,
    #[serde(rename = "cardCvc")]
    cvc: String,
    #[serde(rename = "billingName")]
    name: String,
}

/// What is wrong with the form; `whole` concerns the payment, not a field.
#[derive(Debug, Default)]
struct Errors {
    whole: Option<String>,
    email: Option<&'static str>,
    card: card::Problems,
    name: Option<&'static str>,
}

#[derive(Debug, Deserialize)]
pub struct Answer {
    outcome: String,
}

/// `GET /c/pay/{session}`
pub async fn show(State(app): State<App>, Path(id): Path<String>) -> Response {
    let Some((session, status)) = look(&app, &id) else {
        return unknown();
    };
    if session.status != SessionStatus::Open {
        return closed(&session);
    }
    if status == Some(IntentStatus::RequiresAction) {
        return Redirect::to(&format!("/c/pay/{}/authenticate", session.id)).into_response();
    }
    form_page(&session, &PayForm::default(), &Errors::default()).into_response()
}

/// `POST /c/pay/{session}`
pub async fn submit(
    State(app): State<App>,
    Path(id): Path<String>,
    form: Result<Form<PayForm>, FormRejection>,
) -> Response {
    let form = match form {
        Ok(Form(form)) => form,
        Err(rejection) => return unreadable(rejection.status()),
    };
    let Some((session, _)) = look(&app, &id) else {
        return unknown();
    };
    match session.status {
        // The second click of a double click: the payment is made, so on to where it leads.
        SessionStatus::Complete => return see_other(&pay::success_url(&session)),
        SessionStatus::Expired => return closed(&session),
        SessionStatus::Open => {}
    }
    let now = app.config().clock.now();
    let email = session.customer_email.clone().unwrap_or_else(|| form.email.trim().to_owned());
    let name = form.name.trim().to_owned();
    let mut errors = Errors::default();
    if !crate::email::is_email(&email) {
        errors.email = Some(if email.is_empty() {
            "Enter your email address"
        } else {
            "Enter an email address like name@example.com"
        });
    }
    if name.is_empty() {
        errors.name = Some("Enter the name on the card");
    } else if name.chars().count() > 200 {
        errors.name = Some("The name on the card is too long");
    }
    let checked = card::check(&form.number, &form.expiry, &form.cvc, now);
    let (behaviour, used) = match checked {
        Ok(card) if errors.email.is_none() && errors.name.is_none() => card,
        checked => {
            errors.card = checked.err().unwrap_or_default();
            return form_page(&session, &form, &errors).into_response();
        }
    };
    let person = Person { email, name };
    let outcome = app.change(|data, cause| pay::attempt(data, cause, &id, behaviour, used, person));
    after(&app, &id, outcome, &form)
}

/// `GET /c/pay/{session}/authenticate`
pub async fn challenge(State(app): State<App>, Path(id): Path<String>) -> Response {
    let Some((session, status)) = look(&app, &id) else {
        return unknown();
    };
    if session.status != SessionStatus::Open {
        return closed(&session);
    }
    if status != Some(IntentStatus::RequiresAction) {
        return Redirect::to(&format!("/c/pay/{}", session.id)).into_response();
    }
    let body = format!(
        "<h1>Confirm your payment</h1><div class=\"card\"><p>Your bank wants to be sure that it is you who pays \
         <strong>{}</strong>. A real bank would send you to its app or ask for a code. Here you choose what it says.</p>\
         <form method=\"post\" action=\"/c/pay/{}/authenticate\"><p><button class=\"whole\" name=\"outcome\" \
         value=\"complete\">Complete authentication</button></p><p><button class=\"whole quiet\" name=\"outcome\" \
         value=\"fail\">Fail authentication</button></p></form></div>",
        escape(&money(session.amount, &session.currency)),
        escape(&session.id),
    );
    html::checkout("Confirm your payment", &body).into_response()
}

/// `POST /c/pay/{session}/authenticate`
pub async fn authenticate(
    State(app): State<App>,
    Path(id): Path<String>,
    answer: Result<Form<Answer>, FormRejection>,
) -> Response {
    let passed = match answer.as_ref().map(|Form(answer)| answer.outcome.as_str()) {
        Ok("complete") => true,
        Ok("fail") => false,
        Ok(_) => return unreadable(StatusCode::BAD_REQUEST),
        Err(rejection) => return unreadable(rejection.status()),
    };
    let outcome = app.change(|data, cause| pay::authenticate(data, cause, &id, passed));
    if outcome == Outcome::Nothing && look(&app, &id).is_some() {
        // The question was answered already.
        return Redirect::to(&format!("/c/pay/{id}")).into_response();
    }
    after(&app, &id, outcome, &PayForm::default())
}

fn after(app: &App, id: &str, outcome: Outcome, form: &PayForm) -> Response {
    match outcome {
        Outcome::Paid(to) => see_other(&to),
        Outcome::Authenticate => Redirect::to(&format!("/c/pay/{id}/authenticate")).into_response(),
        Outcome::Declined(reason) => {
            let Some((session, _)) = look(app, id) else {
                return unknown();
            };
            let errors = Errors { whole: Some(reason), ..Errors::default() };
            form_page(&session, form, &errors).into_response()
        }
        Outcome::Expired => look(app, id).map_or_else(unknown, |(session, _)| closed(&session)),
        Outcome::Nothing => unknown(),
    }
}

/// The session as it is now, and where its payment stands.
fn look(app: &App, id: &str) -> Option<(Session, Option<IntentStatus>)> {
    app.change(|data, _| {
        let session = data.sessions.get(id)?.clone();
        let intent = session.intent.as_ref().and_then(|intent| data.intents.get(intent));
        Some((session, intent.map(|intent| intent.status)))
    })
}

/// 303, so that a reload of the next page does not send the form again.
fn see_other(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

fn unknown() -> Response {
    let page = html::message(
        "Payment page not found",
        "This address leads to no payment. Go back to the shop and start again.",
    );
    (StatusCode::NOT_FOUND, page).into_response()
}

fn unreadable(status: StatusCode) -> Response {
    let page = html::message("The form could not be read", "Go back, reload the page and try again.");
    (status, page).into_response()
}

fn closed(session: &Session) -> Response {
    let (title, text, link) = match session.status {
        SessionStatus::Complete => (
            "You have already paid",
            "This payment is complete. You have not been charged again.",
            Some((pay::success_url(session), "Continue")),
        ),
        _ => (
            "This payment page has expired",
            "You have not been charged. Go back and start again.",
            session.cancel_url.clone().map(|to| (to, "Back")),
        ),
    };
    let link = link.map_or_else(String::new, |(to, name)| format!("<p><a href=\"{}\">{name}</a></p>", escape(&to)));
    html::checkout(title, &format!("<h1>{title}</h1><p>{text}</p>{link}")).into_response()
}

/// One labelled input.
struct Field<'a> {
    name: &'a str,
    label: &'a str,
    hint: Option<&'a str>,
    value: &'a str,
    error: Option<&'a str>,
    attributes: &'a str,
}

impl Field<'_> {
    fn html(&self) -> String {
        let name = self.name;
        let mut described = Vec::new();
        let mut html = match self.error {
            Some(_) => String::from("<div class=\"field bad\">"),
            None => String::from("<div class=\"field\">"),
        };
        html.push_str(&format!("<label for=\"{name}\">{}</label>", self.label));
        if let Some(hint) = self.hint {
            described.push(format!("{name}-hint"));
            html.push_str(&format!("<p class=\"hint\" id=\"{name}-hint\">{hint}</p>"));
        }
        if let Some(error) = self.error {
            described.push(format!("{name}-error"));
            html.push_str(&format!("<p class=\"problem\" id=\"{name}-error\">{}</p>", escape(error)));
        }
        let described = match described.is_empty() {
            true => String::new(),
            false => format!(" aria-describedby=\"{}\"", described.join(" ")),
        };
        let invalid = if self.error.is_some() { " aria-invalid=\"true\"" } else { "" };
        html.push_str(&format!(
            "<input id=\"{name}\" name=\"{name}\" value=\"{}\" {}{described}{invalid}></div>",
            escape(self.value),
            self.attributes
        ));
        html
    }
}

fn form_page(session: &Session, form: &PayForm, errors: &Errors) -> Page {
    let amount = money(session.amount, &session.currency);
    let fixed_email = session.customer_email.as_deref();
    let fields = [
        Field {
            name: "email",
            label: "Email",
            hint: None,
            value: fixed_email.unwrap_or(&form.email),
            error: errors.email,
            attributes: match fixed_email {
                Some(_) => "type=\"email\" autocomplete=\"email\" readonly",
                None => "type=\"email\" autocomplete=\"email\" maxlength=\"320\"",
            },
        },
        Field {
            name: "cardNumber",
            label: "Card number",
            hint: Some("A test card, such as 4242 4242 4242 4242"),
            value: &form.number,
            error: errors.card.number,
            attributes: "inputmode=\"numeric\" autocomplete=\"cc-number\" maxlength=\"40\"",
        },
        Field {
            name: "cardExpiry",
            label: "Expiry date",
            hint: Some("Month and year, like 09 / 34"),
            value: &form.expiry,
            error: errors.card.expiry,
            attributes: "inputmode=\"numeric\" autocomplete=\"cc-exp\" maxlength=\"12\"",
        },
        Field {
            name: "cardCvc",
            label: "Security code",
            hint: Some("3 digits on the back (CVC)"),
            value: "",
            error: errors.card.cvc,
            attributes: "inputmode=\"numeric\" autocomplete=\"cc-csc\" maxlength=\"6\"",
        },
        Field {
            name: "billingName",
            label: "Name on card",
            hint: None,
            value: &form.name,
            error: errors.name,
            attributes: "autocomplete=\"cc-name\" maxlength=\"200\"",
        },
    ];
    let summary = summary(&fields, errors.whole.as_deref());
    let [email, number, expiry, cvc, name] = fields.map(|field| field.html());
    let back = back(session);
    let body = format!(
        "{back}<h1>Pay {amount}</h1>{summary}{}<form method=\"post\" action=\"/c/pay/{}\" class=\"card\" novalidate>\
         {email}{number}<div class=\"pair\">{expiry}{cvc}</div>{name}<button class=\"whole\">Pay {amount}</button></form>",
        order(session, &amount),
        escape(&session.id),
    );
    let title = if summary.is_empty() { format!("Pay {amount}") } else { format!("Error: pay {amount}") };
    html::checkout(&title, &body)
}

fn back(session: &Session) -> String {
    let to = session.cancel_url.as_deref().map(escape);
    to.map_or_else(String::new, |to| format!("<p><a href=\"{to}\">Back</a></p>"))
}

/// What is being bought.
fn order(session: &Session, amount: &str) -> String {
    let mut html = String::from("<section class=\"card\" aria-label=\"Your order\"><ul class=\"lines\">");
    for line in &session.lines {
        let quantity = if line.quantity == 1 { String::new() } else { format!(" × {}", line.quantity) };
        let sum = money(line.unit_amount.saturating_mul(line.quantity), &session.currency);
        html.push_str(&format!("<li><span>{}{quantity}</span><span>{sum}</span></li>", escape(&line.name)));
        if let Some(description) = &line.description {
            html.push_str(&format!("<li class=\"hint\">{}</li>", escape(description)));
        }
    }
    html.push_str(&format!("</ul><p class=\"total\"><span>Total</span><span>{amount}</span></p></section>"));
    html
}

/// The errors in one place, each leading to its field; it takes the focus so that nobody misses it.
fn summary(fields: &[Field<'_>], whole: Option<&str>) -> String {
    let mut items: Vec<String> = fields
        .iter()
        .filter_map(|field| Some(format!("<li><a href=\"#{}\">{}</a></li>", field.name, escape(field.error?))))
        .collect();
    if let Some(reason) = whole {
        items.push(format!(
            "<li><a href=\"#cardNumber\">{} You have not been charged. Try another card.</a></li>",
            escape(reason)
        ));
    }
    if items.is_empty() {
        return String::new();
    }
    format!(
        "<div class=\"error\" role=\"alert\" tabindex=\"-1\" autofocus><h2>There is a problem</h2><ul>{}</ul></div>",
        items.concat()
    )
}
