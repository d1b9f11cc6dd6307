//! The parameters of a new Checkout Session, for one-off payments by card.
//! <https://docs.stripe.com/api/checkout/sessions/create>

use crate::data::Cause;
use crate::email::is_email;
use crate::ids;
use crate::stripe::error::ApiError;
use crate::stripe::form::Form;
use crate::stripe::model::{IntentData, Line, Session, SessionStatus};

const CURRENCIES: &[&str] = &["gbp", "eur", "usd", "aud", "cad", "nzd", "chf", "sek", "nok", "dkk"];
/// Stripe's least and greatest charge, in minor units; the least is that of pounds.
const AMOUNTS: std::ops::RangeInclusive<i64> = 30..=99_999_999;
const MINUTE: i64 = 60;

/// What Stripe knows and the sandbox does not emulate.
const NOT_EMULATED: &[&str] = &[
    "adaptive_pricing",
    "after_expiration",
    "branding_settings",
    "consent_collection",
    "custom_fields",
    "custom_text",
    "customer",
    "customer_account",
    "customer_update",
    "discounts",
    "excluded_payment_method_types",
    "integration_identifier",
    "managed_payments",
    "name_collection",
    "optional_items",
    "origin_context",
    "payment_method_configuration",
    "payment_method_data",
    "payment_method_options",
    "permissions",
    "redirect_on_completion",
    "return_url",
    "saved_payment_method_options",
    "setup_intent_data",
    "shipping_address_collection",
    "shipping_options",
    "subscription_data",
    "tax_id_collection",
    "wallet_options",
];

/// A session as asked for, or what is wrong with the request.
pub fn read(cause: &Cause, mut form: Form) -> Result<Session, ApiError> {
    form.refuse(NOT_EMULATED)?;
    match form.choice("mode", &["payment", "setup", "subscription"])?.as_deref() {
        None => return Err(ApiError::missing("mode")),
        Some("payment") => {}
        Some(other) => {
            return Err(ApiError::unsupported("mode", &format!("`mode={other}`, only `payment`")));
        }
    }
    ignore_defaults(&mut form)?;
    let currency = form.text("currency")?;
    let (lines, currency) = read_lines(&mut form, currency)?;
    let amount = total(&lines)?;
    let created = cause.now.timestamp();
    let session = Session {
        id: ids::token("cs_test_", 58),
        created,
        expires_at: read_expiry(&mut form, created)?,
        status: SessionStatus::Open,
        paid: false,
        amount,
        currency,
        lines,
        success_url: read_url(&mut form, "success_url")?.ok_or_else(|| ApiError::missing("success_url"))?,
        cancel_url: read_url(&mut form, "cancel_url")?,
        client_reference_id: form.short_text("client_reference_id", 200)?,
        customer_email: read_email(&mut form)?,
        locale: form.short_text("locale", 10)?,
        submit_type: form.choice("submit_type", &["auto", "book", "donate", "pay", "subscribe"])?,
        metadata: form.metadata()?,
        intent_data: read_intent_data(&mut form)?,
        intent: None,
        customer: None,
    };
    form.finish()?;
    Ok(session)
}

/// Parameters that may be given as long as they ask for nothing but what the sandbox does anyway.
fn ignore_defaults(form: &mut Form) -> Result<(), ApiError> {
    if let Some(other) = form.texts("payment_method_types")?.iter().find(|kind| *kind != "card") {
        return Err(ApiError::unsupported("payment_method_types", &format!("`{other}`, only `card`")));
    }
    if let Some(other) = form.texts("allowed_payment_method_types")?.iter().find(|kind| *kind != "card") {
        return Err(ApiError::unsupported("allowed_payment_method_types", &format!("`{other}`, only `card`")));
    }
    let ui = form.choice("ui_mode", &["custom", "elements", "embedded", "embedded_page", "hosted", "hosted_page"])?;
    if ui.as_deref().is_some_and(|ui| !ui.starts_with("hosted")) {
        return Err(ApiError::unsupported("ui_mode", "any `ui_mode` but the hosted page"));
    }
    form.choice("customer_creation", &["if_required"])?;
    form.choice("payment_method_collection", &["always", "if_required"])?;
    form.choice("billing_address_collection", &["auto"])?;
    if form.boolean("allow_promotion_codes")? == Some(true) {
        return Err(ApiError::unsupported("allow_promotion_codes", "promotion codes"));
    }
    for field in ["automatic_tax", "invoice_creation", "phone_number_collection"] {
        let Some(mut group) = form.group(field)? else {
            continue;
        };
        if group.boolean("enabled")? == Some(true) {
            return Err(ApiError::unsupported(format!("{field}[enabled]"), &format!("`{field}`")));
        }
        group.finish()?;
    }
    Ok(())
}

fn read_lines(form: &mut Form, currency: Option<String>) -> Result<(Vec<Line>, String), ApiError> {
    let groups = form.groups("line_items")?;
    if groups.is_empty() {
        return Err(ApiError::missing("line_items"));
    }
    if groups.len() > 100 {
        return Err(ApiError::invalid_param("line_items", "A session can have up to 100 line items."));
    }
    let mut currency = currency.map(|currency| currency.to_lowercase());
    let mut lines = Vec::with_capacity(groups.len());
    for group in groups {
        let (line, of_line) = read_line(group)?;
        if currency.get_or_insert_with(|| of_line.clone()) != &of_line {
            return Err(ApiError::invalid_param("line_items", "All prices of a session must use the same currency."));
        }
        lines.push(line);
    }
    Ok((lines, currency.unwrap_or_default()))
}

