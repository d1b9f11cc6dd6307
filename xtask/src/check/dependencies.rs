//! Who may know whom, read from `cargo metadata`: pages know areas, areas know the domain only on the server, the domain
//! knows what is below it and nothing of the web.

use serde_json::Value;

use super::Violation;
use crate::workspace::Workspace;
use crate::{Outcome, process};

/// Where a crate stands in the house.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Room {
    /// The vocabulary that both sides share.
    Types,
    /// A domain crate or what carries it; it may know lower ranks.
    Domain(u8),
    /// Stand-ins of other people's services: known to nobody.
    Sandbox,
    /// What the areas' server functions ask of the server that runs them: the request, the actor, the pool.
    Host,
    /// The design system.
    Ui,
    /// A part of the site.
    Area,
    App,
    Frontend,
    /// The program, and programs of the same rank.
    Server,
    /// What stands outside of the product.
    Tool,
}

/// Every crate of the workspace. One that is missing here has not been given its place yet.
const ROOMS: [(&str, Room); 25] = [
    ("guildhall-types", Room::Types),
    ("guildhall-kernel", Room::Domain(0)),
    ("guildhall-db", Room::Domain(1)),
    ("guildhall-audit", Room::Domain(2)),
    ("guildhall-identity", Room::Domain(3)),
    ("guildhall-federation", Room::Domain(4)),
    ("guildhall-catalog", Room::Domain(4)),
    ("guildhall-enrollment", Room::Domain(5)),
    ("guildhall-payments", Room::Domain(6)),
    // The rest: above the four, and strangers to each other.
    ("guildhall-search", Room::Domain(7)),
    ("guildhall-notifications", Room::Domain(7)),
    ("guildhall-privacy", Room::Domain(7)),
    ("guildhall-sandbox", Room::Sandbox),
    ("guildhall-host", Room::Host),
    ("guildhall-ui", Room::Ui),
    ("area-catalog", Room::Area),
    ("area-account", Room::Area),
    ("area-checkout", Room::Area),
    ("area-learner", Room::Area),
    ("area-admin", Room::Area),
    ("guildhall-app", Room::App),
    ("frontend", Room::Frontend),
    ("guildhall", Room::Server),
    ("guildhall-bench", Room::Server),
    ("xtask", Room::Tool),
];

/// What a domain crate never imports: the web belongs to the areas and the server.
const WEB: [&str; 8] =
    ["leptos", "leptos_axum", "leptos_meta", "leptos_router", "axum", "axum-extra", "tower-http", "hyper"];

fn room(name: &str) -> Option<Room> {
    ROOMS.iter().find(|(known, _)| *known == name).map(|(_, room)| *room)
}

/// Why a dependency is not allowed, if it is not.
fn objection(from: Room, to: Room, optional: bool) -> Option<&'static str> {
    let allowed = match (from, to) {
        (_, Room::Sandbox) => return Some("nobody may know the sandbox: it stands for other people's services"),
        (
            Room::Server,
            Room::Types | Room::Domain(_) | Room::Host | Room::App | Room::Ui | Room::Area | Room::Server,
        ) => true,
        (Room::Frontend, Room::App | Room::Types) => true,
        (Room::App, Room::Area | Room::Ui | Room::Types) => true,
        (Room::Area, Room::Ui | Room::Types) => true,
        (Room::App | Room::Area, Room::Domain(_) | Room::Host) if optional => true,
        (Room::App | Room::Area, Room::Domain(_) | Room::Host) => {
            return Some("areas know the domain only as an optional dependency, under `ssr`");
        }
        (Room::Host, Room::Types | Room::Domain(0 | 1)) => true,
        (Room::Ui, Room::Types) => true,
        (Room::Domain(_), Room::Types) => true,
        (Room::Domain(rank), Room::Domain(below)) if below < rank => true,
        (Room::Domain(_), Room::Domain(_)) => {
            return Some(
                "the domain knows itself only downwards; what must go upwards is a job in the same transaction",
            );
        }
        _ => false,
    };
    if allowed { None } else { Some("this direction is not in the plan of the house") }
}

pub(super) fn violations(ws: &Workspace) -> Outcome<Vec<Violation>> {
    let text = process::capture(&mut ws.cargo(&["metadata", "--no-deps", "--format-version", "1", "--offline"]))?;
    let metadata: Value = serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
    let mut found = Vec::new();
    for package in metadata.get("packages").and_then(Value::as_array).into_iter().flatten() {
        of_package(ws, package, &mut found);
    }
    Ok(found)
}

fn of_package(ws: &Workspace, package: &Value, found: &mut Vec<Violation>) {
    let name = text(package, "name");
    let manifest = text(package, "manifest_path");
    let contents = std::fs::read_to_string(manifest).unwrap_or_default();
    let root = format!("{}/", ws.root.display());
    let file = manifest.strip_prefix(&root).unwrap_or(manifest).to_owned();
    let mut object = |needle: &str, what: String| {
        let line = contents.lines().position(|line| line.trim_start().starts_with(needle)).map_or(1, |place| place + 1);
        found.push(Violation { file: file.clone(), line, what });
    };
    let Some(from) = room(name) else {
        object("name", format!("{name} has no place in the house yet: give it one in xtask/src/check/dependencies.rs"));
        return;
    };
    for dependency in package.get("dependencies").and_then(Value::as_array).into_iter().flatten() {
        let to = text(dependency, "name");
        let optional = dependency.get("optional").and_then(Value::as_bool).unwrap_or(false);
        // Tests may look at everything.
        if text(dependency, "kind") == "dev" {
            continue;
        }
        if matches!(from, Room::Domain(_) | Room::Types) && WEB.contains(&to) {
            object(to, format!("{name} may not know {to}: the domain knows nothing of the web"));
        }
        if let Some(why) = room(to).and_then(|to| objection(from, to, optional)) {
            object(to, format!("{name} may not know {to}: {why}"));
        }
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_knows_itself_only_downwards() {
        assert_eq!(objection(Room::Domain(5), Room::Domain(4), false), None);
        assert!(objection(Room::Domain(4), Room::Domain(5), false).is_some());
        assert!(objection(Room::Domain(6), Room::Domain(6), false).is_some());
    }

    #[test]
    fn areas_know_the_domain_only_on_the_server() {
        assert_eq!(objection(Room::Area, Room::Domain(3), true), None);
        assert!(objection(Room::Area, Room::Domain(3), false).is_some());
        assert!(objection(Room::Domain(3), Room::Area, false).is_some());
    }

    #[test]
    fn nobody_knows_the_sandbox() {
        assert!(ROOMS.iter().all(|(_, from)| objection(*from, Room::Sandbox, true).is_some()));
    }
}
