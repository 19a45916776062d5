// SPDX-License-Identifier: MIT

// Package memory makes structs of libbpf, whose pointers have 64 bits, for the host.
package memory

import (
	"runtime"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/cstring"
)

// Kept keeps values in memory to which a struct has addresses as numbers, which Go's garbage collector does not see.
type Kept struct{ values []any }

// Address returns the address of a value, as a number for a struct.
func Address[T any](kept *Kept, value *T) uint64 {
	kept.values = append(kept.values, value)
	return uint64(uintptr(unsafe.Pointer(value)))
}

// Slice returns the address of the first element; 0 if there is none.
func Slice[T any](kept *Kept, values []T) uint64 {
	if len(values) == 0 {
		return 0
	}
	return Address(kept, &values[0])
}

// Text returns the address of a text with a NUL at its end; 0 for "".
func Text(kept *Kept, text string) uint64 {
	if text == "" {
		return 0
	}
	return Address(kept, (*byte)(cstring.Of(text)))
}

// Texts returns the address of an array of texts; 0 if there is none.
func Texts(kept *Kept, texts []string) uint64 {
	addresses := make([]uint64, len(texts))
	for index, text := range texts {
		addresses[index] = Address(kept, (*byte)(cstring.Of(text)))
	}
	return Slice(kept, addresses)
}

// Options passes a struct of libbpf, whose first field is its size in bytes, to call. The values stay in memory until call returns.
func Options[T any](kept *Kept, options T, call func(options unsafe.Pointer) int32) int32 {
	value := &options
	*(*uint64)(unsafe.Pointer(value)) = uint64(unsafe.Sizeof(options))
	kept.values = append(kept.values, value)
	result := call(unsafe.Pointer(value))
	runtime.KeepAlive(kept)
	return result
}
