//! Values that unrelated programs find by a name.

use std::fmt;

use serde::Serialize;

use super::{Value, bytes};
use crate::lock::{Lock, LockSight};
use crate::named::{Kind, NameError, Nameable, Named};
use crate::record::Plain;
use crate::region::{Layout, Parameters, RegionError};

/// What another program must know of the type of values.
pub(crate) fn type_parameters<T>() -> [u64; 2] {
    [size_of::<T>() as u64, align_of::<T>() as u64]
}

/// Refuses values that have not as many bytes as a `T`, or another alignment.
pub(crate) fn refuse_other_type<T>(parameters: Parameters) -> Result<(), NameError> {
    let [size, align, ..] = parameters;
    let (found, expected) = ([size, align], type_parameters::<T>());
    if found == expected { Ok(()) } else { Err(NameError::OtherType { found, expected }) }
}

impl<T: Plain> Nameable for Value<T> {
    const KIND: Kind = Kind::Value;
    const PARAMETERS: usize = 2;

    fn check(parameters: Parameters) -> Result<(), NameError> {
        refuse_other_type::<T>(parameters)
    }

    fn bytes(_: Parameters) -> Result<usize, RegionError> {
        bytes(size_of::<T>(), 1)
    }

    fn lay_out(layout: &mut Layout<'_>, _: Parameters) -> Result<Self, RegionError> {
        Self::lay_out(layout)
    }
}

impl<T: Plain> Value<T> {
    fn parameters() -> Parameters {
        let [size, align] = type_parameters::<T>();
        [size, align, 0, 0, 0, 0]
    }

    /// Makes a value as [`Value::new`] does, under a name that nothing has.
    ///
    /// If the process dies in here, the name leads to nothing, or to the value, without an owner of
    /// its name; never to another value.
    ///
    /// # Errors
    ///
    /// [`NameError::AlreadyExists`], [`NameError::BadName`]; [`NameError::Region`] if there is no
    /// memory; [`NameError::Os`].
    ///
    /// # Examples
    ///
    /// ```
    /// use forkstep::Value;
    ///
    /// # let name = &format!("doc.value.{}", std::process::id());
    /// let dishes = Value::create(name, 5_u64)?;
    /// // In another program:
    /// Value::<u64>::open(name)?.fetch_add(1);
    /// assert_eq!(dishes.get(), 6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn create(name: &str, value: T) -> Result<Named<Self>, NameError> {
        let fill = |made: &Self| made.record.write(super::ONLY, &value);
        Named::create_with(name, Self::parameters(), fill)
    }

    /// Opens the value that has this name. That it is a `T` is not noted there, only how many bytes
    /// it has.
    ///
    /// # Errors
    ///
    /// [`NameError::OtherType`] for values of another size or alignment; otherwise [`NameError`],
    /// `AlreadyExists` excepted.
    pub fn open(name: &str) -> Result<Named<Self>, NameError> {
        Named::open(name)
    }
}

/// A value or an array of whatever type, to be looked at.
#[derive(Debug)]
pub(crate) struct Untyped<const IS_ARRAY: bool> {
    lock: Lock,
    size: usize,
    len: usize,
}

impl<const IS_ARRAY: bool> Nameable for Untyped<IS_ARRAY> {
    const KIND: Kind = if IS_ARRAY { Kind::Array } else { Kind::Value };
    const PARAMETERS: usize = if IS_ARRAY { 3 } else { 2 };

    fn bytes(parameters: Parameters) -> Result<usize, RegionError> {
        let [size, _, len, ..] = parameters;
        bytes(size as usize, if IS_ARRAY { len as usize } else { 1 })
    }

    fn lay_out(layout: &mut Layout<'_>, parameters: Parameters) -> Result<Self, RegionError> {
        let [size, _, len, ..] = parameters;
        let len = if IS_ARRAY { len as usize } else { 1 };
        Ok(Self { lock: Lock::lay_out(layout)?, size: size as usize, len })
    }
}

/// A value or an array as it was seen in passing: others go on meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ValuesSight {
    /// How many values there are.
    pub values: usize,
    /// How many bytes each has.
    pub bytes_each: usize,
    /// The lock of those who write.
    pub lock: LockSight,
}

impl<const IS_ARRAY: bool> Untyped<IS_ARRAY> {
    /// Looks without touching anything.
    pub(crate) fn sight(&self) -> ValuesSight {
        ValuesSight { values: self.len, bytes_each: self.size, lock: self.lock.sight() }
    }
}

impl fmt::Display for ValuesSight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "values     {} of {} bytes", self.values, self.bytes_each)?;
        write!(f, "lock       {}", self.lock)
    }
}
