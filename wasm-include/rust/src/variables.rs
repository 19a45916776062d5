// SPDX-License-Identifier: MIT
use crate::error::{checked, checked_for};
use crate::{imports, Error, Pod, Result};
use alloc::alloc::{alloc_zeroed, dealloc, handle_alloc_error, Layout};
use alloc::boxed::Box;
use core::fmt;
use core::mem::{align_of, size_of};
use core::ops::{Deref, DerefMut};

/// A copy of a section's variables before load. [`Variables::write`] passes it to libbpf.
pub struct Variables<T> {
    pub(crate) handle: usize,
    pub(crate) value: Box<T>,
}

impl<T> fmt::Debug for Variables<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variables").field("size", &size_of::<T>()).finish()
    }
}

impl<T: Pod> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("map", &self.map).finish()
    }
}

impl<T> Deref for Variables<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Variables<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

/// A value in the heap whose bytes are all 0, which was never on the stack: sections can be larger than it.
fn zeroed_box<T: Pod>() -> Box<T> {
    let layout = Layout::new::<T>();
    if layout.size() == 0 {
        return Box::new(T::zeroed());
    }
    // SAFETY: the layout is not empty, and zeros are a value.
    let memory = unsafe { alloc_zeroed(layout) };
    if memory.is_null() {
        handle_alloc_error(layout);
    }
    // SAFETY: the memory has the layout of `T`.
    unsafe { Box::from_raw(memory.cast()) }
}

/// A copy of a map's value.
fn initial_value<T: Pod>(handle: usize, map: &str) -> Result<Box<T>> {
    let mut value = zeroed_box::<T>();
    let size = size_of::<T>();
    // SAFETY: `size` bytes are at the address.
    let found = unsafe { imports::bpf_map__initial_value(handle, &mut *value as *mut T as usize, size) };
    if checked_for("read variables of", map, found as i64)? as usize != size {
        return Err(Error::new(alloc::format!("read variables of \"{map}\": the section has another size"), "EINVAL"));
    }
    Ok(value)
}

impl<T: Pod> Variables<T> {
    pub(crate) fn of(handle: usize, map: &str) -> Result<Self> {
        Ok(Variables { handle, value: initial_value(handle, map)? })
    }

    /// Sets the values with which the object is loaded.
    pub fn write(&self) -> Result<()> {
        let bytes = self.value.as_bytes();
        // SAFETY: the bytes are there.
        let result = unsafe { imports::bpf_map__set_initial_value(self.handle, bytes.as_ptr() as usize, bytes.len()) };
        checked("set variables", result.into())?;
        Ok(())
    }

    /// Shares the memory of the variables with the kernel, after load: sections `.data` and `.bss`.
    pub fn share(self) -> Result<Shared<T>> {
        Shared::new(self.handle)
    }
}

/// A copy of a section whose values are the same from load on: `.kconfig`, the configuration of the kernel.
pub struct Constants<T> {
    value: Box<T>,
}

impl<T: Pod> Constants<T> {
    pub(crate) fn of(handle: usize, map: &str) -> Result<Self> {
        Ok(Constants { value: initial_value(handle, map)? })
    }
}

impl<T> fmt::Debug for Constants<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Constants").field("size", &size_of::<T>()).finish()
    }
}

impl<T> Deref for Constants<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// The largest page of any kernel. Memory with this alignment can be shared with every kernel.
const PAGE: usize = 65536;

/// Variables that BPF programs and this guest share: both see what the other writes, at once.
pub struct Shared<T: Pod> {
    memory: *mut T,
    map: i32,
}

impl<T: Pod> Shared<T> {
    fn layout() -> Layout {
        let size = (size_of::<T>() + PAGE - 1) / PAGE * PAGE;
        Layout::from_size_align(size.max(PAGE), PAGE).expect("a section has fewer than 2^31 bytes")
    }

