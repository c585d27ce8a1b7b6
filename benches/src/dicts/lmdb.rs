//! The peer between processes: LMDB, whose file lies in memory and is never written to a disk.

#![allow(unsafe_code, reason = "opens a file that is mapped")]

use std::marker::PhantomData;
use std::thread;

use heed::types::Bytes;
use heed::{CommitOrAbort, Database, Env, EnvFlags, EnvOpenOptions, MdbError, RwTxn};

use super::{BenchDict, Datum, Operations};
use crate::scratch::Scratch;
use crate::shared_by::ByProcesses;

/// What the file may take: several times what the items of the benches take in it.
const BYTES: usize = 1 << 24;

/// Has its file in a folder of its own, which each process opens for the time of a block: what is
/// open must not go through a fork.
#[derive(Debug)]
pub struct Lmdb<K, V> {
    scratch: Scratch,
    items: PhantomData<(K, V)>,
}

/// Is the file, opened.
#[derive(Debug)]
pub struct Opened<'a> {
    env: &'a Env,
    items: Database<'a, Bytes, Bytes>,
}

impl<K: Datum, V: Datum> BenchDict<K, V> for Lmdb<K, V> {
    type Shared = ByProcesses;
    type Opened<'a>
        = Opened<'a>
    where
        Self: 'a;
    const NAME: &'static str = "LMDB";
    const REMARK: Option<&'static str> =
        Some("LMDB lies in memory and never syncs; each operation is a transaction");

    fn make(_keys: usize) -> Result<Self, String> {
        Ok(Self { scratch: Scratch::new()?, items: PhantomData })
    }

    fn open<R>(&self, body: impl FnOnce(&Opened<'_>) -> R) -> R {
        let flags = EnvFlags::NO_SYNC | EnvFlags::NO_META_SYNC | EnvFlags::WRITE_MAP;
        let mut options = EnvOpenOptions::new();
        options.map_size(BYTES);
        // SAFETY: without syncs a crash of the machine may break the file, which nobody reads
        // then; and nobody writes to the mapped file but LMDB.
        unsafe { options.flags(flags) };
        // SAFETY: nothing but LMDB writes to the files of this folder, whose lock file is in use,
        // and no process takes an open one through a fork.
        let env = unsafe { options.open(self.scratch.path()) }.expect("a file of one's own");
        let items = created(&env);
        body(&Opened { env: &env, items })
    }
}

fn created(env: &Env) -> Database<'_, Bytes, Bytes> {
    let transaction = env.write_txn().expect("a writer's turn");
    let items = env.create_databases_and_commit(transaction, |opener, transaction| {
        opener.create_database(transaction, None).map(CommitOrAbort::<_, ()>::Commit)
    });
    items.expect("room for a database").unwrap_commit()
}

impl Opened<'_> {
    /// Runs one transaction. Where somebody who reads has lost its core, all that was written since
    /// has to stay, and may fill the file until it goes on.
    #[inline]
    fn change<R>(&self, change: impl Fn(&mut RwTxn<'_>) -> heed::Result<R>) -> R {
        loop {
            let mut transaction = self.env.write_txn().expect("a writer's turn");
            let result =
                change(&mut transaction).and_then(|result| transaction.commit().map(|()| result));
            match result {
                Err(heed::Error::Mdb(MdbError::MapFull)) => thread::yield_now(),
                result => return result.expect("a file in order"),
            }
        }
    }
}

impl<K: Datum, V: Datum> Operations<K, V> for Opened<'_> {
    #[inline]
    fn get(&self, key: &K) -> Option<V> {
        let transaction = self.env.read_txn().expect("a reader's turn");
        let value = self.items.get(&transaction, key.raw().as_ref()).expect("a file in order");
        value.map(V::from_raw)
    }

    #[inline]
    fn insert(&self, key: &K, value: &V) -> bool {
        self.change(|transaction| {
            let is_new = self.items.get(transaction, key.raw().as_ref())?.is_none();
            self.items.put(transaction, key.raw().as_ref(), value.raw().as_ref())?;
            Ok(is_new)
        })
    }

    #[inline]
    fn raise(&self, key: &K) {
        self.change(|transaction| {
            let value = self.items.get(transaction, key.raw().as_ref())?;
            let raised = V::of(V::from_raw(value.expect("a key that is there")).number() + 1);
            self.items.put(transaction, key.raw().as_ref(), raised.raw().as_ref())
        });
    }

    fn clear(&self) {
        self.change(|transaction| self.items.clear(transaction));
    }

    fn len(&self) -> usize {
        let transaction = self.env.read_txn().expect("a reader's turn");
        self.items.len(&transaction).expect("a file in order") as usize
    }
}
