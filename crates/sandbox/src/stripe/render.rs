//! Stripe's objects as JSON, with every field that a strict client reads.

use serde_json::{Map, Value, json};

use crate::data::{Data, Delivery, Event};
use crate::stripe::error::ApiError;
use crate::stripe::model::{Charge, Failure, Intent, IntentStatus, Line, Person, Refund, Session, SessionStatus};

/// The API version in whose shape the sandbox answers: the one that the client library pins.
pub const API_VERSION: &str = "2026-09-30.endive";

/// Adds the fields of an object that the sandbox never fills.
fn with_nulls(mut object: Value, names: &[&str]) -> Value {
    if let Some(fields) = object.as_object_mut() {
        for name in names {
            fields.entry(*name).or_insert(Value::Null);
        }
    }
    object
}

pub fn session(session: &Session, base_url: &str) -> Value {
    let open = session.status == SessionStatus::Open;
    let mut object = json!({
        "id": session.id,
        "object": "checkout.session",
        "created": session.created,
        "expires_at": session.expires_at,
        "livemode": false,
        "mode": "payment",
        "status": session.status.as_str(),
        "payment_status": if session.paid { "paid" } else { "unpaid" },
        "amount_subtotal": session.amount,
        "amount_total": session.amount,
        "currency": session.currency,
        "success_url": session.success_url,
        "cancel_url": session.cancel_url,
        "url": open.then(|| format!("{base_url}/c/pay/{}", session.id)),
        "client_reference_id": session.client_reference_id,
        "customer_email": session.customer_email,
        "customer_details": session.customer.as_ref().map(customer_details),
        "locale": session.locale,
        "submit_type": session.submit_type,
        "metadata": session.metadata,
        "payment_intent": session.intent,
        "payment_method_types": ["card"],
        "ui_mode": "hosted_page",
    });
    let fixed = json!({
        "adaptive_pricing": {"enabled": false},
        "automatic_tax": {"enabled": false, "liability": null, "provider": null, "status": null},
        "custom_fields": [],
        "custom_text": {
            "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null,
        },
        "customer_creation": "if_required",
        "payment_method_collection": "if_required",
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "phone_number_collection": {"enabled": false},
        "shipping_options": [],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    });
    if let (Some(object), Value::Object(fixed)) = (object.as_object_mut(), fixed) {
        object.extend(fixed);
    }
    with_nulls(
        object,
        &[
            "after_expiration",
            "allow_promotion_codes",
            "billing_address_collection",
            "client_secret",
            "collected_information",
            "consent",
            "consent_collection",
            "currency_conversion",
            "customer",
            "customer_account",
            "discounts",
            "invoice",
            "invoice_creation",
            "origin_context",
            "payment_link",
            "payment_method_configuration_details",
            "permissions",
            "recovered_from",
            "saved_payment_method_options",
            "setup_intent",
            "shipping_address_collection",
            "shipping_cost",
            "subscription",
            "wallet_options",
        ],
    )
}

fn customer_details(person: &Person) -> Value {
    let fields = json!({"email": person.email, "name": person.name, "individual_name": null, "tax_exempt": "none",
        "tax_ids": []});
    with_nulls(fields, &["address", "business_name", "phone"])
}

pub fn line_items(session: &Session) -> Value {
    let lines: Vec<Value> = session.lines.iter().map(|line| line_item(session, line)).collect();
    json!({
        "object": "list", "has_more": false, "data": lines,
        "url": format!("/v1/checkout/sessions/{}/line_items", session.id),
    })
}

fn line_item(session: &Session, line: &Line) -> Value {
    let total = line.unit_amount.saturating_mul(line.quantity);
    let price = with_nulls(
        json!({
            "id": line.price, "object": "price", "active": false, "billing_scheme": "per_unit",
            "created": session.created, "currency": session.currency, "livemode": false, "metadata": {},
            "product": line.product, "tax_behavior": "unspecified", "type": "one_time",
            "unit_amount": line.unit_amount, "unit_amount_decimal": line.unit_amount.to_string(),
        }),
        &["custom_unit_amount", "lookup_key", "nickname", "recurring", "tiers_mode", "transform_quantity"],
    );
    json!({
        "id": line.id, "object": "item", "amount_discount": 0, "amount_subtotal": total, "amount_tax": 0,
        "amount_total": total, "currency": session.currency, "description": line.name, "price": price,
        "quantity": line.quantity,
    })
}

