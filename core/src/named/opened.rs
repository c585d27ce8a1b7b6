//! A file that was opened by its name, and what its header says.

use super::error::NameError;
use super::kind::Kind;
use super::name::Name;
use super::nameable::Nameable;
use crate::region::{HeaderError, Identity, Layout, Parameters, Region};
use crate::sys::shared_file::{Access, SharedFile};

/// A region that has a name, before anything but its header was looked at.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(super) file: SharedFile,
    access: Access,
    kind: Kind,
    parameters: Parameters,
    bytes: u64,
}

impl Opened {
    /// Opens what has this name for looking only: nothing can be changed through it.
    pub(crate) fn to_look(name: &str) -> Result<Self, NameError> {
        Self::open(&Name::new(name)?, Access::Read)
    }

    pub(super) fn open(name: &Name, access: Access) -> Result<Self, NameError> {
        let name = name.as_str();
        let of = |error| NameError::of(error, name);
        let file = SharedFile::open(name, access).map_err(of)?;
        let header = Region::read_header(&file).map_err(of)?;
        let (Identity { kind, parameters }, size) = header.map_err(|error| match error {
            HeaderError::NotARegion => NameError::NotARegion { name: name.to_owned() },
            HeaderError::OtherVersion { found, expected } => {
                NameError::OtherVersion { found, expected }
            }
        })?;
        let kind = Kind::of_number(kind).ok_or(NameError::UnknownKind { number: kind })?;
        let bytes = file.len().map_err(of)?;
        if size != bytes {
            return Err(NameError::WrongSize { found: bytes, expected: size });
        }
        Ok(Self { file, access, kind, parameters, bytes })
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// The length of the file.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether some process owns the name.
    pub(crate) fn is_owned(&self) -> Result<bool, NameError> {
        self.file.is_held().map_err(|error| NameError::of(error, ""))
    }

    /// Maps the region and finds in it what it says that it holds.
    pub(crate) fn find<T: Nameable>(&self) -> Result<T, NameError> {
        let Self { kind, parameters, bytes: found, .. } = *self;
        if kind != T::KIND {
            return Err(NameError::OtherKind { found: kind, expected: T::KIND });
        }
        let corrupt = NameError::OtherLayout { kind, parameters };
        if parameters[T::PARAMETERS..].iter().any(|unused| *unused != 0) {
            return Err(corrupt);
        }
        let Ok(bytes) = T::bytes(parameters) else { return Err(corrupt) };
        let Ok(expected) = Region::file_len(bytes) else { return Err(corrupt) };
        if found != expected {
            return Err(NameError::WrongSize { found, expected });
        }
        T::admit(parameters)?;
        let region = Region::in_file(&self.file, bytes, self.access)?;
        Ok(T::lay_out(&mut Layout::find(&region), parameters)?)
    }
}
