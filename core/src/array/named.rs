//! Arrays that unrelated programs find by a name.

use super::Array;
use crate::named::{Kind, NameError, Nameable, Named};
use crate::record::Plain;
use crate::region::{Layout, Parameters, RegionError};
use crate::value::{bytes, refuse_other_type, type_parameters};

impl<T: Plain> Nameable for Array<T> {
    const KIND: Kind = Kind::Array;
    const PARAMETERS: usize = 3;

    fn check(parameters: Parameters) -> Result<(), NameError> {
        refuse_other_type::<T>(parameters)
    }

    fn bytes(parameters: Parameters) -> Result<usize, RegionError> {
        let [_, _, len, ..] = parameters;
        bytes(size_of::<T>(), len as usize)
    }

    fn lay_out(layout: &mut Layout<'_>, parameters: Parameters) -> Result<Self, RegionError> {
        let [_, _, len, ..] = parameters;
        Self::lay_out(layout, len as usize)
    }
}

impl<T: Plain> Array<T> {
    /// Makes an array as [`Array::from_slice`] does, under a name that nothing has.
    ///
    /// If the process dies in here, the name leads to nothing, or to all of these values, without
    /// an owner of its name.
    ///
    /// # Errors
    ///
    /// [`NameError::AlreadyExists`], [`NameError::BadName`]; [`NameError::Region`] for no values,
    /// or for more than there is memory; [`NameError::Os`].
    ///
    /// # Examples
    ///
    /// ```
    /// use forkstep::Array;
    ///
    /// # let name = &format!("doc.array.{}", std::process::id());
    /// let seats = Array::create(name, &[0_u32; 3])?;
    /// // In another program:
    /// Array::<u32>::open(name)?.set(1, 7)?;
    /// assert_eq!(seats.iter().collect::<Vec<_>>(), [0, 7, 0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn create(name: &str, values: &[T]) -> Result<Named<Self>, NameError> {
        let [size, align] = type_parameters::<T>();
        let parameters = [size, align, values.len() as u64, 0, 0, 0];
        Named::create_with(name, parameters, |made: &Self| {
            values.iter().enumerate().for_each(|(index, value)| made.records.write(index, value));
        })
    }

    /// Opens the array that has this name, as long as it was made. That it holds `T`s is not noted
    /// there, only how many bytes one has.
    ///
    /// # Errors
    ///
    /// [`NameError::OtherType`] for values of another size or alignment; otherwise [`NameError`],
    /// `AlreadyExists` excepted.
    pub fn open(name: &str) -> Result<Named<Self>, NameError> {
        Named::open(name)
    }
}
