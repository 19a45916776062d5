// SPDX-License-Identifier: MIT

// Package cstring converts strings for the host.
package cstring

import "unsafe"

// Of returns the address of text with a NUL at its end. A text ends at a NUL that it contains.
func Of(text string) unsafe.Pointer {
	return unsafe.Pointer(unsafe.SliceData(append([]byte(text), 0)))
}

// Read returns the text that read writes into a buffer, up to its NUL.
func Read(read func(buffer unsafe.Pointer, size uint32) int32) string {
	var buffer [256]byte
	read(unsafe.Pointer(&buffer[0]), uint32(len(buffer)))
	for end, one := range buffer {
		if one == 0 {
			return string(buffer[:end])
		}
	}
	return string(buffer[:])
}
