//! Lists that unrelated programs find by a name.

use std::marker::PhantomData;
use std::sync::Arc;

use super::{List, size};
use crate::dict::{DictSight, Size, Table};
use crate::named::{Kind, NameError, Nameable, Named};
use crate::region::{Layout, Parameters, RegionError};

impl<T> Nameable for List<T> {
    const KIND: Kind = Kind::List;
    const PARAMETERS: usize = 3;

    fn bytes(parameters: Parameters) -> Result<usize, RegionError> {
        let size = Size::from_parameters(parameters)?;
        // All places are in one shard.
        if size.shards == 1 { Ok(size.bytes()) } else { Err(RegionError::Empty) }
    }

    fn lay_out(layout: &mut Layout<'_>, parameters: Parameters) -> Result<Self, RegionError> {
        let table = Table::lay_out(layout, Size::from_parameters(parameters)?)?;
        Ok(Self { table: Arc::new(table), timeout: None, values: PhantomData })
    }
}

impl<T> List<T> {
    /// Makes a list as [`List::new`] does, under a name that nothing has.
    ///
    /// If the process dies in here, the name leads to nothing, or to a whole list without an owner;
    /// never to half of one.
    ///
    /// # Errors
    ///
    /// [`NameError::AlreadyExists`], [`NameError::BadName`]; [`NameError::Region`] for what
    /// [`List::new`] refuses; [`NameError::Os`].
    ///
    /// # Examples
    ///
    /// ```
    /// use forkstep::List;
    ///
    /// # let name = &format!("doc.list.{}", std::process::id());
    /// let names = List::<String>::create(name, 4096)?;
    /// // In another program:
    /// List::<String>::open(name)?.append("owen")?;
    /// assert_eq!(names.get(0)?, Some("owen".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn create(name: &str, bytes: usize) -> Result<Named<Self>, NameError> {
        Named::create(name, size(bytes).map_err(NameError::Region)?.parameters())
    }

    /// Opens the list that has this name; if nothing has the name, makes a list for `bytes`. Of
    /// several that do so at once, one makes it.
    ///
    /// # Errors
    ///
    /// Those of [`List::create`] and [`List::open`], `NotFound` and `AlreadyExists` excepted.
    pub fn open_or_create(name: &str, bytes: usize) -> Result<Named<Self>, NameError> {
        Named::open_or_create(name, size(bytes).map_err(NameError::Region)?.parameters())
    }

    /// Opens the list that has this name. What its values are is not noted there, as for
    /// [`Dict::open`](crate::Dict::open).
    ///
    /// # Errors
    ///
    /// [`NameError`], `AlreadyExists` excepted.
    pub fn open(name: &str) -> Result<Named<Self>, NameError> {
        Named::open(name)
    }
}

impl<T> List<T> {
    /// Looks at the list without touching it.
    pub(crate) fn sight(&self) -> DictSight {
        self.table.sight()
    }
}
