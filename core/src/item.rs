//! One value as bytes.

use postcard::Serializer;
use postcard::ser_flavors::Flavor;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Up to so many bytes an item needs no memory of its own.
pub(crate) const SHORT: usize = 64;

/// An item as bytes.
#[derive(Debug)]
pub(crate) struct Item {
    short: [u8; SHORT],
    /// Holds the item if it is longer than that.
    long: Vec<u8>,
    len: usize,
}

impl Item {
    #[inline]
    pub(crate) fn new() -> Self {
        Self { short: [0; SHORT], long: Vec::new(), len: 0 }
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        if self.len <= SHORT { &self.short[..self.len] } else { &self.long }
    }

    pub(crate) fn into_vec(self) -> Vec<u8> {
        if self.len <= SHORT { self.short[..self.len].to_vec() } else { self.long }
    }

    /// Makes it what the two parts are together.
    #[inline]
    pub(crate) fn set(&mut self, first: &[u8], second: &[u8]) {
        self.len = first.len() + second.len();
        if self.len <= SHORT {
            self.short[..first.len()].copy_from_slice(first);
            if !second.is_empty() {
                self.short[first.len()..self.len].copy_from_slice(second);
            }
        } else {
            self.long = Vec::with_capacity(self.len);
            self.long.extend_from_slice(first);
            self.long.extend_from_slice(second);
        }
    }

    /// Makes it the encoding of a value.
    #[inline]
    pub(crate) fn encode<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotEncoded> {
        match encode_into(value, &mut self.short) {
            Ok(len) => self.len = len,
            Err(postcard::Error::SerializeBufferFull) => {
                self.long = postcard::to_allocvec(value).map_err(not_encoded)?;
                self.len = self.long.len();
            }
            Err(error) => return Err(not_encoded(error)),
        }
        Ok(())
    }
}

/// Fills bytes up from the front.
struct Fill<'a> {
    room: &'a mut [u8],
    len: usize,
}

/// Up to so many bytes, the longest number, copying byte by byte is faster than asking `memcpy`.
const FEW: usize = 10;

impl Flavor for Fill<'_> {
    type Output = usize;

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        let to = self.room.get_mut(self.len).ok_or(postcard::Error::SerializeBufferFull)?;
        *to = byte;
        self.len += 1;
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        if bytes.len() <= FEW {
            return bytes.iter().try_for_each(|byte| self.try_push(*byte));
        }
        let end = self.len + bytes.len();
        let to = self.room.get_mut(self.len..end).ok_or(postcard::Error::SerializeBufferFull)?;
        to.copy_from_slice(bytes);
        self.len = end;
        Ok(())
    }

    fn finalize(self) -> postcard::Result<usize> {
        Ok(self.len)
    }
}

/// Writes the encoding of a value to the front of `room`; says how long it is.
#[inline]
pub(crate) fn encode_into<T: Serialize + ?Sized>(
    value: &T,
    room: &mut [u8],
) -> postcard::Result<usize> {
    let mut to = Serializer { output: Fill { room, len: 0 } };
    value.serialize(&mut to)?;
    Ok(to.output.len)
}

/// A value that cannot be encoded, in the encoder's words.
#[derive(Debug)]
pub(crate) struct NotEncoded(pub(crate) String);

#[cold]
pub(crate) fn not_encoded(error: postcard::Error) -> NotEncoded {
    NotEncoded(error.to_string())
}

/// Decodes a value; if the bytes are none, says why.
#[inline]
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err("bytes are left over".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
