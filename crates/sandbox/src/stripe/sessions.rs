//! Checkout Sessions: create, retrieve, list, expire.

use serde_json::Value;

use crate::data::{Cause, Data};
use crate::stripe::error::ApiError;
use crate::stripe::form::Form;
use crate::stripe::model::{Session, SessionStatus};
use crate::stripe::objects::{finish, page};
use crate::stripe::{pay, render, session_params};

pub fn create(data: &mut Data, cause: &Cause, mut form: Form) -> Result<Value, ApiError> {
    let expand = form.texts("expand")?;
    let session = session_params::read(cause, form)?;
    let mut value = render::session(&session, &cause.base_url);
    let id = session.id.clone();
    data.sessions.push(session);
    render::expand(&mut value, &expand, data, &cause.base_url).inspect_err(|_| {
        data.sessions.remove(&id);
    })?;
    Ok(value)
}

fn find<'a>(data: &'a Data, id: &str) -> Result<&'a Session, ApiError> {
    data.sessions.get(id).ok_or_else(|| ApiError::no_such("checkout.session", "session", id))
}

pub fn retrieve(data: &Data, base_url: &str, id: &str, form: Form) -> Result<Value, ApiError> {
    finish(render::session(find(data, id)?, base_url), form, data, base_url)
}

pub fn lines(data: &Data, id: &str, mut form: Form) -> Result<Value, ApiError> {
    form.integer("limit")?;
    form.finish()?;
    Ok(render::line_items(find(data, id)?))
}

pub fn list(data: &Data, base_url: &str, mut form: Form) -> Result<Value, ApiError> {
    let intent = form.text("payment_intent")?;
    let status = form.choice("status", &["open", "complete", "expired"])?;
    let found = data.sessions.newest().filter(|session| {
        intent.as_ref().is_none_or(|intent| session.intent.as_ref() == Some(intent))
            && status.as_ref().is_none_or(|status| session.status.as_str() == status)
    });
    let rendered = found.map(|session| (session.id.as_str(), session.created, render::session(session, base_url)));
    let (value, form) = page("/v1/checkout/sessions", rendered, form)?;
    finish(value, form, data, base_url)
}

pub fn expire(data: &mut Data, cause: &Cause, id: &str, form: Form) -> Result<Value, ApiError> {
    let status = find(data, id)?.status;
    if status != SessionStatus::Open {
        return Err(ApiError::refused(format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of \
             `{}`.",
            status.as_str()
        )));
    }
    let mut probe = render::session(find(data, id)?, &cause.base_url);
    let mut fields = form;
    let expand = fields.texts("expand")?;
    fields.finish()?;
    render::expand(&mut probe, &expand, data, &cause.base_url)?;
    pay::expire(data, cause, id);
    let mut value = render::session(find(data, id)?, &cause.base_url);
    render::expand(&mut value, &expand, data, &cause.base_url)?;
    Ok(value)
}
