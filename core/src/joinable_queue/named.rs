//! Queues of tasks that unrelated programs find by a name.

use std::marker::PhantomData;
use std::sync::Arc;

use super::tasks::{Size, Tasks};
use super::typed::{Builder, JoinableQueue};
use crate::named::{Kind, NameError, Nameable, Named};
use crate::region::{Layout, Parameters, RegionError};

fn parameters_of_size(size: Size) -> Parameters {
    let Size { items, leases, task_bytes, max_deliveries } = size;
    let [items, leases, task_bytes] = [items, leases, task_bytes].map(|size| size as u64);
    [items, leases, task_bytes, max_deliveries.into(), 0, 0]
}

/// Reads parameters; more deliveries than can be counted are none that a builder has written.
fn size_of_parameters(parameters: Parameters) -> Result<Size, RegionError> {
    let [items, leases, task_bytes, deliveries, ..] = parameters.map(|word| word as usize);
    let max = u32::MAX as usize;
    match u32::try_from(deliveries) {
        Ok(0) => Err(RegionError::Empty),
        Ok(max_deliveries) => Ok(Size { items, leases, task_bytes, max_deliveries }),
        Err(_) => Err(RegionError::TooLarge { bytes: deliveries, max }),
    }
}

impl<T> Nameable for JoinableQueue<T> {
    const KIND: Kind = Kind::JoinableQueue;
    const PARAMETERS: usize = 4;

    fn bytes(parameters: Parameters) -> Result<usize, RegionError> {
        Tasks::footprint(size_of_parameters(parameters)?)
    }

    fn lay_out(layout: &mut Layout<'_>, parameters: Parameters) -> Result<Self, RegionError> {
        let tasks = Tasks::lay_out(layout, size_of_parameters(parameters)?)?;
        Ok(Self { tasks: Arc::new(tasks), items: PhantomData })
    }
}

impl<T> Builder<T> {
    /// Makes the queue under a name that nothing has.
    ///
    /// If the process dies in here, the name leads to nothing, or to a whole queue without an
    /// owner; never to half of one.
    ///
    /// # Errors
    ///
    /// [`NameError::AlreadyExists`], [`NameError::BadName`]; [`NameError::Region`] for what
    /// [`build`](Self::build) refuses; [`NameError::Os`].
    ///
    /// # Examples
    ///
    /// ```
    /// use forkstep::JoinableQueue;
    ///
    /// # let name = &format!("doc.tasks.{}", std::process::id());
    /// let queue = JoinableQueue::<String>::builder(3).max_deliveries(2).create(name)?;
    /// // In another program; if it is killed here, the task goes to somebody else:
    /// let same = JoinableQueue::<String>::open(name)?;
    /// queue.put(&"dumpling".to_owned())?;
    /// same.get()?.task_done()?;
    /// assert_eq!(queue.join()?.tasks, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn create(self, name: &str) -> Result<Named<JoinableQueue<T>>, NameError> {
        Named::create(name, parameters_of_size(self.size))
    }

    /// Opens the queue that has this name, as it was made; if nothing has the name, makes it. Of
    /// several that do so at once, one makes it.
    ///
    /// # Errors
    ///
    /// Those of [`create`](Self::create) and [`JoinableQueue::open`], `NotFound` and
    /// `AlreadyExists` excepted.
    pub fn open_or_create(self, name: &str) -> Result<Named<JoinableQueue<T>>, NameError> {
        Named::open_or_create(name, parameters_of_size(self.size))
    }
}

impl<T> JoinableQueue<T> {
    /// Makes a queue as [`JoinableQueue::new`] does, under a name that nothing has.
    ///
    /// # Errors
    ///
    /// As for [`Builder::create`].
    pub fn create(name: &str, items: usize) -> Result<Named<Self>, NameError> {
        Self::builder(items).create(name)
    }

    /// Opens the queue that has this name. Tasks of consumers that died, of whatever program, are
    /// delivered again as ever. What the tasks are is not noted there, as for
    /// [`Queue::open`](crate::Queue::open).
    ///
    /// # Errors
    ///
    /// [`NameError`], `AlreadyExists` excepted.
    pub fn open(name: &str) -> Result<Named<Self>, NameError> {
        Named::open(name)
    }
}