fn read_line(mut form: Form) -> Result<(Line, String), ApiError> {
    form.refuse(&["price", "adjustable_quantity", "dynamic_tax_rates", "tax_rates"])?;
    let mut price = form.required_group("price_data")?;
    price.refuse(&["product", "recurring"])?;
    let currency = price.required("currency")?.to_lowercase();
    if !CURRENCIES.contains(&currency.as_str()) {
        let list = CURRENCIES.join(", ");
        return Err(ApiError::invalid_param(
            price.name_of("currency"),
            format!("Invalid currency: {currency}. Supported: {list}"),
        ));
    }
    let mut product = price.required_group("product_data")?;
    let name = product.required("name")?;
    let description = product.text("description")?;
    product.texts("images")?;
    product.metadata()?;
    product.text("tax_code")?;
    product.text("unit_label")?;
    product.finish()?;
    let unit_amount = read_unit_amount(&mut price)?;
    price.choice("tax_behavior", &["exclusive", "inclusive", "unspecified"])?;
    price.finish()?;
    let quantity = form.required_integer("quantity")?;
    if !(1..=999_999).contains(&quantity) {
        return Err(ApiError::invalid_param(form.name_of("quantity"), "A quantity must be between 1 and 999999."));
    }
    form.metadata()?;
    form.finish()?;
    let line = Line {
        id: ids::token("li_", 24),
        price: ids::token("price_", 24),
        product: ids::token("prod_", 14),
        name,
        description,
        unit_amount,
        quantity,
    };
    Ok((line, currency))
}

fn read_unit_amount(price: &mut Form) -> Result<i64, ApiError> {
    let decimal = price.text("unit_amount_decimal")?;
    let amount = match (price.integer("unit_amount")?, decimal) {
        (Some(_), Some(_)) => {
            let message = "You may only specify one of these parameters: unit_amount, unit_amount_decimal.";
            return Err(ApiError::invalid(message).coded("parameters_exclusive"));
        }
        (Some(amount), None) => amount,
        (None, Some(decimal)) => decimal.parse().map_err(|_| {
            ApiError::unsupported(price.name_of("unit_amount_decimal"), "fractions of the smallest unit of a currency")
        })?,
        (None, None) => return Err(ApiError::missing(price.name_of("unit_amount"))),
    };
    if amount < 0 {
        return Err(ApiError::invalid_param(
            price.name_of("unit_amount"),
            "This value must be greater than or equal to 0.",
        ));
    }
    Ok(amount)
}

fn total(lines: &[Line]) -> Result<i64, ApiError> {
    let sum = lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.unit_amount.checked_mul(line.quantity)?));
    match sum {
        Some(sum) if AMOUNTS.contains(&sum) => Ok(sum),
        Some(sum) if sum < *AMOUNTS.start() => {
            Err(ApiError::invalid("The Checkout Session's total amount must convert to at least 30 pence.")
                .coded("amount_too_small"))
        }
        _ => Err(ApiError::invalid("The Checkout Session's total amount must be no more than 999999.99.")
            .coded("amount_too_large")),
    }
}

fn read_expiry(form: &mut Form, created: i64) -> Result<i64, ApiError> {
    let Some(at) = form.integer("expires_at")? else {
        return Ok(created + 24 * 60 * MINUTE);
    };
    let wrong = |bound| {
        let message = format!("The `expires_at` timestamp must be {bound} from Checkout Session creation.");
        Err(ApiError::invalid_param("expires_at", message))
    };
    match at.saturating_sub(created) {
        early if early < 30 * MINUTE => wrong("at least 30 minutes"),
        late if late > 24 * 60 * MINUTE => wrong("less than 24 hours"),
        _ => Ok(at),
    }
}

fn read_url(form: &mut Form, field: &str) -> Result<Option<String>, ApiError> {
    let Some(url) = form.text(field)? else {
        return Ok(None);
    };
    let parsed = reqwest::Url::parse(&url).ok();
    let is_web = parsed.is_some_and(|parsed| matches!(parsed.scheme(), "http" | "https") && parsed.has_host());
    if !is_web || url.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return Err(ApiError::invalid_param(field, "Not a valid URL").coded("url_invalid"));
    }
    Ok(Some(url))
}

fn read_email(form: &mut Form) -> Result<Option<String>, ApiError> {
    let Some(email) = form.short_text("customer_email", 512)? else {
        return Ok(None);
    };
    if !is_email(&email) {
        let message = format!("Invalid email address: {email}");
        return Err(ApiError::invalid_param("customer_email", message).coded("email_invalid"));
    }
    Ok(Some(email))
}

fn read_intent_data(form: &mut Form) -> Result<IntentData, ApiError> {
    let Some(mut group) = form.group("payment_intent_data")? else {
        return Ok(IntentData::default());
    };
    group.refuse(&["application_fee_amount", "on_behalf_of", "setup_future_usage", "shipping", "transfer_data"])?;
    group.choice("capture_method", &["automatic", "automatic_async"])?;
    let intent_data = IntentData {
        metadata: group.metadata()?,
        description: group.short_text("description", 1_000)?,
        receipt_email: group.text("receipt_email")?,
        statement_descriptor: group.short_text("statement_descriptor", 22)?,
        statement_descriptor_suffix: group.short_text("statement_descriptor_suffix", 22)?,
        transfer_group: group.text("transfer_group")?,
    };
    group.finish()?;
    Ok(intent_data)
}
