//! What a type must say of itself so that it can have a name.

use super::error::NameError;
use super::kind::Kind;
use crate::region::{Layout, Parameters, RegionError};

/// An object in shared memory that can be found again from its parameters alone.
pub(crate) trait Nameable: Sized {
    /// What it is called.
    const KIND: Kind;

    /// How many of the parameters it uses, the first ones.
    const PARAMETERS: usize;

    /// How many bytes it takes in a region.
    ///
    /// # Errors
    ///
    /// No such object can be made with these parameters, which may have been read from a region
    /// that anybody wrote.
    fn bytes(parameters: Parameters) -> Result<usize, RegionError>;

    /// Says what is wrong with parameters that such an object can have, if this type, of those
    /// that share its kind, is not the one that it was made as.
    ///
    /// # Errors
    ///
    /// Why it is not this type's.
    fn admit(_: Parameters) -> Result<(), NameError> {
        Ok(())
    }

    /// Makes it or finds it, by parameters that [`bytes`](Self::bytes) has accepted.
    ///
    /// # Errors
    ///
    /// The region has too little room.
    fn lay_out(layout: &mut Layout<'_>, parameters: Parameters) -> Result<Self, RegionError>;
}
