//! In the library a file imports from lower layers and from its own folder only.

use super::finding::Finding;
use super::paths::{CodePath, paths_from};
use super::token::Token;
use super::tracked_file::TrackedFile;

const LIBRARY: &str = "core/src/";

/// The modules at the root of the library, lowest layer first.
const LAYERS: &[&[&str]] = &[
    &["sys"],
    &["error", "deadline", "owner", "words"],
    &["region"],
    &["named"],
    &["eventcount", "lock", "record"],
    &["enter", "item"],
    &["queue", "dict", "value", "process"],
    &["array", "joinable_queue", "list", "pipe", "simple_queue"],
    &["inspect"],
];

/// `lib.rs` names every module, to export it.
const ROOT_FILE: &str = "core/src/lib.rs";

pub(crate) fn check(file: &TrackedFile) -> Vec<Finding> {
    let Some(module) = module_path(&file.path) else { return Vec::new() };
    let Some(own_layer) = layer(module[0]) else {
        let message = format!("`{}` stands in no layer: give it one in {}", module[0], file!());
        return vec![file.finding(1, "layers", message)];
    };
    let tokens = file.tokens();
    let mut findings = Vec::new();
    for path in paths_from(&tokens, "crate").iter().chain(&paths_to_root(&tokens, module.len())) {
        let name = path.segments[1];
        if let Some(reason) = objection(module[0], own_layer, name) {
            findings.push(file.finding(path.line, "layers", reason));
        }
    }
    findings
}

/// Returns the modules that lead to a file of the library: `queue`, `ring` for `queue/ring.rs`.
fn module_path(path: &str) -> Option<Vec<&str>> {
    if path == ROOT_FILE {
        return None;
    }
    let module = path.strip_prefix(LIBRARY)?.strip_suffix(".rs")?;
    Some(module.split('/').collect())
}

/// Returns the layer of a module at the root of the library, 0 for the lowest.
fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

fn objection(own: &str, own_layer: usize, name: &str) -> Option<String> {
    match layer(name) {
        _ if name == own => None,
        Some(layer) if layer < own_layer => None,
        Some(layer) => {
            Some(format!("`{own}` (layer {own_layer}) imports from `{name}` (layer {layer})"))
        }
        None => Some(format!("`crate::{name}` is no module of a lower layer: name the module")),
    }
}

/// Returns the paths that climb by `super` from a file at `depth` to a module at the root.
///
/// A test module inside the file climbs one step less far than it seems to; what it then names is
/// an item of the file, which is why only the names of modules count.
fn paths_to_root<'a>(tokens: &[Token<'a>], depth: usize) -> Vec<CodePath<'a>> {
    let climbs = |path: &CodePath<'_>| {
        path.segments.iter().take_while(|segment| **segment == "super").count()
    };
    let mut paths = paths_from(tokens, "super");
    paths.retain(|path| climbs(path) == depth);
    for path in &mut paths {
        path.segments.drain(1..depth);
    }
    paths.retain(|path| path.segments.get(1).is_some_and(|name| layer(name).is_some()));
    paths
}

#[cfg(test)]
mod tests {
    use super::{LAYERS, check};
    use crate::tidy::tracked_file::TrackedFile;

    fn found(path: &str, text: &str) -> Vec<String> {
        let findings = check(&TrackedFile::new(path, text));
        findings.into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn planted_upward_and_sideward_imports_are_found() {
        assert_eq!(
            found("core/src/region.rs", "use crate::{sys::now, lock::Lock};"),
            ["`region` (layer 2) imports from `lock` (layer 4)"]
        );
        assert_eq!(found("core/src/error.rs", "fn f(o: crate::owner::OwnerId) {}").len(), 1);
        assert_eq!(found("core/src/lock/word.rs", "use super::super::queue::Queue;").len(), 1);
    }

    #[test]
    fn planted_import_past_the_table_is_found() {
        assert_eq!(
            found("core/src/dict.rs", "use crate::Lock;"),
            ["`crate::Lock` is no module of a lower layer: name the module"]
        );
        assert_eq!(found("core/src/clock.rs", "").len(), 1);
    }

    #[test]
    fn downward_imports_and_the_own_folder_pass() {
        let text = "use crate::lock::Lock; use crate::queue::ring; use super::Queue;";
        assert!(found("core/src/queue/ring.rs", text).is_empty());
        assert!(found("core/src/lib.rs", "pub use crate::Anything;").is_empty());
        assert!(found("checks/src/clock.rs", "use crate::queue::Queue;").is_empty());
    }

    #[test]
    fn every_module_has_one_layer() {
        let mut names = LAYERS.concat();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
