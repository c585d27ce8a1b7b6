//! Which indices there are.

use std::ops::Range;

use super::OutOfBounds;

/// Lets an index through that there is.
#[inline]
pub(super) fn checked(index: usize, len: usize) -> Result<usize, OutOfBounds> {
    if index < len { Ok(index) } else { Err(OutOfBounds { index, len }) }
}

/// The `count` indices from `start` on, if there are so many.
pub(super) fn span(start: usize, count: usize, len: usize) -> Result<Range<usize>, OutOfBounds> {
    let end = start.saturating_add(count);
    if end <= len {
        return Ok(start..end);
    }
    // The last one that was asked for; where nothing was, the one where it would have begun.
    Err(OutOfBounds { index: end.saturating_sub(1).max(start), len })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_end_where_the_array_does() {
        assert_eq!(span(0, 3, 3), Ok(0..3));
        assert_eq!(span(3, 0, 3), Ok(3..3));
        assert_eq!(span(1, 3, 3), Err(OutOfBounds { index: 3, len: 3 }));
        assert_eq!(span(4, 0, 3), Err(OutOfBounds { index: 4, len: 3 }));
        let index = usize::MAX - 1;
        assert_eq!(span(1, usize::MAX, 3), Err(OutOfBounds { index, len: 3 }));
        let index = usize::MAX;
        assert_eq!(span(usize::MAX, 1, 3), Err(OutOfBounds { index, len: 3 }));
        assert_eq!(checked(3, 3), Err(OutOfBounds { index: 3, len: 3 }));
    }
}
