//! What happens to a session: an attempt to pay, authentication, expiry. Each function is one atomic step.

use chrono::{DateTime, Utc};

use crate::card::{Behaviour, Used};
use crate::data::{Cause, Data};
use crate::ids;
use crate::stripe::model::{Charge, Failure, Intent, IntentStatus, Person, Session, SessionStatus, Waiting};
use crate::stripe::render;

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Paid, now or before: on to the success address.
    Paid(String),
    /// Refused, with the reason; the session remains open.
    Declined(String),
    /// The bank wants to hear from the person first.
    Authenticate,
    /// The session takes no more attempts.
    Expired,
    /// There is no such session, or nothing to authenticate.
    Nothing,
}

/// The success address with the session's id filled in.
pub fn success_url(session: &Session) -> String {
    session.success_url.replace("{CHECKOUT_SESSION_ID}", &session.id)
}

/// Tries to pay a session with a card. Only an open session can be charged, so a second submit never pays twice.
pub fn attempt(data: &mut Data, cause: &Cause, id: &str, behaviour: Behaviour, card: Used, person: Person) -> Outcome {
    if let Err(outcome) = open_session(data, id) {
        return outcome;
    }
    let Some(intent_id) = intent_of(data, cause, id) else {
        return Outcome::Nothing;
    };
    match behaviour {
        Behaviour::Succeed => succeed(data, cause, id, &intent_id, card, person),
        Behaviour::Decline { code, decline_code, message } => {
            let failure = Failure {
                code: code.to_owned(),
                decline_code: decline_code.map(str::to_owned),
                message: message.to_owned(),
                charge: None,
            };
            let charge = Some((card, person));
            fail(data, cause, &intent_id, failure, charge)
        }
        Behaviour::Authenticate => {
            if let Some(intent) = data.intents.get_mut(&intent_id) {
                intent.status = IntentStatus::RequiresAction;
                intent.payment_method = Some(ids::token("pm_", 24));
                intent.last_error = None;
                intent.waiting = Some(Waiting { card, person });
            }
            Outcome::Authenticate
        }
    }
}

/// The person's answer to the bank's question.
pub fn authenticate(data: &mut Data, cause: &Cause, id: &str, passed: bool) -> Outcome {
    let intent_id = match open_session(data, id) {
        Ok(session) => session.intent.clone(),
        Err(outcome) => return outcome,
    };
    let Some(intent) = intent_id.as_ref().and_then(|id| data.intents.get_mut(id)) else {
        return Outcome::Nothing;
    };
    let Some(Waiting { card, person }) = intent.waiting.take() else {
        return Outcome::Nothing;
    };
    let intent_id = intent.id.clone();
    if passed {
        return succeed(data, cause, id, &intent_id, card, person);
    }
    let failure = Failure {
        code: "payment_intent_authentication_failure".to_owned(),
        decline_code: None,
        message: "We are unable to authenticate your payment method. Please choose a different payment method and \
                  try again."
            .to_owned(),
        charge: None,
    };
    fail(data, cause, &intent_id, failure, None)
}

fn open_session<'a>(data: &'a Data, id: &str) -> Result<&'a Session, Outcome> {
    let session = data.sessions.get(id).ok_or(Outcome::Nothing)?;
    match session.status {
        SessionStatus::Open => Ok(session),
        SessionStatus::Complete => Err(Outcome::Paid(success_url(session))),
        SessionStatus::Expired => Err(Outcome::Expired),
    }
}

/// The session's PaymentIntent, made when there is none yet.
fn intent_of(data: &mut Data, cause: &Cause, id: &str) -> Option<String> {
    let session = data.sessions.get_mut(id)?;
    if let Some(intent) = &session.intent {
        return Some(intent.clone());
    }
    let intent = Intent {
        id: ids::token("pi_", 24),
        created: cause.now.timestamp(),
        session: session.id.clone(),
        amount: session.amount,
        currency: session.currency.clone(),
        status: IntentStatus::RequiresPaymentMethod,
        data: session.intent_data.clone(),
        latest_charge: None,
        payment_method: None,
        last_error: None,
        waiting: None,
        canceled_at: None,
    };
    let intent_id = intent.id.clone();
    session.intent = Some(intent_id.clone());
    data.intents.push(intent);
    Some(intent_id)
}

fn succeed(data: &mut Data, cause: &Cause, id: &str, intent_id: &str, card: Used, person: Person) -> Outcome {
    let (Some(session), Some(intent)) = (data.sessions.get_mut(id), data.intents.get_mut(intent_id)) else {
        return Outcome::Nothing;
    };
    let charge = charge_for(intent, cause, card, person.clone(), None);
    intent.status = IntentStatus::Succeeded;
    intent.latest_charge = Some(charge.id.clone());
    intent.payment_method = Some(charge.payment_method.clone());
    intent.last_error = None;
    intent.waiting = None;
    session.status = SessionStatus::Complete;
    session.paid = true;
    session.customer = Some(person);
    let to = success_url(session);
    let (session, intent) = (render::session(session, &cause.base_url), render::intent(intent, &cause.base_url));
    data.charges.push(charge);
    data.emit(cause, "payment_intent.succeeded", intent);
    data.emit(cause, "checkout.session.completed", session);
    Outcome::Paid(to)
}

