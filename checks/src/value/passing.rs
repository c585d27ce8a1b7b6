//! Who sees a value also sees what its writer did before: a datum and the value that announces it.

use std::marker::PhantomData;

use forkstep_model::Value;
use forkstep_model::sys::model::Run;

use super::sample::Sample;
use crate::scenario::Scenario;

/// How one participant writes or reads the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Writes the datum, then announces it by `set`.
    Set,
    /// By `update`.
    Update,
    /// By `store`.
    Store,
    /// By `fetch_add`.
    Add,
    /// By `compare_exchange`.
    Exchange,
    /// Gets the value, and the datum if it is announced.
    Get,
    /// By what `update` is given.
    UpdateSees,
    /// By what `fetch_add` returns.
    AddSees,
    /// By what a `compare_exchange` that fails returns.
    ExchangeFails,
    /// By a `compare_exchange` that succeeds.
    ExchangeSees,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Set => "announce by set",
            Self::Update => "announce by update",
            Self::Store => "announce by store",
            Self::Add => "announce by fetch_add",
            Self::Exchange => "announce by compare_exchange",
            Self::Get => "see by get",
            Self::UpdateSees => "see by update",
            Self::AddSees => "see by fetch_add",
            Self::ExchangeFails => "see by a compare_exchange that fails",
            Self::ExchangeSees => "see by a compare_exchange",
        }
    }
}

/// A model of handing a datum on by a value of `T`.
#[derive(Clone, Debug)]
pub struct Passing<T> {
    roles: Vec<Role>,
    values: PhantomData<fn() -> T>,
}

impl<T> Passing<T> {
    /// A role for each participant.
    #[must_use]
    pub fn new(roles: &[Role]) -> Self {
        Self { roles: roles.to_vec(), values: PhantomData }
    }

    /// How many participants there are.
    #[must_use]
    pub fn participants(&self) -> usize {
        self.roles.len()
    }
}

/// The datum and the value.
#[derive(Debug)]
pub struct Shared<T: Sample> {
    datum: Value<u64>,
    value: Value<T>,
}

/// What the datum is once it is written.
const DATUM: u64 = 7;
/// What the value is once the datum is there, or more.
const THERE: u64 = 1;

impl<T: Sample> Scenario for Passing<T> {
    type Shared = Shared<T>;

    fn roles(&self) -> Vec<&'static str> {
        self.roles.iter().map(|role| role.name()).collect()
    }

    fn set_up(&self) -> Shared<T> {
        let datum = Value::new(0).expect("the model has memory");
        Shared { datum, value: Value::new(T::of(0)).expect("the model has memory") }
    }

    fn run(&self, me: usize, shared: &Shared<T>) {
        let Shared { datum, value } = shared;
        let role = self.roles[me];
        match role {
            Role::Set | Role::Update | Role::Store | Role::Add | Role::Exchange => {
                datum.store(DATUM);
                shared.announce(role);
            }
            Role::Get => shared.expect(value.get().number()),
            _ => shared.expect(shared.see(role)),
        }
    }

    fn judge(&self, shared: &Shared<T>, _: &Run) {
        shared.expect(shared.value.get().number());
    }
}

impl<T: Sample> Shared<T> {
    fn word(&self) -> &Value<u64> {
        T::word(&self.value).expect("the model is one of a number")
    }

    fn announce(&self, how: Role) {
        match how {
            Role::Set => self.value.set(T::of(THERE)).expect("the lock"),
            Role::Update => {
                self.value.update(|_| T::of(THERE)).expect("the lock");
            }
            Role::Store => self.word().store(THERE),
            Role::Add => {
                self.word().fetch_add(THERE);
            }
            _ => {
                // Whoever looks by changing the value adds nothing to it.
                self.word().compare_exchange(0, THERE).expect("nobody else announces");
            }
        }
    }

    /// What was seen of the value.
    fn see(&self, how: Role) -> u64 {
        match how {
            Role::UpdateSees => {
                let mut seen = 0;
                let see = |old: T| {
                    seen = old.number();
                    old
                };
                self.value.update(see).expect("the lock");
                seen
            }
            Role::AddSees => self.word().fetch_add(0),
            Role::ExchangeSees => self.word().compare_exchange(THERE, THERE).unwrap_or(0),
            // Either it finds nothing and changes nothing, or it finds what has come meanwhile.
            _ => self.word().compare_exchange(0, 0).unwrap_or_else(|found| found),
        }
    }

    fn expect(&self, seen: u64) {
        assert!(seen < THERE || self.datum.get() == DATUM, "announced, and the datum is not there");
    }
}
