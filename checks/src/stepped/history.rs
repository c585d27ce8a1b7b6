//! The operations of an execution: who invoked what, what came of it, and when.

use std::fmt::Debug;

use serde::de::DeserializeOwned;

use super::journal::{Entry, Kind};
use super::trace::{Event, What};

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

impl History {
    /// Reads the operations from what happened; `lanes` has what each participant said, which is
    /// where operations and answers stand as they were encoded.
    pub(super) fn of(trace: &[Event], lanes: &[Vec<Entry>]) -> Self {
        let mut history = Self { calls: Vec::new(), deaths: vec![None; lanes.len()] };
        let mut said: Vec<_> = lanes.iter().map(|lane| lane.iter()).collect();
        let mut open: Vec<Option<usize>> = vec![None; lanes.len()];
        // Whose operation has been announced, and has taken no step yet.
        let mut announced = vec![false; lanes.len()];
        for (now, event) in trace.iter().enumerate() {
            let Some(participant) = event.participant else { continue };
            let now = now as u64;
            let mut next = |kind| said[participant].find(|entry| entry.kind == kind);
            match &event.what {
                What::Invocation(text) => {
                    let encoded = next(Kind::Invocation).map(|entry| entry.encoded.clone());
                    open[participant] = Some(history.calls.len());
                    announced[participant] = true;
                    history.calls.push(Call {
                        participant,
                        operation: text.clone(),
                        answer: None,
                        invocation: now,
                        response: u64::MAX,
                        encoded: encoded.unwrap_or_default(),
                        encoded_answer: None,
                    });
                }
                What::Response(text) => {
                    let encoded = next(Kind::Response).map(|entry| entry.encoded.clone());
                    if let Some(call) = open[participant].take() {
                        let call = &mut history.calls[call];
                        call.answer = Some(text.clone());
                        call.encoded_answer = encoded;
                        call.response = now;
                    }
                }
                What::Crash => {
                    history.deaths[participant] = Some(now);
                    if let Some(call) = open[participant] {
                        history.calls[call].response = now;
                    }
                }
                What::Access { .. } | What::Wait { .. } | What::Wake { .. } => {
                    let first = std::mem::take(&mut announced[participant]);
                    if let Some(call) = open[participant].filter(|_| first) {
                        history.calls[call].invocation = now;
                    }
                }
                _ => {}
            }
        }
        history
    }
}
