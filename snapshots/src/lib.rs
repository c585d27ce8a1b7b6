//! Snapshots of what forkstep prints and of how much was explored; see `tests/`.
