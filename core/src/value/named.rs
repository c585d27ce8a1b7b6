//! Values that unrelated programs find by a name.

use super::sight::Looked;
use super::{ONLY, Plain, Value};
use crate::named::{Kind, NameError, Nameable, Named};
use crate::region::{Layout, Parameters, RegionError};

/// The parameters of values of this type.
pub(crate) fn parameters<T>(len: usize) -> Parameters {
    [size_of::<T>() as u64, len as u64, 0, 0, 0, 0]
}

/// Refuses values that are longer or shorter than those of this type.
pub(crate) fn admit<T>(parameters: Parameters) -> Result<(), NameError> {
    let (found, expected) = (parameters[0], size_of::<T>() as u64);
    if found == expected { Ok(()) } else { Err(NameError::OtherSize { found, expected }) }
}

impl<T: Plain> Nameable for Value<T> {
    const KIND: Kind = Kind::Value;
    const PARAMETERS: usize = Looked::<false>::PARAMETERS;

    fn bytes(parameters: Parameters) -> Result<usize, RegionError> {
        Looked::<false>::bytes(parameters)
    }

    fn admit(parameters: Parameters) -> Result<(), NameError> {
        admit::<T>(parameters)
    }

    fn lay_out(layout: &mut Layout<'_>, _: Parameters) -> Result<Self, RegionError> {
        Self::lay_out(layout)
    }
}

impl<T: Plain> Value<T> {
    /// Makes a value under a name that nothing has.
    ///
    /// If the process dies in here, the name leads to nothing, or to `value`, whole.
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
    /// let eaten = Value::create(name, 5_u64)?;
    /// // In another program:
    /// Value::<u64>::open(name)?.update(|eaten| eaten + 1)?;
    /// assert_eq!(eaten.get(), 6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn create(name: &str, value: T) -> Result<Named<Self>, NameError> {
        Named::create_filled(name, parameters::<T>(1), |made: &Self| {
            made.record.write(ONLY, &value);
        })
    }

    /// Opens the value that has this name; if nothing has the name, makes one that is `value`. Of
    /// several that do so at once, one makes it.
    ///
    /// # Errors
    ///
    /// Those of [`Value::create`] and [`Value::open`], `NotFound` and `AlreadyExists` excepted.
    pub fn open_or_create(name: &str, value: T) -> Result<Named<Self>, NameError> {
        Named::open_or_create_filled(name, parameters::<T>(1), |made: &Self| {
            made.record.write(ONLY, &value);
        })
    }

    /// Opens the value that has this name. Only how many bytes it has is noted there: opened as
    /// another type of the same size, it is whatever its bytes mean.
    ///
    /// # Errors
    ///
    /// [`NameError::OtherSize`] if it has another size than `T`; otherwise [`NameError`],
    /// `AlreadyExists` excepted.
    pub fn open(name: &str) -> Result<Named<Self>, NameError> {
        Named::open(name)
    }
}
