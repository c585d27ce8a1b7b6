//! Whether the answers to operations can be explained by some order of them.

use std::fmt::Debug;

/// What is operated on, as one participant alone would find it.
pub(crate) trait Specified: Clone + Debug + PartialEq {
    /// What can be done.
    type Op: Copy + Debug;
    /// What comes of it.
    type Answer: Clone + Debug + PartialEq;

    /// What an operation leaves and answers.
    fn after(&self, op: Self::Op) -> (Self, Self::Answer);
}

/// An operation of a participant, and its answer if it came to one before the participant died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Done<O, A> {
    pub(crate) op: O,
    pub(crate) answer: Option<A>,
}

/// The operations of one participant, in its order.
type Program<S> = Vec<Done<<S as Specified>::Op, <S as Specified>::Answer>>;

/// Says whether there is an order of all operations, with those of each participant in its own
/// order, that gives these answers and leaves `end`. What has no answer happened once or not at
/// all.
pub(crate) fn is_explained<S: Specified>(start: &S, programs: &[Program<S>], end: &S) -> bool {
    search(start, programs, &mut vec![0; programs.len()], end)
}

fn search<S: Specified>(now: &S, programs: &[Program<S>], next: &mut [usize], end: &S) -> bool {
    let rest = |who: usize| programs[who][next[who]..].iter();
    let none_is_left = (0..programs.len()).all(|who| rest(who).all(|done| done.answer.is_none()));
    if now == end && none_is_left {
        return true;
    }
    (0..programs.len()).any(|who| {
        let Some(done) = programs[who].get(next[who]) else { return false };
        let (after, answer) = now.after(done.op);
        if done.answer.as_ref().is_some_and(|said| *said != answer) {
            return false;
        }
        next[who] += 1;
        let explained = search(&after, programs, next, end);
        next[who] -= 1;
        explained
    })
}
