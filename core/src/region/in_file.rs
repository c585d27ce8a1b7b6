//! Regions in files that have names, so that processes find them that are not each other's forks.

use std::sync::Arc;

use super::header::Header;
use super::identity::{HeaderError, Identity};
use super::{Region, RegionError, refused};
use crate::sys::shared_file::{Access, SharedFile};
use crate::sys::{FileError, Mapping};

impl Region {
    /// Makes a region with room for objects of `bytes` bytes, in a file that has no name yet.
    pub(crate) fn in_new_file(
        bytes: usize,
        identity: Identity,
    ) -> Result<(SharedFile, Self), RegionError> {
        let len = Self::len_for(bytes)?;
        let file = SharedFile::create(len).map_err(|error| refused(error, bytes))?;
        let mapping = Mapping::of_file(&file, len, Access::Write);
        let mapping = mapping.map_err(|error| refused(error, bytes))?;
        Ok((file, Self::begin(mapping, Header::new(len, identity))))
    }

    /// Finds the region in a file, which must be as long as one for objects of `bytes` bytes.
    pub(crate) fn in_file(
        file: &SharedFile,
        bytes: usize,
        access: Access,
    ) -> Result<Self, RegionError> {
        let mapping = Mapping::of_file(file, Self::len_for(bytes)?, access);
        Ok(Self { mapping: Arc::new(mapping.map_err(|error| refused(error, bytes))?) })
    }

    /// How long the file of a region is that has room for objects of `bytes` bytes.
    pub(crate) fn file_len(bytes: usize) -> Result<u64, RegionError> {
        Self::len_for(bytes).map(|len| len as u64)
    }

    /// Reads what the region in a file says that it is, and how long.
    pub(crate) fn read_header(
        file: &SharedFile,
    ) -> Result<Result<(Identity, u64), HeaderError>, FileError> {
        let mut start = [0; size_of::<Header>()];
        let read = file.read_start(&mut start)?;
        if read < start.len() {
            return Ok(Err(HeaderError::NotARegion));
        }
        Ok(Header::read(&start))
    }
}
