//! PaymentIntents, Charges, Refunds and Events, and how lists are paged.

use serde_json::{Value, json};

use crate::data::{Cause, Data};
use crate::ids;
use crate::stripe::error::ApiError;
use crate::stripe::form::Form;
use crate::stripe::model::{Charge, IntentStatus, Refund};
use crate::stripe::render;

/// Expands what was asked for and rejects parameters that nobody read.
pub fn finish(mut value: Value, mut form: Form, data: &Data, base_url: &str) -> Result<Value, ApiError> {
    let expand = form.texts("expand")?;
    form.finish()?;
    render::expand(&mut value, &expand, data, base_url)?;
    Ok(value)
}

/// One page of a list that comes newest first as (id, created, object).
pub fn page<'a>(
    url: &str,
    entries: impl Iterator<Item = (&'a str, i64, Value)>,
    mut form: Form,
) -> Result<(Value, Form), ApiError> {
    let limit = form.integer("limit")?.unwrap_or(10);
    let limit = usize::try_from(limit)
        .ok()
        .filter(|limit| (1..=100).contains(limit))
        .ok_or_else(|| ApiError::invalid_param("limit", "This value must be between 1 and 100."))?;
    let after = form.text("starting_after")?;
    let before = form.text("ending_before")?;
    if after.is_some() && before.is_some() {
        return Err(ApiError::invalid("You can only specify one of starting_after and ending_before.")
            .coded("parameters_exclusive"));
    }
    let created = Created::read(&mut form)?;
    let mut found: Vec<(&str, Value)> =
        entries.filter(|(_, at, _)| created.holds(*at)).map(|(id, _, value)| (id, value)).collect();
    let place = |cursor: &str, param: &str| {
        let place = found.iter().position(|(id, _)| *id == cursor);
        place.ok_or_else(|| ApiError::no_such("object", param, cursor))
    };
    let mut has_more = false;
    if let Some(cursor) = after {
        found.drain(..=place(&cursor, "starting_after")?);
    } else if let Some(cursor) = before {
        found.truncate(place(&cursor, "ending_before")?);
        let surplus = found.len().saturating_sub(limit);
        has_more = surplus > 0;
        found.drain(..surplus);
    }
    has_more |= found.len() > limit;
    let members: Vec<Value> = found.into_iter().take(limit).map(|(_, value)| value).collect();
    Ok((json!({"object": "list", "url": url, "has_more": has_more, "data": members}), form))
}

/// `created` as a moment or as bounds.
#[derive(Debug, Default)]
struct Created {
    bounds: Vec<(&'static str, i64)>,
}

impl Created {
    fn read(form: &mut Form) -> Result<Self, ApiError> {
        let mut created = Self::default();
        // A plain number is read as text first: as a group it would be an error.
        let mut probe = form.clone();
        if let Ok(Some(at)) = probe.integer("created") {
            *form = probe;
            created.bounds.push(("eq", at));
        } else if let Some(mut group) = form.group("created")? {
            for bound in ["gt", "gte", "lt", "lte"] {
                if let Some(at) = group.integer(bound)? {
                    created.bounds.push((bound, at));
                }
            }
            group.finish()?;
        }
        Ok(created)
    }

