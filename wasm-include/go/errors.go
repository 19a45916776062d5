// SPDX-License-Identifier: MIT

package ebpf

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/messages"
)

// Errors of maps, as in cilium/ebpf.
var (
	ErrKeyNotExist = errors.New("key does not exist")
	ErrKeyExist    = errors.New("key already exists")
	ErrNotExist    = errors.New("no map, program or variable of this name")
)

// Error is a call that libbpf, the kernel or the host refused.
type Error struct {
	// Operation is the call that failed, such as `load the object`.
	Operation string
	// Errno is Linux's error number. libbpf's own numbers are 4000 and more.
	Errno int32
	// Log has the messages of libbpf and the verifier.
	Log string
}

// Name returns the name of the error number, such as "EPERM"; "" if it is not one of Linux's.
func (e *Error) Name() string {
	for _, row := range imports.Errors {
		if row.Linux == e.Errno {
			return row.Name
		}
	}
	return ""
}

// Error returns one line: the operation, the error's name, and libbpf's last message.
func (e *Error) Error() string {
	name := e.Name()
	if name == "" {
		name = fmt.Sprintf("error %d", e.Errno)
	}
	text := fmt.Sprintf("Cannot %s: %s", e.Operation, name)
	lines := strings.Split(strings.TrimSpace(e.Log), "\n")
	if last := strings.TrimPrefix(lines[len(lines)-1], "libbpf: "); last != "" {
		text += ": " + last
	}
	return text
}

// Is reports if target is the error of a map that the error number stands for.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrKeyNotExist:
		return e.Name() == "ENOENT"
	case ErrKeyExist:
		return e.Name() == "EEXIST"
	}
	return false
}

// Check returns the error of a negative result of an import. Package link and others use it.
func Check(operation string, result int32) error {
	log := messages.Take()
	if result >= 0 {
		return nil
	}
	return &Error{Operation: operation, Errno: linuxErrno(-result), Log: log}
}

// linuxErrno converts WASI's number. Numbers that WASI does not have pass unchanged.
func linuxErrno(wasi int32) int32 {
	for _, row := range imports.Errors {
		if row.WASI == wasi {
			return row.Linux
		}
	}
	return wasi
}
