// SPDX-License-Identifier: MIT

// Package room keeps the memory into which the host copies records.
package room

import "unsafe"

const (
	emsgsize = 35 // WASI's number
	eintr    = 27
)

// Room is memory that grows when a record needs it.
type Room struct{ bytes []byte }

// Deliver calls call, again with more room when the host says that a record needs it.
func (r *Room) Deliver(needed func() int32, call func(at unsafe.Pointer, size uint32) int32) int32 {
	for {
		result := call(unsafe.Pointer(unsafe.SliceData(r.bytes)), uint32(len(r.bytes)))
		if result != -emsgsize {
			return result
		}
		size := int(needed())
		if size <= len(r.bytes) {
			return result
		}
		r.bytes = make([]byte, size)
	}
}

// IsInterrupted reports if a signal ended a wait.
func IsInterrupted(result int32) bool { return result == -eintr }