pub fn intent(intent: &Intent, base_url: &str) -> Value {
    let succeeded = intent.status == IntentStatus::Succeeded;
    let next_action = (intent.status == IntentStatus::RequiresAction).then(|| {
        json!({
            "type": "redirect_to_url",
            "redirect_to_url": {
                "return_url": format!("{base_url}/c/pay/{}", intent.session),
                "url": format!("{base_url}/c/pay/{}/authenticate", intent.session),
            },
        })
    });
    let object = json!({
        "id": intent.id,
        "object": "payment_intent",
        "amount": intent.amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": if succeeded { intent.amount } else { 0 },
        "canceled_at": intent.canceled_at,
        "capture_method": "automatic_async",
        "client_secret": format!("{}_secret_sandbox", intent.id),
        "confirmation_method": "automatic",
        "created": intent.created,
        "currency": intent.currency,
        "description": intent.data.description,
        "last_payment_error": intent.last_error.as_ref().map(failure),
        "latest_charge": intent.latest_charge,
        "livemode": false,
        "metadata": intent.data.metadata,
        "next_action": next_action,
        "payment_method": intent.payment_method,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "receipt_email": intent.data.receipt_email,
        "statement_descriptor": intent.data.statement_descriptor,
        "statement_descriptor_suffix": intent.data.statement_descriptor_suffix,
        "status": intent.status.as_str(),
        "transfer_group": intent.data.transfer_group,
    });
    with_nulls(
        object,
        &[
            "application",
            "application_fee_amount",
            "automatic_payment_methods",
            "cancellation_reason",
            "customer",
            "customer_account",
            "on_behalf_of",
            "payment_method_configuration_details",
            "processing",
            "review",
            "setup_future_usage",
            "shipping",
            "source",
            "transfer_data",
        ],
    )
}

fn failure(failure: &Failure) -> Value {
    let mut fields = Map::new();
    fields.insert("type".to_owned(), json!("card_error"));
    fields.insert("code".to_owned(), json!(failure.code));
    fields.insert("message".to_owned(), json!(failure.message));
    let page = failure.code.replace('_', "-");
    fields.insert("doc_url".to_owned(), json!(format!("https://stripe.com/docs/error-codes/{page}")));
    for (name, value) in [("decline_code", &failure.decline_code), ("charge", &failure.charge)] {
        if let Some(value) = value {
            fields.insert(name.to_owned(), json!(value));
        }
    }
    Value::Object(fields)
}

fn outcome(charge: &Charge) -> Value {
    let paid = charge.failure.is_none();
    json!({
        "type": if paid { "authorized" } else { "issuer_declined" },
        "network_status": if paid { "approved_by_network" } else { "declined_by_network" },
        "reason": charge.failure.as_ref().and_then(|failure| failure.decline_code.as_deref()),
        "risk_level": "normal", "risk_score": 10,
        "seller_message": if paid { "Payment complete." } else { "The bank declined the payment." },
    })
}

fn card_details(charge: &Charge) -> Value {
    json!({
        "brand": charge.card.brand, "country": "GB", "exp_month": charge.card.exp_month,
        "exp_year": charge.card.exp_year, "fingerprint": "sandbox", "funding": "credit", "last4": charge.card.last4,
        "network": charge.card.brand, "checks": null, "installments": null, "mandate": null, "three_d_secure": null,
        "wallet": null,
    })
}