/// Records a failed attempt; with a charge when the card's bank was asked.
fn fail(
    data: &mut Data,
    cause: &Cause,
    intent_id: &str,
    mut failure: Failure,
    asked: Option<(Used, Person)>,
) -> Outcome {
    let Some(intent) = data.intents.get_mut(intent_id) else {
        return Outcome::Nothing;
    };
    let message = failure.message.clone();
    if let Some((card, person)) = asked {
        let charge = charge_for(intent, cause, card, person, Some(failure.clone()));
        failure.charge = Some(charge.id.clone());
        intent.latest_charge = Some(charge.id.clone());
        data.charges.push(charge);
    }
    intent.status = IntentStatus::RequiresPaymentMethod;
    intent.payment_method = None;
    intent.last_error = Some(failure);
    intent.waiting = None;
    let object = render::intent(intent, &cause.base_url);
    data.emit(cause, "payment_intent.payment_failed", object);
    Outcome::Declined(message)
}

fn charge_for(intent: &Intent, cause: &Cause, card: Used, person: Person, failure: Option<Failure>) -> Charge {
    Charge {
        id: ids::token("ch_", 24),
        created: cause.now.timestamp(),
        intent: intent.id.clone(),
        payment_method: intent.payment_method.clone().unwrap_or_else(|| ids::token("pm_", 24)),
        amount: intent.amount,
        refunded: 0,
        currency: intent.currency.clone(),
        card,
        person,
        data: intent.data.clone(),
        failure,
    }
}

/// Closes an open session without payment.
pub fn expire(data: &mut Data, cause: &Cause, id: &str) {
    let Some(session) = data.sessions.get_mut(id).filter(|session| session.status == SessionStatus::Open) else {
        return;
    };
    session.status = SessionStatus::Expired;
    let object = render::session(session, &cause.base_url);
    if let Some(intent) = session.intent.as_ref().and_then(|intent| data.intents.get_mut(intent)) {
        intent.status = IntentStatus::Canceled;
        intent.canceled_at = Some(cause.now.timestamp());
        intent.waiting = None;
    }
    data.emit(cause, "checkout.session.expired", object);
}

fn is_overdue(session: &Session, now: DateTime<Utc>) -> bool {
    session.status == SessionStatus::Open && session.expires_at <= now.timestamp()
}

pub fn is_any_overdue(data: &Data, now: DateTime<Utc>) -> bool {
    data.sessions.newest().any(|session| is_overdue(session, now))
}

/// Expires every open session whose time has come.
pub fn expire_overdue(data: &mut Data, cause: &Cause) {
    let overdue: Vec<String> = data
        .sessions
        .newest()
        .filter(|session| is_overdue(session, cause.now))
        .map(|session| session.id.clone())
        .collect();
    for id in overdue {
        expire(data, cause, &id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::Behaviour;
    use crate::stripe::form::Form;
    use crate::stripe::session_params;

    fn cause() -> Cause {
        Cause { now: crate::clock::real(), base_url: String::new(), request_id: None, idempotency_key: None }
    }

    fn open() -> (Data, String) {
        let form = "mode=payment&success_url=http://a.test/{CHECKOUT_SESSION_ID}&line_items[0][quantity]=1\
                    &line_items[0][price_data][currency]=gbp&line_items[0][price_data][unit_amount]=100\
                    &line_items[0][price_data][product_data][name]=Course";
        let session = session_params::read(&cause(), Form::parse(form.as_bytes()).unwrap()).unwrap();
        let mut data = Data::default();
        let id = session.id.clone();
        data.sessions.push(session);
        (data, id)
    }

    fn try_to_pay(data: &mut Data, id: &str, behaviour: Behaviour) -> Outcome {
        let card = Used { brand: "visa".to_owned(), last4: "4242".to_owned(), exp_month: 12, exp_year: 2034 };
        let person = Person { email: "ada@example.com".to_owned(), name: "Ada".to_owned() };
        attempt(data, &cause(), id, behaviour, card, person)
    }

    #[test]
    fn two_attempts_that_passed_the_form_charge_once() {
        let (mut data, id) = open();
        let paid = Outcome::Paid(format!("http://a.test/{id}"));
        assert_eq!(try_to_pay(&mut data, &id, Behaviour::Succeed), paid);
        assert_eq!(try_to_pay(&mut data, &id, Behaviour::Succeed), paid);
        assert_eq!(try_to_pay(&mut data, &id, Behaviour::Authenticate), paid);
        assert_eq!((data.charges.len(), data.intents.len(), data.events.len()), (1, 1, 2));
    }

    #[test]
    fn expiry_in_the_middle_of_authentication_wins() {
        let (mut data, id) = open();
        assert_eq!(try_to_pay(&mut data, &id, Behaviour::Authenticate), Outcome::Authenticate);
        expire(&mut data, &cause(), &id);
        assert_eq!(authenticate(&mut data, &cause(), &id, true), Outcome::Expired);
        assert_eq!(data.charges.len(), 0);
    }
}
