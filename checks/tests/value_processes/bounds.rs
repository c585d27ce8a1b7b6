//! Which elements and which sizes there are.

use forkstep::array::{ArrayError, GuardError, OutOfBounds};
use forkstep::process::Process;
use forkstep::value::{LockError, Plain};
use forkstep::{Array, Region, RegionError, Value};
use forkstep_checks::watchdog::trial;
use libtest_mimic::Trial;

use crate::victims::join;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("no_element_beyond_the_end", no_element_beyond_the_end),
        trial("lengths_that_cannot_be", lengths_that_cannot_be),
        trial("values_of_all_sizes_come_back", values_of_all_sizes),
        trial("numbers_of_all_types_come_back", numbers_of_all_types),
        trial("out_of_bounds_comes_before_the_lock", bounds_before_the_lock),
    ]
}

fn no_element_beyond_the_end() {
    let array = Array::from_slice(&[1_u64, 2, 3]).unwrap();
    let beyond = OutOfBounds { index: 3, len: 3 };
    assert_eq!(array.get(3), Err(beyond));
    assert_eq!(array.get(usize::MAX), Err(OutOfBounds { index: usize::MAX, len: 3 }));
    assert_eq!(array.set(3, 0), Err(ArrayError::OutOfBounds(beyond)));
    assert_eq!(array.update(3, |_| panic!("called")), Err(ArrayError::OutOfBounds(beyond)));
    assert_eq!(array.fetch_add(3, 1), Err(beyond));
    let mut two = [7; 2];
    assert_eq!(array.copy_to_slice(2, &mut two), Err(beyond));
    assert_eq!(two, [7; 2], "nothing was copied");
    assert_eq!(array.copy_from_slice(2, &[7, 7]), Err(ArrayError::OutOfBounds(beyond)));
    array.copy_to_slice(3, &mut []).unwrap();
    array.copy_from_slice(1, &[20, 30]).unwrap();
    array.copy_to_slice(0, &mut two).unwrap();
    assert_eq!((two, array.len()), ([1, 20], 3));

    let mut guard = array.lock().unwrap();
    assert_eq!(guard.get(3), Err(beyond));
    assert_eq!(guard.set(3, 0), Err(GuardError::OutOfBounds(beyond)));
    assert_eq!(guard.update(3, |_| panic!("called")), Err(GuardError::OutOfBounds(beyond)));
    assert_eq!(guard.copy_to_slice(2, &mut two), Err(beyond));
    assert_eq!(guard.copy_from_slice(2, &[7, 7]), Err(GuardError::OutOfBounds(beyond)));
    assert_eq!(guard.update(0, |old| old + 9), Ok(10));
    guard.copy_from_slice(1, &[11, 12]).unwrap();
    assert_eq!((guard.iter().collect::<Vec<_>>(), guard.len()), (vec![10, 11, 12], 3));
    drop(guard);
    assert_eq!(array.iter().rev().collect::<Vec<_>>(), [12, 11, 10]);
    assert_eq!((array.iter().len(), format!("{array:?}")), (3, "[10, 11, 12]".to_owned()));
}

fn lengths_that_cannot_be() {
    assert_eq!(Array::new(0, 1_u8).unwrap_err(), RegionError::Empty);
    assert_eq!(Array::<u64>::from_slice(&[]).unwrap_err(), RegionError::Empty);
    for len in [usize::MAX, usize::MAX / 8] {
        let (bytes, max) = (usize::MAX, Region::MAX);
        assert_eq!(Array::new(len, 1_u64).unwrap_err(), RegionError::TooLarge { bytes, max });
    }
    let too_large = Array::new(Region::MAX / 8, 1_u64).unwrap_err();
    assert!(matches!(too_large, RegionError::TooLarge { .. }), "{too_large:?}");
    let no_memory = Array::new(Region::MAX / 64, 1_u64).unwrap_err();
    assert!(matches!(no_memory, RegionError::NoMemory { .. }), "{no_memory:?}");
}

fn size<const N: usize>()
where
    [u8; N]: Plain,
{
    let bytes = |first: u8| std::array::from_fn::<u8, N, _>(|n| first.wrapping_add(n as u8));
    let value = Value::new(bytes(1)).unwrap();
    let array = Array::from_slice(&[bytes(2), bytes(3), bytes(4)]).unwrap();
    let child = Process::start(|| {
        assert_eq!(value.get(), bytes(1));
        value.set(bytes(5)).unwrap();
        value.update(|old| old.map(|byte| byte.wrapping_add(1))).unwrap();
        array.set(1, bytes(7)).unwrap();
    });
    join(&child.unwrap());
    assert_eq!(value.get(), bytes(6));
    assert_eq!(array.iter().collect::<Vec<_>>(), [bytes(2), bytes(7), bytes(4)]);
}

fn values_of_all_sizes() {
    size::<0>();
    size::<1>();
    size::<7>();
    size::<8>();
    size::<9>();
    size::<15>();
    size::<16>();
    size::<17>();
    size::<4095>();
}

fn numbers_of_all_types() {
    let integers = (Value::new(i8::MIN).unwrap(), Value::new(-3_isize).unwrap());
    assert_eq!((integers.0.fetch_add(-1), integers.0.get()), (i8::MIN, i8::MAX));
    assert_eq!((integers.1.fetch_add(2), integers.1.load()), (-3, -1));
    let long = Value::new(1_u128 << 100).unwrap();
    assert_eq!(long.update(|old| old + 1), Ok((1 << 100) + 1));

    let float = Value::new(f64::NAN).unwrap();
    assert!(float.compare_exchange(f64::NAN, 0.0).is_ok_and(f64::is_nan), "bit for bit");
    assert_eq!(float.compare_exchange(-0.0, 1.0), Err(0.0));
    assert_eq!(float.compare_exchange(0.0, 1.0), Ok(0.0));
    let short = Value::new(1.5_f32).unwrap();
    short.store(-2.5);
    assert_eq!(short.update(|old| 2.0 * old), Ok(-5.0));
}

fn bounds_before_the_lock() {
    let array = Array::new(1, 0_u8).unwrap();
    let _guard = array.lock().unwrap();
    let beyond = OutOfBounds { index: 1, len: 1 };
    assert_eq!(array.set(1, 0), Err(ArrayError::OutOfBounds(beyond)));
    assert_eq!(array.set(0, 0), Err(ArrayError::Lock(LockError::WouldDeadlock)));
}