pub fn charge(charge: &Charge) -> Value {
    let paid = charge.failure.is_none();
    let object = json!({
        "id": charge.id,
        "object": "charge",
        "amount": charge.amount,
        "amount_captured": if paid { charge.amount } else { 0 },
        "amount_refunded": charge.refunded,
        "balance_transaction": paid.then(|| charge.id.replacen("ch_", "txn_", 1)),
        "billing_details": {
            "address": null, "email": charge.person.email, "name": charge.person.name, "phone": null, "tax_id": null,
        },
        "calculated_statement_descriptor": "SANDBOX",
        "captured": paid,
        "created": charge.created,
        "currency": charge.currency,
        "description": charge.data.description,
        "disputed": false,
        "failure_code": charge.failure.as_ref().map(|failure| &failure.code),
        "failure_message": charge.failure.as_ref().map(|failure| &failure.message),
        "fraud_details": {},
        "livemode": false,
        "metadata": charge.data.metadata,
        "outcome": outcome(charge),
        "paid": paid,
        "payment_intent": charge.intent,
        "payment_method": charge.payment_method,
        "payment_method_details": {"type": "card", "card": card_details(charge)},
        "receipt_email": charge.data.receipt_email,
        "refunded": paid && charge.refunded == charge.amount,
        "status": if paid { "succeeded" } else { "failed" },
        "transfer_group": charge.data.transfer_group,
    });
    with_nulls(
        object,
        &[
            "application",
            "application_fee",
            "application_fee_amount",
            "customer",
            "failure_balance_transaction",
            "on_behalf_of",
            "receipt_number",
            "receipt_url",
            "review",
            "shipping",
            "source",
            "source_transfer",
            "statement_descriptor",
            "statement_descriptor_suffix",
            "transfer_data",
        ],
    )
}

pub fn refund(refund: &Refund) -> Value {
    let object = json!({
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "balance_transaction": refund.id.replacen("re_", "txn_", 1),
        "charge": refund.charge,
        "created": refund.created,
        "currency": refund.currency,
        "destination_details": {
            "type": "card",
            "card": {"type": "refund", "reference_status": "pending", "reference_type": "acquirer_reference_number"},
        },
        "metadata": refund.metadata,
        "payment_intent": refund.intent,
        "reason": refund.reason,
        "status": "succeeded",
    });
    with_nulls(object, &["receipt_number", "source_transfer_reversal", "transfer_reversal"])
}

pub fn event(event: &Event) -> Value {
    json!({
        "id": event.id,
        "object": "event",
        "api_version": API_VERSION,
        "created": event.created,
        "data": {"object": event.object},
        "livemode": false,
        "pending_webhooks": i32::from(event.state == Delivery::Pending),
        "request": {"id": event.request_id, "idempotency_key": event.idempotency_key},
        "type": event.kind,
    })
}

/// Replaces ids by their objects along `expand[]` paths such as `payment_intent.latest_charge`.
pub fn expand(value: &mut Value, paths: &[String], data: &Data, base_url: &str) -> Result<(), ApiError> {
    for path in paths {
        let parts: Vec<&str> = path.split('.').collect();
        if parts.len() > 4 {
            return Err(ApiError::invalid_param("expand", "You cannot expand more than 4 levels of a property."));
        }
        expand_path(value, &parts, data, base_url)
            .map_err(|()| ApiError::invalid_param("expand", format!("This property cannot be expanded ({path}).")))?;
    }
    Ok(())
}

fn expand_path(value: &mut Value, path: &[&str], data: &Data, base_url: &str) -> Result<(), ()> {
    let Some((name, rest)) = path.split_first() else {
        return Ok(());
    };
    if let Some(members) = value.get_mut("data").and_then(Value::as_array_mut).filter(|_| *name == "data") {
        return members.iter_mut().try_for_each(|member| expand_path(member, rest, data, base_url));
    }
    let object = value.as_object_mut().ok_or(())?;
    if *name == "line_items" {
        let found = object.get("id").and_then(Value::as_str).and_then(|id| data.sessions.get(id)).ok_or(())?;
        object.insert("line_items".to_owned(), line_items(found));
        return if rest.is_empty() { Ok(()) } else { Err(()) };
    }
    if !matches!(*name, "payment_intent" | "latest_charge" | "charge" | "customer") {
        return Err(());
    }
    let field = object.get_mut(*name).ok_or(())?;
    if let Some(id) = field.as_str() {
        let full = (data.intents.get(id).map(|found| intent(found, base_url)))
            .or_else(|| data.charges.get(id).map(charge))
            .ok_or(())?;
        *field = full;
    }
    if field.is_null() { Ok(()) } else { expand_path(field, rest, data, base_url) }
}
