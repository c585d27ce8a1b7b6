//! Source files as a reader knows them, without what leads to them on the machine that built.

/// How the compiler calls the root of the standard library's source.
const COMPILER: &str = "/rustc/";
/// Where that source stands if it is installed.
const INSTALLED: &str = "/lib/rustlib/src/rust/";
/// Where the dependencies of the standard library stood when it was built.
const OF_STANDARD: &str = "/rust/deps/";
/// Where cargo keeps dependencies.
const REGISTRY: &str = "/registry/src/";
/// What one finds below the root of a package.
const SOURCES: [&str; 4] = ["/src/", "/tests/", "/examples/", "/benches/"];
/// forkstep's seam.
const SEAM: &str = "core/src/sys/";

/// Whether a file is forkstep's or its user's, and not of forkstep's seam.
pub(super) fn is_own(file: &str) -> bool {
    let foreign =
        [COMPILER, INSTALLED, OF_STANDARD, REGISTRY].iter().any(|root| file.contains(root));
    !foreign && !own_name(file).starts_with(SEAM)
}

/// The name of a file: `core/src/lock/word.rs`, `library/core/src/ptr/mod.rs`.
pub(super) fn short(file: &str) -> String {
    let behind = |root: &str| file.split_once(root).map(|(_, rest)| rest);
    // Below the compiler's root is the number of its commit.
    let of_compiler = behind(COMPILER).and_then(|rest| Some(rest.split_once('/')?.1));
    // Below the registry's is the name of the index.
    let of_registry = behind(REGISTRY).and_then(|rest| Some(rest.split_once('/')?.1));
    let foreign =
        of_compiler.or(of_registry).or_else(|| behind(INSTALLED)).or_else(|| behind(OF_STANDARD));
    foreign.unwrap_or_else(|| own_name(file)).to_owned()
}

/// The name of a file of forkstep, from the root of its repository on; of another one, from its
/// package's folder on.
fn own_name(file: &str) -> &str {
    if let Some(name) = root().and_then(|root| file.strip_prefix(root)?.strip_prefix('/')) {
        return name;
    }
    let package = SOURCES.iter().filter_map(|folder| file.rfind(folder)).max();
    let folder = package.map(|end| file[..end].rfind('/').map_or(0, |slash| slash + 1));
    folder.map_or(file, |start| &file[start..])
}

/// Where forkstep was built.
fn root() -> Option<&'static str> {
    env!("CARGO_MANIFEST_DIR").strip_suffix("/checks")
}

#[cfg(test)]
mod tests {
    use super::{is_own, root, short};

    #[test]
    fn no_name_says_where_it_was_built() {
        for (file, name, own) in [
            ("/rustc/0123abc/library/core/src/ptr/mod.rs", "library/core/src/ptr/mod.rs", false),
            ("/x/lib/rustlib/src/rust/library/std/src/io.rs", "library/std/src/io.rs", false),
            (
                "/x/registry/src/index-1/postcard-1.1.3/src/ser.rs",
                "postcard-1.1.3/src/ser.rs",
                false,
            ),
            ("/rust/deps/gimli-0.32.3/src/lib.rs", "gimli-0.32.3/src/lib.rs", false),
            ("/x/spin/src/lib.rs", "spin/src/lib.rs", true),
            ("/x/src/spin/examples/lock.rs", "spin/examples/lock.rs", true),
            ("lone.rs", "lone.rs", true),
        ] {
            assert_eq!((short(file).as_str(), is_own(file)), (name, own), "{file}");
        }
    }

    #[test]
    fn the_seam_is_not_shown() {
        let root = root().expect("this package is one of the repository's");
        assert_eq!(short(&format!("{root}/core/src/lock.rs")), "core/src/lock.rs");
        assert!(is_own(&format!("{root}/core/src/lock/word.rs")));
        assert!(!is_own(&format!("{root}/core/src/sys/os/atomic.rs")));
    }
}
