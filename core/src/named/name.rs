//! What may be a name.

use super::error::NameError;

/// The most bytes of a name: with what stands before it, a file name has room for 255.
pub(super) const LONGEST: usize = 200;

/// A name that was checked: it leads to no other folder and can be typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name(String);

impl Name {
    pub(super) fn new(name: &str) -> Result<Self, NameError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let fits = (1..=LONGEST).contains(&name.len());
        if fits && name.bytes().all(plain) && !name.starts_with(['.', '-']) {
            Ok(Self(name.to_owned()))
        } else {
            Err(NameError::BadName { name: name.to_owned() })
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Name};

    #[test]
    fn names_that_could_lead_elsewhere_are_refused() {
        for bad in ["", ".", "..", ".a", "-a", "a/b", "/a", "a b", "a\0", "ä", "a\n"] {
            assert!(Name::new(bad).is_err(), "{bad:?}");
        }
        assert!(Name::new(&"a".repeat(LONGEST + 1)).is_err());
        for good in ["a", "A.b_c-9", "_", "0", &"a".repeat(LONGEST)] {
            assert_eq!(Name::new(good).expect(good).as_str(), good);
        }
    }
}
