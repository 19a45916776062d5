// SPDX-License-Identifier: MIT

// Package messages keeps the messages of libbpf for errors.
package messages

import (
	"strings"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
)

// callback is the number of onMessage in its export's name.
const callback = 1

const (
	warn    = 0
	maxLog  = 64 << 10
	maxText = 4096
)

var (
	text    [maxText]byte
	log     strings.Builder
	listens bool
)

// Listen keeps libbpf's warnings from now on. The host prints them otherwise.
func Listen() {
	if listens {
		return
	}
	listens = true
	imports.LibbpfSetPrint(callback, unsafe.Pointer(&text[0]), maxText)
}

// Take returns the messages since the last call.
func Take() string {
	taken := log.String()
	log.Reset()
	return taken
}

//go:wasmexport wasm_bpf_callback_1
func onMessage(level int32, at unsafe.Pointer) {
	if level != warn {
		return
	}
	bytes := unsafe.Slice((*byte)(at), maxText)
	for end, one := range bytes {
		if one == 0 {
			bytes = bytes[:end]
			break
		}
	}
	if log.Len()+len(bytes) > maxLog {
		log.Reset()
	}
	log.Write(bytes)
}
