//! Form-encoded parameters with brackets, read strictly: what nobody asked for is an error, as at Stripe.
//!
//! A [`Form`] is consumed field by field and [`Form::finish`] rejects what is left.

use std::collections::BTreeMap;

use crate::data::Metadata;
use crate::stripe::error::ApiError;

const MAX_PAIRS: usize = 1_000;
const MAX_DEPTH: usize = 8;

#[derive(Debug, Clone)]
enum Node {
    Text(String),
    Group(BTreeMap<String, Node>),
}

/// The fields of one level, and the name under which that level was reached.
#[derive(Debug, Clone, Default)]
pub struct Form {
    prefix: String,
    fields: BTreeMap<String, Node>,
}

impl Form {
    /// Reads `a[b][0]=c&a[b][]=d`.
    pub fn parse(encoded: &[u8]) -> Result<Self, ApiError> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(encoded)
            .map_err(|_| ApiError::invalid("Invalid request: the parameters are not form-encoded."))?;
        if pairs.len() > MAX_PAIRS {
            return Err(ApiError::invalid(format!("Too many parameters: at most {MAX_PAIRS} are accepted.")));
        }
        let mut form = Self::default();
        for (name, value) in pairs {
            let path = split(&name).ok_or_else(|| ApiError::invalid(format!("Invalid parameter name: {name}")))?;
            if !insert(&mut form.fields, &path, value) {
                return Err(ApiError::invalid_param(&name, format!("Invalid hash: {name} is given twice over.")));
            }
        }
        Ok(form)
    }

    /// The same parameters give the same text, in whatever order they came.
    pub fn canonical(&self) -> String {
        let mut text = String::new();
        write_canonical(&self.fields, &mut text);
        text
    }

    /// The full name of a field of this level, for an error.
    pub fn name_of(&self, field: &str) -> String {
        if self.prefix.is_empty() { field.to_owned() } else { format!("{}[{field}]", self.prefix) }
    }

    /// An optional text. An empty one is an error: at Stripe that means to unset.
    pub fn text(&mut self, field: &str) -> Result<Option<String>, ApiError> {
        let name = self.name_of(field);
        match self.fields.remove(field) {
            None => Ok(None),
            Some(Node::Group(_)) => Err(ApiError::invalid_param(&name, format!("Invalid string: {name} is a hash."))),
            Some(Node::Text(text)) if text.is_empty() => Err(ApiError::invalid_param(
                &name,
                format!(
                    "You passed an empty string for '{name}'. We assume empty values are an attempt to unset a \
                     parameter; however '{name}' cannot be unset. You should remove '{name}' from your request or \
                     supply a non-empty value."
                ),
            )
            .coded("parameter_invalid_empty")),
            Some(Node::Text(text)) if text.chars().count() > 5_000 => {
                Err(ApiError::invalid_param(&name, format!("Invalid string: {name} must be at most 5000 characters.")))
            }
            Some(Node::Text(text)) => Ok(Some(text)),
        }
    }

    pub fn required(&mut self, field: &str) -> Result<String, ApiError> {
        self.text(field)?.ok_or_else(|| ApiError::missing(self.name_of(field)))
    }

    /// A text of at most `most` characters.
    pub fn short_text(&mut self, field: &str, most: usize) -> Result<Option<String>, ApiError> {
        let name = self.name_of(field);
        let text = self.text(field)?;
        if text.as_ref().is_some_and(|text| text.chars().count() > most) {
            return Err(ApiError::invalid_param(
                &name,
                format!("Invalid string: {name} must be at most {most} characters."),
            ));
        }
        Ok(text)
    }

    pub fn integer(&mut self, field: &str) -> Result<Option<i64>, ApiError> {
        let name = self.name_of(field);
        let Some(text) = self.text(field)? else {
            return Ok(None);
        };
        let number = text.parse().map_err(|_| {
            ApiError::invalid_param(&name, format!("Invalid integer: {text}")).coded("parameter_invalid_integer")
        })?;
        Ok(Some(number))
    }

    pub fn required_integer(&mut self, field: &str) -> Result<i64, ApiError> {
        self.integer(field)?.ok_or_else(|| ApiError::missing(self.name_of(field)))
    }

    pub fn boolean(&mut self, field: &str) -> Result<Option<bool>, ApiError> {
        let name = self.name_of(field);
        match self.text(field)?.as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => Err(ApiError::invalid_param(name, format!("Invalid boolean: {other}"))),
        }
    }

    /// One of a few words.
    pub fn choice(&mut self, field: &str, allowed: &[&str]) -> Result<Option<String>, ApiError> {
        let name = self.name_of(field);
        match self.text(field)? {
            Some(text) if !allowed.contains(&text.as_str()) => {
                let list = allowed.join(", ");
                Err(ApiError::invalid_param(&name, format!("Invalid {name}: must be one of {list}")))
            }
            chosen => Ok(chosen),
        }
    }

    pub fn group(&mut self, field: &str) -> Result<Option<Form>, ApiError> {
        let name = self.name_of(field);
        match self.fields.remove(field) {
            None => Ok(None),
            Some(Node::Text(_)) => Err(ApiError::invalid_param(name, "Invalid hash")),
            Some(Node::Group(fields)) => Ok(Some(Form { prefix: name, fields })),
        }
    }

    pub fn required_group(&mut self, field: &str) -> Result<Form, ApiError> {
        self.group(field)?.ok_or_else(|| ApiError::missing(self.name_of(field)))
    }

    /// The members of an array of hashes, in order.
    pub fn groups(&mut self, field: &str) -> Result<Vec<Form>, ApiError> {
        let Some(mut array) = self.group(field)? else {
            return Ok(Vec::new());
        };
        let indexes = array.indexes()?;
        indexes.into_iter().filter_map(|index| array.group(&index).transpose()).collect()
    }

    /// The members of an array of texts, in order.
    pub fn texts(&mut self, field: &str) -> Result<Vec<String>, ApiError> {
        let Some(mut array) = self.group(field)? else {
            return Ok(Vec::new());
        };
        let indexes = array.indexes()?;
        indexes.into_iter().filter_map(|index| array.text(&index).transpose()).collect()
    }

    fn indexes(&self) -> Result<Vec<String>, ApiError> {
        let mut numbered = Vec::with_capacity(self.fields.len());
        for key in self.fields.keys() {
            let number: u32 = key.parse().map_err(|_| ApiError::invalid_param(&self.prefix, "Invalid array"))?;
            numbered.push((number, key.clone()));
        }
        numbered.sort();
        Ok(numbered.into_iter().map(|(_, key)| key).collect())
    }

    /// `metadata` with Stripe's limits; empty values are left out, as they unset a key.
    pub fn metadata(&mut self) -> Result<Metadata, ApiError> {
        let Some(group) = self.group("metadata")? else {
            return Ok(Metadata::new());
        };
        let name = group.prefix;
        if group.fields.len() > 50 {
            return Err(ApiError::invalid_param(name, "Metadata can have up to 50 keys."));
        }
        let mut metadata = Metadata::new();
        for (key, value) in group.fields {
            let Node::Text(value) = value else {
                return Err(ApiError::invalid_param(name, "Metadata values must be strings."));
            };
            if key.chars().count() > 40 {
                let message = format!("Metadata keys must be under 40 characters long: {key}");
                return Err(ApiError::invalid_param(name, message));
            }
            if value.chars().count() > 500 {
                let message = format!("Metadata values can have up to 500 characters: {key} has more.");
                return Err(ApiError::invalid_param(name, message));
            }
            if !value.is_empty() {
                metadata.insert(key, value);
            }
        }
        Ok(metadata)
    }

    /// Refuses a field that Stripe knows and the sandbox does not emulate.
    pub fn refuse(&self, fields: &[&str]) -> Result<(), ApiError> {
        match fields.iter().find(|field| self.fields.contains_key(**field)) {
            Some(field) => Err(ApiError::unsupported(self.name_of(field), &format!("`{}`", self.name_of(field)))),
            None => Ok(()),
        }
    }

    /// Everything must have been read by now.
    pub fn finish(self) -> Result<(), ApiError> {
        match self.fields.first_key_value() {
            Some((field, _)) => Err(ApiError::unknown(self.name_of(field))),
            None => Ok(()),
        }
    }
}

