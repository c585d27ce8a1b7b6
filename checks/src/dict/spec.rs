//! What each operation does to one key.

use crate::order::Specified;

/// What an operation does to a key whose value is a small number, or which is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Get,
    Set(u8),
    /// Adds one; a key that is not there counts as 0.
    Add,
    Remove,
    /// Removes, and does not say whether the key was there.
    Clear,
    CompareAndSet(Option<u8>, u8),
    GetOrInsert(u8),
}

/// What an operation answered: a value, or that there was none. For those that say yes or no, a
/// value stands for yes.
pub(super) type Answer = Option<u8>;

pub(super) type Done = crate::order::Done<Op, Answer>;

const YES: Answer = Some(1);

/// A key's value, if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value(pub(super) Option<u8>);

impl Specified for Value {
    type Op = Op;
    type Answer = Answer;

    fn after(&self, op: Op) -> (Self, Answer) {
        let Self(value) = *self;
        let yes = |is: bool| if is { YES } else { None };
        let (after, answer) = match op {
            Op::Get => (value, value),
            Op::Set(new) => (Some(new), yes(value.is_none())),
            Op::Add => {
                let sum = Some(value.unwrap_or(0) + 1);
                (sum, sum)
            }
            Op::Remove => (None, yes(value.is_some())),
            Op::Clear => (None, None),
            Op::CompareAndSet(old, new) if value == old => (Some(new), YES),
            Op::CompareAndSet(..) => (value, None),
            Op::GetOrInsert(new) => {
                let value = Some(value.unwrap_or(new));
                (value, value)
            }
        };
        (Self(after), answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::is_explained;

    fn explained(start: Option<u8>, programs: &[Vec<Done>], end: Option<u8>) -> bool {
        is_explained(&Value(start), programs, &Value(end))
    }

    fn done(op: Op, answer: Answer) -> Done {
        Done { op, answer: Some(answer) }
    }

    #[test]
    fn orders_that_are_there_are_found() {
        let (set, got) = (done(Op::Set(1), YES), done(Op::Get, Some(1)));
        assert!(explained(None, &[vec![set], vec![got]], Some(1)));
        assert!(explained(None, &[vec![set], vec![done(Op::Get, None)]], Some(1)));
        assert!(!explained(None, &[vec![set], vec![got]], None), "nobody removed it");
        let backwards = vec![got, done(Op::Get, None)];
        assert!(!explained(None, &[vec![set], backwards], Some(1)), "it went back in time");
    }

    #[test]
    fn a_lost_update_is_no_order() {
        let add = |answer| vec![done(Op::Add, Some(answer))];
        assert!(explained(Some(0), &[add(1), add(2)], Some(2)));
        assert!(!explained(Some(0), &[add(1), add(1)], Some(1)));
        let swap = |is: Answer| vec![done(Op::CompareAndSet(Some(0), 5), is)];
        assert!(explained(Some(0), &[swap(YES), swap(None)], Some(5)));
        assert!(!explained(Some(0), &[swap(YES), swap(YES)], Some(5)));
    }

    #[test]
    fn an_operation_without_an_answer_happened_or_not() {
        let cut = vec![Done { op: Op::Set(7), answer: None }];
        assert!(explained(Some(1), std::slice::from_ref(&cut), Some(1)));
        assert!(explained(Some(1), std::slice::from_ref(&cut), Some(7)));
        assert!(!explained(Some(1), &[cut], None));
    }
}
