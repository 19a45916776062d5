// SPDX-License-Identifier: MIT

// Package failure has the error of a call that libbpf, the kernel or the host refused.
package failure

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/messages"
)

// Errors that other packages export.
var (
	ErrKeyNotExist  = errors.New("key does not exist")
	ErrKeyExist     = errors.New("key already exists")
	ErrNotSupported = errors.New("not supported")
)

// Error is a call that libbpf, the kernel or the host refused. It unwraps to a [syscall.Errno], so that errors.Is finds
// os.ErrPermission, os.ErrNotExist, syscall.EINVAL and others in it.
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
	text := "Cannot " + e.Operation + ": " + e.number()
	lines := strings.Split(strings.TrimSpace(e.Log), "\n")
	if last := strings.TrimPrefix(lines[len(lines)-1], "libbpf: "); last != "" {
		text += ": " + last
	}
	return text
}

func (e *Error) number() string {
	if name := e.Name(); name != "" {
		return name
	}
	return fmt.Sprintf("error %d", e.Errno)
}

// Unwrap returns the number of this platform, WASI's.
func (e *Error) Unwrap() error {
	for _, row := range imports.Errors {
		if row.Linux == e.Errno {
			return syscall.Errno(row.WASI)
		}
	}
	return nil
}

// Is reports if target is the error that the error number stands for.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrKeyNotExist:
		return e.Name() == "ENOENT"
	case ErrKeyExist:
		return e.Name() == "EEXIST"
	case ErrNotSupported:
		return e.Name() == "EOPNOTSUPP" || e.Name() == "ENOSYS" || e.Errno == linuxNotSupported
	}
	return false
}

// linuxNotSupported is ENOTSUPP, which the kernel has and no libc does.
const linuxNotSupported = 524

// Check returns the error of a negative result of an import.
func Check(operation string, result int32) error {
	log := messages.Take()
	if result >= 0 {
		return nil
	}
	return &Error{Operation: operation, Errno: linuxErrno(-result), Log: log}
}

// Checkf is Check with a formatted operation, which is formatted only for an error.
func Checkf(result int32, format string, arguments ...any) error {
	if result >= 0 {
		messages.Take()
		return nil
	}
	return Check(fmt.Sprintf(format, arguments...), result)
}

// Of returns the error of an operation that this module refuses, with Linux's number and a reason.
func Of(errno int32, reason, format string, arguments ...any) error {
	return &Error{Operation: fmt.Sprintf(format, arguments...), Errno: errno, Log: reason}
}

// Linux's numbers for [Of].
const (
	ENOENT     = 2
	EINVAL     = 22
	EOPNOTSUPP = 95
)

// linuxErrno converts WASI's number. Numbers that WASI does not have pass unchanged.
func linuxErrno(wasi int32) int32 {
	for _, row := range imports.Errors {
		if row.WASI == wasi {
			return row.Linux
		}
	}
	return wasi
}
