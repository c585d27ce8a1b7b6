//! The operations of an execution: who invoked what, what came of it, and when.

use std::fmt::Debug;

use serde::de::DeserializeOwned;

/// One operation. Times are numbers of steps of the schedule; of two events of different
/// participants at one number neither is before the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Whose it is.
    pub participant: usize,
    /// What was asked for, as text.
    pub operation: String,
    /// What came of it, as text; `None` if it is pending, because its participant died in it.
    pub answer: Option<String>,
    /// The number of its first step.
    pub invocation: u64,
    /// The number of its last step; for a pending one, that of its participant's death.
    pub response: u64,
    /// The operation as it was encoded.
    pub(super) encoded: Vec<u8>,
    /// The answer as it was encoded.
    pub(super) encoded_answer: Option<Vec<u8>>,
}

/// All operations of an execution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// In the order of their invocations.
    pub calls: Vec<Call>,
    /// For each participant, the number of the step at which it died.
    pub deaths: Vec<Option<u64>>,
}

impl Call {
    /// The operation, as the participant said it.
    ///
    /// # Errors
    ///
    /// It is of another type.
    pub fn asked<O: DeserializeOwned>(&self) -> Result<O, String> {
        decode(&self.encoded, &self.operation)
    }

    /// The answer, as the participant said it; `None` if the operation is pending.
    ///
    /// # Errors
    ///
    /// It is of another type.
    pub fn answered<A: DeserializeOwned>(&self) -> Result<Option<A>, String> {
        let text = self.answer.as_deref().unwrap_or_default();
        self.encoded_answer.as_deref().map(|bytes| decode(bytes, text)).transpose()
    }
}

fn decode<T: DeserializeOwned>(bytes: &[u8], text: &str) -> Result<T, String> {
    let wrong = |error| format!("`{text}` is no {}: {error}", std::any::type_name::<T>());
    postcard::from_bytes(bytes).map_err(wrong)
}
