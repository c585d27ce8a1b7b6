//! Locks that unrelated programs find by a name.

use super::Lock;
use crate::named::{Kind, NameError, Nameable, Named};
use crate::region::{Layout, Parameters, RegionError};

impl Nameable for Lock {
    const KIND: Kind = Kind::Lock;
    const PARAMETERS: usize = 0;

    fn bytes(_: Parameters) -> Result<usize, RegionError> {
        Ok(Self::FOOTPRINT)
    }

    fn lay_out(layout: &mut Layout<'_>, _: Parameters) -> Result<Self, RegionError> {
        Self::lay_out(layout)
    }
}

impl Lock {
    /// Makes a lock under a name that nothing has.
    ///
    /// If the process dies in here, the name leads to nothing, or to a whole lock without an owner
    /// of its name.
    ///
    /// # Errors
    ///
    /// [`NameError::AlreadyExists`], [`NameError::BadName`]; [`NameError::Region`] if there is no
    /// memory; [`NameError::Os`].
    ///
    /// # Examples
    ///
    /// ```
    /// use forkstep::{AcquireError, Lock};
    ///
    /// # let name = &format!("doc.lock.{}", std::process::id());
    /// let lock = Lock::create(name)?;
    /// // In another program:
    /// let same = Lock::open(name)?;
    /// let guard = same.acquire().expect("nobody holds it");
    /// assert!(matches!(lock.acquire(), Err(AcquireError::WouldDeadlock)));
    /// # drop(guard);
    /// # Ok::<(), forkstep::NameError>(())
    /// ```
    pub fn create(name: &str) -> Result<Named<Self>, NameError> {
        Named::create(name, [0; 6])
    }

    /// Opens the lock that has this name, or makes one. Of several that do so at once, one makes
    /// it.
    ///
    /// # Errors
    ///
    /// [`NameError`], `NotFound` and `AlreadyExists` excepted.
    pub fn open_or_create(name: &str) -> Result<Named<Self>, NameError> {
        Named::open_or_create(name, [0; 6])
    }

    /// Opens the lock that has this name. If its owner died while holding it, in whatever program,
    /// the next to acquire it is told so.
    ///
    /// # Errors
    ///
    /// [`NameError`], `AlreadyExists` excepted.
    pub fn open(name: &str) -> Result<Named<Self>, NameError> {
        Named::open(name)
    }
}