/// `a[b][0]` as its parts; `None` when the brackets do not match or nest too deep.
fn split(name: &str) -> Option<Vec<&str>> {
    let Some((head, mut rest)) = name.split_once('[') else {
        return (!name.is_empty() && !name.contains(']')).then(|| vec![name]);
    };
    let mut path = vec![head];
    loop {
        let (part, after) = rest.split_once(']')?;
        path.push(part);
        if after.is_empty() {
            break;
        }
        rest = after.strip_prefix('[')?;
    }
    (!head.is_empty() && path.len() <= MAX_DEPTH).then_some(path)
}

/// Puts a value at its path; false when something else is there already.
fn insert(fields: &mut BTreeMap<String, Node>, path: &[&str], value: String) -> bool {
    let Some((part, rest)) = path.split_first() else {
        return false;
    };
    // `name[]=..` appends.
    let key = if part.is_empty() { fields.len().to_string() } else { (*part).to_owned() };
    if rest.is_empty() {
        return fields.insert(key, Node::Text(value)).is_none();
    }
    match fields.entry(key).or_insert_with(|| Node::Group(BTreeMap::new())) {
        Node::Group(inner) => insert(inner, rest, value),
        Node::Text(_) => false,
    }
}

/// Lengths before the texts, so that no two trees are written alike.
fn write_canonical(fields: &BTreeMap<String, Node>, text: &mut String) {
    for (key, node) in fields {
        match node {
            Node::Text(value) => {
                text.push_str(&format!("{}:{key}={}:{value};", key.len(), value.len()));
            }
            Node::Group(inner) => {
                text.push_str(&format!("{}:{key}{{", key.len()));
                write_canonical(inner, text);
                text.push('}');
            }
        }
    }
}
