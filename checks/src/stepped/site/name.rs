//! Functions as a reader knows them.

/// The last parts of a path that are enough to know a function.
const PARTS: usize = 2;

/// A function's name without its crate, without type parameters, and without its module if it
/// belongs to a type: `LockWord::take`, `lock::contended`.
pub(super) fn short(path: &str) -> String {
    let plain = without_parameters(path);
    let parts: Vec<&str> = plain.split("::").filter(|part| !part.is_empty()).collect();
    // A closure says nothing without what it stands in.
    let closures = parts.iter().rev().take_while(|part| part.starts_with('{')).count();
    let from = parts.len().saturating_sub(PARTS + closures);
    let named: Vec<&str> = parts[from..].iter().map(|part| closure(part)).collect();
    named.join("::")
}

/// Closures have numbers that change with every edit in front of them.
fn closure(part: &str) -> &str {
    if part.starts_with("{closure") { "{closure}" } else { part }
}

/// Drops what stands in angle brackets, unless the path begins there: then it is the type that the
/// function belongs to, as in `<core::lock::Lock as Trait>::run`.
fn without_parameters(path: &str) -> String {
    let mut plain = String::new();
    let mut depth = 0_usize;
    let mut rest = path;
    if let Some(of_type) = path.strip_prefix('<') {
        let (owner, behind) = split_at_end(of_type);
        let owner = owner.split(" as ").next().unwrap_or(owner);
        plain = without_parameters(owner.trim_start_matches('&').trim_start_matches("mut "));
        rest = behind;
    }
    let mut before = ' ';
    for c in rest.chars() {
        match c {
            '<' => depth += 1,
            // Not the arrow of a function's type.
            '>' if before != '-' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
        before = c;
    }
    plain
}

/// Splits behind a first bracket's opening into what it encloses and what follows.
fn split_at_end(text: &str) -> (&str, &str) {
    let (mut depth, mut before) = (1, ' ');
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if before != '-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (&text[..at], &text[at + 1..]);
        }
        before = c;
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn names_are_short() {
        for (path, name) in [
            ("forkstep::lock::word::LockWord::take", "LockWord::take"),
            ("<forkstep::lock::word::LockWord>::take", "LockWord::take"),
            ("<forkstep::queue::typed::Queue<T>>::put", "Queue::put"),
            ("<forkstep::queue::typed::Queue<u64>>::put::{closure#0}", "Queue::put::{closure}"),
            ("<forkstep::lock::Lock as core::clone::Clone>::clone", "Lock::clone"),
            ("core::sync::atomic::atomic_load::<u64>", "atomic::atomic_load"),
            ("f::g::<fn() -> u8>::h", "g::h"),
            ("main", "main"),
            ("take_leaving", "take_leaving"),
            ("<unclosed", "unclosed"),
            ("", ""),
        ] {
            assert_eq!(short(path), name, "{path}");
        }
    }
}
