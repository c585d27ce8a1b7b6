//! Dicts that unrelated programs find by a name.

use std::marker::PhantomData;
use std::sync::Arc;

use super::table::{Size, Table};
use super::typed::{Builder, Dict};
use crate::named::{Kind, NameError, Nameable, Named};
use crate::region::{Layout, Parameters, RegionError};

impl<K, V> Nameable for Dict<K, V> {
    const KIND: Kind = Kind::Dict;
    const PARAMETERS: usize = 3;

    fn bytes(parameters: Parameters) -> Result<usize, RegionError> {
        Ok(Size::from_parameters(parameters)?.bytes())
    }

    fn lay_out(layout: &mut Layout<'_>, parameters: Parameters) -> Result<Self, RegionError> {
        let table = Table::lay_out(layout, Size::from_parameters(parameters)?)?;
        Ok(Self { table: Arc::new(table), timeout: None, entries: PhantomData })
    }
}

impl<K, V> Builder<K, V> {
    /// Makes the dict under a name that nothing has.
    ///
    /// If the process dies in here, the name leads to nothing, or to a whole dict without an owner;
    /// never to half of one.
    ///
    /// # Errors
    ///
    /// [`NameError::AlreadyExists`], [`NameError::BadName`]; [`NameError::Region`] for what
    /// [`build`](Self::build) refuses; [`NameError::Os`].
    ///
    /// # Examples
    ///
    /// ```
    /// use forkstep::Dict;
    ///
    /// # let name = &format!("doc.dict.{}", std::process::id());
    /// let dishes = Dict::<String, u64>::builder(1 << 16).shards(4).create(name)?;
    /// // In another program:
    /// let same = Dict::<String, u64>::open(name)?;
    /// same.update("dumpling", |eaten| eaten.unwrap_or(0) + 1)?;
    /// assert_eq!(dishes.get("dumpling")?, Some(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn create(self, name: &str) -> Result<Named<Dict<K, V>>, NameError> {
        Named::create(name, self.size().map_err(NameError::Region)?.parameters())
    }

    /// Opens the dict that has this name, as it was made; if nothing has the name, makes it. Of
    /// several that do so at once, one makes it.
    ///
    /// # Errors
    ///
    /// Those of [`create`](Self::create) and [`Dict::open`], `NotFound` and `AlreadyExists`
    /// excepted.
    pub fn open_or_create(self, name: &str) -> Result<Named<Dict<K, V>>, NameError> {
        Named::open_or_create(name, self.size().map_err(NameError::Region)?.parameters())
    }
}

impl<K, V> Dict<K, V> {
    /// Makes a dict as [`Dict::new`] does, under a name that nothing has.
    ///
    /// # Errors
    ///
    /// As for [`Builder::create`].
    pub fn create(name: &str, bytes: usize) -> Result<Named<Self>, NameError> {
        Self::builder(bytes).create(name)
    }

    /// Opens the dict that has this name. What its keys and values are is not noted there: what was
    /// written as another type comes back as
    /// [`DictReadError::Undecodable`](crate::DictReadError::Undecodable), or as whatever its bytes
    /// mean.
    ///
    /// # Errors
    ///
    /// [`NameError`], `AlreadyExists` excepted.
    pub fn open(name: &str) -> Result<Named<Self>, NameError> {
        Named::open(name)
    }
}
