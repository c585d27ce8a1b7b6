//! Switches the seam of `core/src/sys.rs` to the model for this package only.

fn main() {
    println!("cargo::rustc-cfg=forkstep_loom");
    println!("cargo::rerun-if-changed=build.rs");
}
