//! All names there are, and taking one away by hand.

use super::error::NameError;
use super::kind::Kind;
use super::name::Name;
use super::opened::Opened;
use crate::sys::shared_file::{names, remove_name};

/// A name that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listed {
    /// The name.
    pub name: String,
    /// What it leads to, or why that cannot be said.
    pub region: Result<Summary, NameError>,
}

/// What the header of a region says, and whether it is owned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// What it holds.
    pub kind: Kind,
    /// The length of its file: memory that is taken as long as the name is there.
    pub bytes: u64,
    /// Whether a process lives that owns the name.
    pub owned: bool,
}

/// Lists all names of this machine, in their order. Nothing is changed by that, and nobody waited
/// for; names that come or go meanwhile may be missing.
///
/// # Errors
///
/// [`NameError::Os`] if the names cannot be read. What is wrong with one of them stands there.
pub fn list() -> Result<Vec<Listed>, NameError> {
    let mut names = names().map_err(|error| NameError::of(error, ""))?;
    names.sort_unstable();
    let listed = names.into_iter().map(|name| Listed { region: summary(&name), name });
    let is_there = |listed: &Listed| !matches!(listed.region, Err(NameError::NotFound { .. }));
    Ok(listed.filter(is_there).collect())
}

fn summary(name: &str) -> Result<Summary, NameError> {
    let opened = Opened::to_look(name)?;
    let (kind, bytes, owned) = (opened.kind(), opened.bytes(), opened.is_owned()?);
    Ok(Summary { kind, bytes, owned })
}

/// Takes a name away, whatever it leads to and whoever owns it. Those who have that open go on with
/// it; nobody finds it any more, and its memory is free when the last of them ends.
///
/// A new region that gets the same name in the very moment in which the owner of the old one takes
/// it away after this did, can lose it.
///
/// # Errors
///
/// [`NameError::NotFound`] if nothing has the name; [`NameError::BadName`] if it is none;
/// [`NameError::NotARegion`] if a folder has it; [`NameError::Os`] if it belongs to another user.
pub fn unlink(name: &str) -> Result<(), NameError> {
    let name = Name::new(name)?;
    remove_name(name.as_str()).map_err(|error| NameError::of(error, name.as_str()))
}
