// SPDX-License-Identifier: MIT

package ebpf

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
)

// Errors, as in cilium/ebpf. Use errors.Is to find them.
var (
	ErrKeyNotExist      = failure.ErrKeyNotExist
	ErrKeyExist         = failure.ErrKeyExist
	ErrNotSupported     = failure.ErrNotSupported
	ErrIterationAborted = errors.New("iteration aborted")
	ErrReadOnly         = errors.New("resource is read-only")
	// ErrNotExist is the error for a name that the object does not have.
	ErrNotExist = errors.New("no map, program or variable of this name")
)

// Error is a call that libbpf, the kernel or the host refused. Use errors.As to find it. It has the fields Operation ("load the
// object"), Errno (Linux's number) and Log (the messages of libbpf and the verifier), and Name() returns "EPERM". It unwraps to a
// [syscall.Errno], so that errors.Is also finds os.ErrPermission, os.ErrNotExist, syscall.EINVAL and others.
type Error = failure.Error

// VerifierError is a program that the verifier refused. Use errors.As to find it; %+v prints the whole log.
type VerifierError struct {
	// Cause has the operation and the error number.
	Cause error
	// Log has the verifier's lines.
	Log []string
	// Truncated is true if the log lacks its beginning.
	Truncated bool
}

// Error returns one line, with the verifier's last reason.
func (e *VerifierError) Error() string {
	text := fmt.Sprintf("Cannot load program %q", e.program())
	var cause *Error
	if errors.As(e.Cause, &cause) {
		text += ": " + cause.Name()
	}
	if reason := e.reason(); reason != "" {
		text += ": " + reason
	}
	if count := len(e.Log); count > 1 {
		text += fmt.Sprintf(" (%d lines of the verifier: print the error with %%+v)", count)
	}
	return text
}

// Format prints the whole log for %+v.
func (e *VerifierError) Format(state fmt.State, verb rune) {
	fmt.Fprint(state, e.Error())
	if verb == 'v' && state.Flag('+') {
		for _, line := range e.Log {
			fmt.Fprintf(state, "\n\t%s", line)
		}
	}
}

// Unwrap returns the cause.
func (e *VerifierError) Unwrap() error { return e.Cause }

// reason is the last line that is not a statistic.
func (e *VerifierError) reason() string {
	for index := len(e.Log) - 1; index >= 0; index-- {
		if line := e.Log[index]; line != "" && !strings.HasPrefix(line, "processed ") {
			return line
		}
	}
	return ""
}

func (e *VerifierError) program() string {
	var cause *Error
	if errors.As(e.Cause, &cause) {
		if before, _, isFound := strings.Cut(cause.Log, logBegin); isFound {
			if _, after, isFound := strings.Cut(before[strings.LastIndex(before, "\n")+1:], "prog '"); isFound {
				name, _, _ := strings.Cut(after, "'")
				return name
			}
		}
	}
	return "?"
}

// libbpf's marks around the verifier's log.
const (
	logBegin = "-- BEGIN PROG LOAD LOG --"
	logEnd   = "-- END PROG LOAD LOG --"
)

// loadError finds the verifier's log in an error.
func loadError(err error) error {
	var cause *Error
	if !errors.As(err, &cause) {
		return err
	}
	_, after, isFound := strings.Cut(cause.Log, logBegin)
	if !isFound {
		return err
	}
	log, _, isWhole := strings.Cut(after, logEnd)
	lines := strings.Split(strings.Trim(log, "\n"), "\n")
	return &VerifierError{Cause: err, Log: lines, Truncated: !isWhole}
}
