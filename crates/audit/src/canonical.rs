//! One text for one JSON value, in the manner of RFC 8785: keys in the order of their UTF-16 units, no spaces, the shortest
//! escapes. Numbers differ from it only where they have an exponent or more than 15 digits: they stand as `serde_json` writes them.
//!
//! Always holds: two values that are equal have one text, and a text read back and written again is the same text (floats of
//! more than 15 digits aside).

use std::fmt::Write;

use serde_json::{Number, Value};

/// The value's one text.
#[must_use]
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(is) => out.push_str(if *is { "true" } else { "false" }),
        Value::Number(number) => write_number(number, out),
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (place, (key, item)) in entries.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                write(item, out);
            }
            out.push('}');
        }
    }
}

/// A whole number has one form, whether it came as an integer or as a float.
fn write_number(number: &Number, out: &mut String) {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => {
            // `-0.0` is written as zero.
            let _ = write!(out, "{:.0}", if float == 0.0 { 0.0 } else { float });
        }
        _ => {
            let _ = write!(out, "{number}");
        }
    }
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control if u32::from(control) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            // `serde_json` reads floats of more digits to the last digit but one.
            any::<i32>().prop_map(|number| Value::from(f64::from(number) / 1_000.0)),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn read_back_it_is_the_same_text(value in any_json()) {
            let text = canonical(&value);
            let back: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(canonical(&back), text);
        }

        #[test]
        fn the_order_of_keys_does_not_matter(mut entries in prop::collection::btree_map(any::<String>(), any::<i64>(), 0..8)) {
            let forward: Value = Value::Object(entries.iter().map(|(k, v)| (k.clone(), json!(v))).collect());
            let mut backward = serde_json::Map::new();
            while let Some((key, value)) = entries.pop_last() {
                backward.insert(key, json!(value));
            }
            prop_assert_eq!(canonical(&forward), canonical(&Value::Object(backward)));
        }
    }

    #[test]
    fn it_is_in_the_form_of_the_rfc() {
        // The key order of RFC 8785, section 3.2.3.
        let value = json!({"\u{20ac}": "Euro", "\r": "Return", "\u{fb33}": "Hebrew", "1": "One", "\u{1f600}": "Smiley", "\u{80}": "Control", "ö": "o"});
        let keys: Vec<String> = canonical(&value)
            .split("\":\"")
            .filter_map(|part| part.rsplit('"').next().map(ToOwned::to_owned))
            .collect();
        assert_eq!(keys.first().map(String::as_str), Some("\\r"));
        assert_eq!(canonical(&json!({"b": 1.0, "a": [-0.0, 1.5, "\u{1}\n/"]})), r#"{"a":[0,1.5,"\u0001\n/"],"b":1}"#);
        let order: Vec<usize> = ["\\r", "\"1\"", "\u{80}", "ö", "\u{20ac}", "\u{1f600}", "\u{fb33}"]
            .iter()
            .map(|key| canonical(&value).find(key).unwrap())
            .collect();
        assert!(order.is_sorted(), "{order:?}");
    }
}