    fn new(handle: usize) -> Result<Self> {
        let layout = Self::layout();
        // SAFETY: the layout is not empty.
        let memory = unsafe { alloc_zeroed(layout) };
        if memory.is_null() {
            handle_alloc_error(layout);
        }
        // SAFETY: the handle is the host's.
        let map = unsafe { imports::bpf_map__fd(handle) };
        let shared = Shared { memory: memory.cast(), map };
        checked("use variables", map.into())?;
        // SAFETY: the memory has `layout.size()` bytes, and belongs to this value.
        checked("share variables", unsafe { imports::bpf_map_mmap(map, memory as usize, layout.size()) } as i64)?;
        Ok(shared)
    }

    /// The address of the variables. A program may change them at any time, so use `read_volatile` and `write_volatile`, or atomic
    /// operations, on their fields.
    pub fn as_ptr(&self) -> *mut T {
        self.memory
    }

    /// A copy of all variables. Programs may write meanwhile, so that it has some values from before and some from after.
    /// [`crate::load`] reads one variable.
    pub fn get(&self) -> T {
        // SAFETY: the memory lives as long as this, and any bytes are a value.
        unsafe { self.memory.read_volatile() }
    }

    /// Sets all variables, also those that programs have changed since [`Shared::get`]. [`crate::store`] sets one variable.
    pub fn set(&self, value: T) {
        // SAFETY: as above.
        unsafe { self.memory.write_volatile(value) }
    }
}

impl<T: Pod> Drop for Shared<T> {
    fn drop(&mut self) {
        // SAFETY: afterwards the kernel's memory is no longer mapped over this memory, which can be freed.
        unsafe {
            if self.map >= 0 {
                imports::bpf_map_munmap(self.map);
            }
            dealloc(self.memory.cast(), Self::layout());
        }
    }
}

/// Reads one variable of a [`Shared`] section: `load!(skel.bss, lost)`, `load!(skel.bss, slots[3])`.
///
/// ```
/// #[repr(C)]
/// #[derive(Clone, Copy)]
/// struct Section {
///     lost: u64,
///     slots: [u64; 4],
/// }
/// // SAFETY: numbers without gaps.
/// unsafe impl wasm_bpf::Pod for Section {}
///
/// fn take(bss: &wasm_bpf::Shared<Section>) -> u64 {
///     let lost = wasm_bpf::load!(bss, lost);
///     wasm_bpf::store!(bss, slots[3], 0);
///     lost
/// }
/// ```
#[macro_export]
macro_rules! load {
    ($shared:expr, $field:ident $([$index:expr])*) => {{
        let variables = $shared.as_ptr();
        // SAFETY: the variables live as long as the section, and indices are checked.
        unsafe { $crate::load_from(core::ptr::addr_of!((*variables).$field$([$index])*)) }
    }};
}

/// Sets one variable of a [`Shared`] section, and no other: `store!(skel.bss, count, 5)`, `store!(skel.bss, slots[3], 0)`.
#[macro_export]
macro_rules! store {
    ($shared:expr, $field:ident $([$index:expr])*, $value:expr) => {{
        let (variables, value) = ($shared.as_ptr(), $value);
        // SAFETY: as in `load`.
        unsafe { $crate::store_to(core::ptr::addr_of_mut!((*variables).$field$([$index])*), value) }
    }};
}

/// Reads memory that programs may change at the same time.
///
/// # Safety
///
/// The pointer is valid for reads.
#[doc(hidden)]
pub unsafe fn load_from<F: Pod>(pointer: *const F) -> F {
    match pointer as usize % align_of::<F>() {
        0 => pointer.read_volatile(),
        _ => pointer.read_unaligned(),
    }
}

/// Writes memory that programs may change at the same time.
///
/// # Safety
///
/// The pointer is valid for writes.
#[doc(hidden)]
pub unsafe fn store_to<F: Pod>(pointer: *mut F, value: F) {
    match pointer as usize % align_of::<F>() {
        0 => pointer.write_volatile(value),
        _ => pointer.write_unaligned(value),
    }
}
