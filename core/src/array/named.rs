//! Arrays that unrelated programs find by a name.

use super::Array;
use crate::named::{Kind, NameError, Nameable, Named};
use crate::record::Plain;
use crate::region::{Layout, Parameters, RegionError};
use crate::value::{Looked, admit, parameters};

impl<T: Plain> Nameable for Array<T> {
    const KIND: Kind = Kind::Array;
    const PARAMETERS: usize = Looked::<true>::PARAMETERS;

    fn bytes(parameters: Parameters) -> Result<usize, RegionError> {
        Looked::<true>::bytes(parameters)
    }

    fn admit(parameters: Parameters) -> Result<(), NameError> {
        admit::<T>(parameters)
    }

    fn lay_out(layout: &mut Layout<'_>, parameters: Parameters) -> Result<Self, RegionError> {
        let [_, len, ..] = parameters;
        Self::lay_out(layout, len as usize)
    }
}

impl<T: Plain> Array<T> {
    /// Makes an array of `len` values, all equal to `value`, under a name that nothing has.
    ///
    /// If the process dies in here, the name leads to nothing, or to the whole array.
    ///
    /// # Errors
    ///
    /// [`NameError::AlreadyExists`], [`NameError::BadName`]; [`NameError::Region`] for what
    /// [`Array::new`] refuses; [`NameError::Os`].
    ///
    /// # Examples
    ///
    /// ```
    /// use forkstep::Array;
    ///
    /// # let name = &format!("doc.array.{}", std::process::id());
    /// let squares = Array::create(name, 4, 0_u32)?;
    /// // In another program:
    /// Array::<u32>::open(name)?.set(3, 9)?;
    /// assert_eq!(squares.get(3)?, 9);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn create(name: &str, len: usize, value: T) -> Result<Named<Self>, NameError> {
        Named::create_filled(name, parameters::<T>(len), |made: &Self| made.fill_with(&value))
    }

    /// Opens the array that has this name, as long as it was made; if nothing has the name, makes
    /// one of `len` values, all equal to `value`. Of several that do so at once, one makes it.
    ///
    /// # Errors
    ///
    /// Those of [`Array::create`] and [`Array::open`], `NotFound` and `AlreadyExists` excepted.
    pub fn open_or_create(name: &str, len: usize, value: T) -> Result<Named<Self>, NameError> {
        Named::open_or_create_filled(name, parameters::<T>(len), |made: &Self| {
            made.fill_with(&value);
        })
    }

    /// Opens the array that has this name. Only how many values it has, and of how many bytes, is
    /// noted there, as for [`Value::open`](crate::Value::open).
    ///
    /// # Errors
    ///
    /// As for [`Value::open`](crate::Value::open).
    pub fn open(name: &str) -> Result<Named<Self>, NameError> {
        Named::open(name)
    }

    fn fill_with(&self, value: &T) {
        (0..self.len()).for_each(|index| self.records.write(index, value));
    }
}
