//! Two files describe the site to two programs: they must agree.

fn table(text: &str) -> toml::Table {
    let document: toml::Table = text.parse().unwrap();
    document["workspace"]["metadata"]["leptos"][0].as_table().unwrap().clone()
}

#[test]
fn leptos_toml_says_what_cargo_toml_says() {
    let cargo = table(include_str!("../../../Cargo.toml"));
    let leptos = table(include_str!("../../../Leptos.toml"));
    for (name, value) in &leptos {
        assert_eq!(cargo.get(name), Some(value), "{name}");
    }
    assert_eq!(leptos["hash-files"], toml::Value::Boolean(true));
}
