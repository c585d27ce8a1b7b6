//! How memory is corrupted: through the file that has the region's name.

use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use crate::draw::Draw;

/// One corruption.
#[derive(Clone, Copy, Debug)]
pub(super) struct Damage {
    place: Place,
    what: What,
    /// How many bytes of the word are meant.
    width: usize,
    /// How many words in a row.
    words: usize,
}

/// A word of the region.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// One of those that are not 0.
    Used(u16),
    /// One of the first ones behind the header, where locks and positions lie.
    Front(u16),
    /// One of the header.
    Header(u16),
    Anywhere(u16),
}

/// What a word is overwritten with.
#[derive(Clone, Copy, Debug)]
enum What {
    FlippedBit(u16),
    Zeros,
    Ones,
    Small(u16),
    /// Itself, and so many more or less.
    Near(i16),
    /// A number at the edge of some width.
    Edge(u16),
    /// A word of a robust lock that means something.
    LockWord(u16),
    /// Another word of the region.
    CopyOf(u16),
    Random(u16),
}

const WORD: usize = 8;
/// The bytes of a region's header.
const HEADER: usize = 128;
/// The bytes behind it in which locks and positions lie.
const FRONT: usize = 1536;
/// More than any of the regions has.
const LONGEST: usize = 1 << 20;

const EDGES: [u64; 12] = [
    u64::MAX,
    u64::MAX - 1,
    u64::MAX << 1 >> 2,
    1 << 63,
    1 << 32,
    u32::MAX as u64,
    u32::MAX as u64 - 1,
    1 << 31,
    u64::MAX << 32,
    u64::MAX << 33,
    0x3f,
    0xffff,
];

/// Owner died, not recoverable, held by nobody that lives, by the first process, by all at once.
const LOCK_WORDS: [u32; 7] =
    [0x4000_0000, 0xc000_0000, 0x3fff_ffff, 0x3fff_fffe, 0x8000_0001, 1, u32::MAX];

impl Damage {
    pub(super) fn of(bytes: [u8; 8]) -> Self {
        let [_, place, what, width, a, b, c, d] = bytes;
        let (at, number) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
        let place = match place % 16 {
            0..8 => Place::Used(at),
            8..13 => Place::Front(at),
            13 => Place::Header(at),
            _ => Place::Anywhere(at),
        };
        let what = match what % 20 {
            0..5 => What::FlippedBit(number),
            5 => What::Zeros,
            6 => What::Ones,
            7..9 => What::Small(number % 70),
            9..11 => What::Near(number as i16 % 20),
            11..14 => What::Edge(number),
            14 => What::LockWord(number),
            15..18 => What::CopyOf(number),
            _ => What::Random(number),
        };
        let words = if width >= 240 { 1 << (width % 8) } else { 1 };
        Self { place, what, width: [WORD, WORD, WORD, 4, 1][usize::from(width) % 5], words }
    }

    /// Corrupts the region in a file; says where, and what stands there now.
    pub(super) fn apply(self, file: &File) -> io::Result<(usize, u64)> {
        let mut bytes = vec![0; usize::try_from(file.metadata()?.len()).unwrap_or(0).min(LONGEST)];
        file.read_exact_at(&mut bytes, 0)?;
        let words: Vec<u64> = bytes.as_chunks().0.iter().copied().map(u64::from_le_bytes).collect();
        let Some(first) = self.place.find(&words) else { return Ok((0, 0)) };
        let mut now = 0;
        for at in (first..words.len()).take(self.words) {
            now = self.what.instead_of(words[at], &words);
            file.write_all_at(&now.to_le_bytes()[..self.width], (at * WORD) as u64)?;
        }
        Ok((first * WORD, now))
    }
}

impl Place {
    fn find(self, words: &[u64]) -> Option<usize> {
        let header = HEADER / WORD;
        let nth = |n: u16, of: usize| usize::from(n).checked_rem(of);
        match self {
            Self::Used(n) => {
                let used = (header..words.len()).filter(|at| words[*at] != 0);
                let used: Vec<usize> = used.collect();
                nth(n, used.len()).map(|n| used[n])
            }
            Self::Front(n) => nth(n, FRONT / WORD).map(|n| header + n),
            Self::Header(n) => nth(n, header),
            Self::Anywhere(n) => nth(n, words.len()),
        }
    }
}

impl What {
    fn instead_of(self, word: u64, words: &[u64]) -> u64 {
        match self {
            Self::FlippedBit(n) => word ^ 1 << (n % 64),
            Self::Zeros => 0,
            Self::Ones => u64::MAX,
            Self::Small(n) => n.into(),
            Self::Near(n) => word.wrapping_add_signed(n.into()),
            Self::Edge(n) => EDGES[usize::from(n) % EDGES.len()],
            Self::LockWord(n) => LOCK_WORDS[usize::from(n) % LOCK_WORDS.len()].into(),
            Self::CopyOf(n) => Place::Used(n).find(words).map_or(word, |at| words[at]),
            Self::Random(n) => Draw::new(n.into()).next(),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, what, width, words } = self;
        write!(f, "corrupt {place:?}: {what:?}, {width} bytes of {words} words")
    }
}
