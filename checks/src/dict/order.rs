//! Whether the results of operations on one key can be explained by some order of them.

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

const YES: Answer = Some(1);

/// An operation of a participant, and its answer if it came to one before the participant died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) op: Op,
    pub(super) answer: Option<Answer>,
}

impl Op {
    /// What the operation leaves and answers where it finds `value`.
    fn on(self, value: Option<u8>) -> (Option<u8>, Answer) {
        let yes = |is: bool| if is { YES } else { None };
        match self {
            Self::Get => (value, value),
            Self::Set(new) => (Some(new), yes(value.is_none())),
            Self::Add => {
                let sum = Some(value.unwrap_or(0) + 1);
                (sum, sum)
            }
            Self::Remove => (None, yes(value.is_some())),
            Self::Clear => (None, None),
            Self::CompareAndSet(old, new) if value == old => (Some(new), YES),
            Self::CompareAndSet(..) => (value, None),
            Self::GetOrInsert(new) => {
                let value = Some(value.unwrap_or(new));
                (value, value)
            }
        }
    }
}

/// Says whether there is an order of all operations, with those of each participant in its own
/// order, that gives these answers and leaves `end`. What has no answer happened once or not at
/// all.
pub(super) fn is_explained(start: Option<u8>, programs: &[Vec<Done>], end: Option<u8>) -> bool {
    let mut next = vec![0; programs.len()];
    search(start, programs, &mut next, end)
}

fn search(value: Option<u8>, programs: &[Vec<Done>], next: &mut [usize], end: Option<u8>) -> bool {
    let answered = |program: &[Done]| program.iter().all(|done| done.answer.is_none());
    let rest = |who: usize, next: &[usize]| &programs[who][next[who]..];
    if value == end && (0..programs.len()).all(|who| answered(rest(who, next))) {
        return true;
    }
    (0..programs.len()).any(|who| {
        let Some(done) = programs[who].get(next[who]) else { return false };
        let (after, answer) = done.op.on(value);
        if done.answer.is_some_and(|said| said != answer) {
            return false;
        }
        next[who] += 1;
        let explained = search(after, programs, next, end);
        next[who] -= 1;
        explained
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(op: Op, answer: Answer) -> Done {
        Done { op, answer: Some(answer) }
    }

    #[test]
    fn orders_that_are_there_are_found() {
        let (set, got) = (done(Op::Set(1), YES), done(Op::Get, Some(1)));
        assert!(is_explained(None, &[vec![set], vec![got]], Some(1)));
        assert!(is_explained(None, &[vec![set], vec![done(Op::Get, None)]], Some(1)));
        assert!(!is_explained(None, &[vec![set], vec![got]], None), "nobody removed it");
        let backwards = vec![got, done(Op::Get, None)];
        assert!(!is_explained(None, &[vec![set], backwards], Some(1)), "it went back in time");
    }

    #[test]
    fn a_lost_update_is_no_order() {
        let add = |answer| vec![done(Op::Add, Some(answer))];
        assert!(is_explained(Some(0), &[add(1), add(2)], Some(2)));
        assert!(!is_explained(Some(0), &[add(1), add(1)], Some(1)));
        let swap = |is: Answer| vec![done(Op::CompareAndSet(Some(0), 5), is)];
        assert!(is_explained(Some(0), &[swap(YES), swap(None)], Some(5)));
        assert!(!is_explained(Some(0), &[swap(YES), swap(YES)], Some(5)));
    }

    #[test]
    fn an_operation_without_an_answer_happened_or_not() {
        let cut = vec![Done { op: Op::Set(7), answer: None }];
        assert!(is_explained(Some(1), std::slice::from_ref(&cut), Some(1)));
        assert!(is_explained(Some(1), std::slice::from_ref(&cut), Some(7)));
        assert!(!is_explained(Some(1), &[cut], None));
    }
}