    fn holds(&self, at: i64) -> bool {
        self.bounds.iter().all(|(bound, than)| match *bound {
            "gt" => at > *than,
            "gte" => at >= *than,
            "lt" => at < *than,
            "lte" => at <= *than,
            _ => at == *than,
        })
    }
}

pub fn intent(data: &Data, base_url: &str, id: &str, mut form: Form) -> Result<Value, ApiError> {
    form.text("client_secret")?;
    let found = data.intents.get(id).ok_or_else(|| ApiError::no_such("payment_intent", "intent", id))?;
    finish(render::intent(found, base_url), form, data, base_url)
}

pub fn charge(data: &Data, base_url: &str, id: &str, form: Form) -> Result<Value, ApiError> {
    let found = data.charges.get(id).ok_or_else(|| ApiError::no_such("charge", "charge", id))?;
    finish(render::charge(found), form, data, base_url)
}

pub fn refund(data: &Data, base_url: &str, id: &str, form: Form) -> Result<Value, ApiError> {
    let found = data.refunds.get(id).ok_or_else(|| ApiError::no_such("refund", "id", id))?;
    finish(render::refund(found), form, data, base_url)
}

pub fn list_refunds(data: &Data, base_url: &str, mut form: Form) -> Result<Value, ApiError> {
    let intent = form.text("payment_intent")?;
    let charge = form.text("charge")?;
    let found = data.refunds.newest().filter(|refund| {
        intent.as_ref().is_none_or(|intent| refund.intent == *intent)
            && charge.as_ref().is_none_or(|charge| refund.charge == *charge)
    });
    let rendered = found.map(|refund| (refund.id.as_str(), refund.created, render::refund(refund)));
    let (value, form) = page("/v1/refunds", rendered, form)?;
    finish(value, form, data, base_url)
}

/// Which charge is to be refunded, by its own id or by its PaymentIntent's.
fn charge_to_refund(data: &mut Data, intent: Option<String>, charge: Option<String>) -> Result<&mut Charge, ApiError> {
    let charge = match (intent, charge) {
        (Some(id), None) => {
            let found =
                data.intents.get(&id).ok_or_else(|| ApiError::no_such("payment_intent", "payment_intent", &id))?;
            let paid = found.latest_charge.clone().filter(|_| found.status == IntentStatus::Succeeded);
            paid.ok_or_else(|| {
                ApiError::refused(format!("This PaymentIntent ({id}) does not have a successful charge to refund."))
            })?
        }
        (None, Some(id)) => id,
        (Some(_), Some(_)) => {
            return Err(ApiError::invalid("You may only specify one of these parameters: charge, payment_intent.")
                .coded("parameters_exclusive"));
        }
        (None, None) => {
            return Err(ApiError::invalid(
                "One of the following params should be provided for this request: payment_intent or charge.",
            )
            .coded("parameter_missing"));
        }
    };
    let found = data.charges.get_mut(&charge).ok_or_else(|| ApiError::no_such("charge", "charge", &charge))?;
    if found.failure.is_some() {
        return Err(ApiError::refused(format!("Charge {charge} did not succeed, so it cannot be refunded.")));
    }
    Ok(found)
}

pub fn create_refund(data: &mut Data, cause: &Cause, mut form: Form) -> Result<Value, ApiError> {
    form.refuse(&[
        "customer",
        "currency",
        "instructions_email",
        "origin",
        "refund_application_fee",
        "reverse_transfer",
    ])?;
    let intent = form.text("payment_intent")?;
    let charge = form.text("charge")?;
    let asked = form.integer("amount")?;
    let reason = form.choice("reason", &["duplicate", "fraudulent", "requested_by_customer"])?;
    let metadata = form.metadata()?;
    let expand = form.texts("expand")?;
    form.finish()?;

    let charge = charge_to_refund(data, intent, charge)?;
    let left = charge.amount - charge.refunded;
    if left == 0 {
        return Err(ApiError::refused(format!("Charge {} has already been refunded.", charge.id))
            .coded("charge_already_refunded"));
    }
    let amount = asked.unwrap_or(left);
    if amount < 1 {
        return Err(ApiError::invalid_param("amount", "This value must be greater than or equal to 1.")
            .coded("parameter_invalid_integer"));
    }
    if amount > left {
        let message = format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).");
        return Err(ApiError::refused(message).about("amount"));
    }
    let refund = Refund {
        id: ids::token("re_", 24),
        created: cause.now.timestamp(),
        charge: charge.id.clone(),
        intent: charge.intent.clone(),
        amount,
        currency: charge.currency.clone(),
        reason,
        metadata,
    };
    let object = render::refund(&refund);
    // Expanding is the last thing that can be wrong with the request, so it is tried before any effect.
    render::expand(&mut object.clone(), &expand, data, &cause.base_url)?;
    let Some(charge) = data.charges.get_mut(&refund.charge) else {
        return Err(ApiError::no_such("charge", "charge", &refund.charge));
    };
    charge.refunded += amount;
    let refunded = render::charge(charge);
    data.refunds.push(refund);
    data.emit(cause, "refund.created", object.clone());
    data.emit(cause, "charge.refunded", refunded);
    let mut value = object;
    render::expand(&mut value, &expand, data, &cause.base_url)?;
    Ok(value)
}

pub fn event(data: &Data, id: &str, form: Form) -> Result<Value, ApiError> {
    let found = data.events.get(id).ok_or_else(|| ApiError::no_such("event", "id", id))?;
    finish(render::event(found), form, data, "")
}

pub fn list_events(data: &Data, mut form: Form) -> Result<Value, ApiError> {
    let mut kinds = form.texts("types")?;
    kinds.extend(form.text("type")?);
    let delivered = form.boolean("delivery_success")?;
    let found = data.events.newest().filter(|event| {
        let wanted =
            |kind: &String| kind.strip_suffix('*').map_or(event.kind == *kind, |start| event.kind.starts_with(start));
        (kinds.is_empty() || kinds.iter().any(wanted))
            && delivered.is_none_or(|delivered| delivered == (event.state == crate::data::Delivery::Delivered))
    });
    let rendered = found.map(|event| (event.id.as_str(), event.created, render::event(event)));
    let (value, form) = page("/v1/events", rendered, form)?;
    finish(value, form, data, "")
}
