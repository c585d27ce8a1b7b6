//! What was made or opened under a name, and who owns the name.

use std::ops::Deref;

use super::error::NameError;
use super::name::Name;
use super::nameable::Nameable;
use super::opened::Opened;
use crate::region::{Identity, Layout, Parameters, Region};
use crate::sys::FileError;
use crate::sys::process::pid;
use crate::sys::shared_file::{Access, SharedFile, remove_name};

/// Something in shared memory that unrelated programs find by its name.
///
/// It is used as what it leads to: a `Named<Queue<u64>>` is a queue. Who created it *owns the
/// name*: when the guard is dropped in the process that created it, the name is taken away. Those
/// who have opened it go on with what they have; nobody finds it any more. A fork's copy of the
/// guard takes nothing away.
///
/// When the owner dies without that, in whatever way, the name stays and what it leads to is as the
/// death left it, for everybody who has it open and everybody who opens it later. Somebody should
/// then [`adopt`](Self::adopt) it. The processes that the owner forked own the name together with
/// it: as long as one of them lives, it cannot be adopted.
///
/// Others of the same user can open it, change what it holds, and even cut its file short, and then
/// using it is a SIGBUS; see [the module](crate::named).
#[derive(Debug)]
pub struct Named<T> {
    value: T,
    name: Name,
    file: SharedFile,
    /// The process that owns the name by this guard.
    owner: Option<i32>,
}

impl<T> Named<T> {
    /// Makes a `T` for these parameters under a name that nothing has.
    ///
    /// If the process dies in here, there is nothing under the name, or all of it.
    pub(crate) fn create(name: &str, parameters: Parameters) -> Result<Self, NameError>
    where
        T: Nameable,
    {
        Self::create_filled(name, parameters, |_| ())
    }

    /// As [`create`](Self::create), and it gets the name after `fill` has been at it.
    pub(crate) fn create_filled(
        name: &str,
        parameters: Parameters,
        fill: impl FnOnce(&T),
    ) -> Result<Self, NameError>
    where
        T: Nameable,
    {
        let name = Name::new(name)?;
        let identity = Identity { kind: T::KIND.number(), parameters };
        let (file, region) = Region::in_new_file(T::bytes(parameters)?, identity)?;
        let value = T::lay_out(&mut Layout::make(&region), parameters)?;
        fill(&value);
        let of = |error| NameError::of(error, name.as_str());
        // Nobody else knows the file.
        file.hold().map_err(of)?;
        file.give_name(name.as_str()).map_err(of)?;
        Ok(Self { value, name, file, owner: Some(pid()) })
    }

    /// Opens the `T` that has this name, or makes one. Of several that do so at once, one makes it.
    pub(crate) fn open_or_create(name: &str, parameters: Parameters) -> Result<Self, NameError>
    where
        T: Nameable,
    {
        Self::open_or_create_filled(name, parameters, |_| ())
    }

    /// As [`open_or_create`](Self::open_or_create), and what is made gets the name after `fill` has
    /// been at it.
    pub(crate) fn open_or_create_filled(
        name: &str,
        parameters: Parameters,
        fill: impl Fn(&T),
    ) -> Result<Self, NameError>
    where
        T: Nameable,
    {
        loop {
            match Self::open(name) {
                Err(NameError::NotFound { .. }) => {}
                opened => return opened,
            }
            match Self::create_filled(name, parameters, &fill) {
                Err(NameError::AlreadyExists { .. }) => {}
                created => return created,
            }
        }
    }

    /// Opens the `T` that has this name.
    pub(crate) fn open(name: &str) -> Result<Self, NameError>
    where
        T: Nameable,
    {
        let name = Name::new(name)?;
        let opened = Opened::open(&name, Access::Write)?;
        Ok(Self { value: opened.find()?, name, file: opened.file, owner: None })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Whether this process owns the name by this guard, so that dropping it takes the name away.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.owner == Some(pid())
    }

    /// Becomes the owner if no process is: the owner has died, and so have all that it forked, or
    /// it has given the name up. Says whether this guard is the owner now.
    ///
    /// Of several that try at once, one becomes the owner. If the process dies in here, the next
    /// one can adopt. A process that an owner has forked is no longer counted among those who own
    /// the name together with it once it has tried to adopt it for itself.
    ///
    /// # Errors
    ///
    /// [`NameError::NotFound`] if the name is gone or leads elsewhere by now: nobody finds this any
    /// more, and there is nothing to own. [`NameError::Os`] if a system call failed.
    pub fn adopt(&mut self) -> Result<bool, NameError> {
        if self.is_owner() {
            return Ok(true);
        }
        // What was opened before a fork is held together with other processes: this one must hold
        // it alone.
        let file = self.file.reopen().map_err(|error| self.error(error))?;
        self.file = file;
        self.owner = None;
        if !self.file.hold().map_err(|error| self.error(error))? {
            return Ok(false);
        }
        if !self.file.has_name(self.name()).map_err(|error| self.error(error))? {
            self.file.let_go().map_err(|error| self.error(error))?;
            return Err(self.error(FileError::Missing));
        }
        self.owner = Some(pid());
        Ok(true)
    }

    /// Gives the name up, so that it stays when the guard is dropped; who wants can adopt it. Does
    /// nothing if this guard is not the owner.
    ///
    /// # Errors
    ///
    /// [`NameError::Os`] if a system call failed; then it is still the owner.
    pub fn keep(&mut self) -> Result<(), NameError> {
        if self.is_owner() {
            self.file.let_go().map_err(|error| self.error(error))?;
            self.owner = None;
        }
        Ok(())
    }

    fn error(&self, error: FileError) -> NameError {
        NameError::of(error, self.name())
    }
}

impl<T> Deref for Named<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Drop for Named<T> {
    fn drop(&mut self) {
        if self.is_owner() && self.file.has_name(self.name()) == Ok(true) {
            // It was there a moment ago; who removed it meanwhile has done this work.
            let _ = remove_name(self.name());
        }
    }
}
