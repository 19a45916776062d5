// SPDX-License-Identifier: MIT

package ringbuf

import (
	"fmt"
	"os"
	"time"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
)

// Writer writes to a ring of type ebpf.UserRingbuf, which programs read with bpf_user_ringbuf_drain(). cilium/ebpf has none.
type Writer struct {
	handle int32
	name   string
}

// NewWriter maps the ring of a map.
func NewWriter(ring *ebpf.Map) (*Writer, error) {
	handle := imports.UserRingBuffer_New(int32(ring.FD()), nil)
	if err := failure.Checkf(handle, "open user ring buffer %q", ring.Name()); err != nil {
		return nil, err
	}
	return &Writer{handle, ring.Name()}, nil
}

// Write adds a record. The error is syscall.ENOSPC if the ring has no room for it.
func (w *Writer) Write(sample []byte) (int, error) {
	return w.submit(sample, func(size int32) int32 { return imports.UserRingBuffer_Reserve(w.handle, size) })
}

// WriteWait is as Write, and waits for room until the timeout. No goroutine runs meanwhile.
func (w *Writer) WriteWait(sample []byte, timeout time.Duration) (int, error) {
	return w.submit(sample, func(size int32) int32 {
		return imports.UserRingBuffer_ReserveBlocking(w.handle, size, int32(timeout.Milliseconds()))
	})
}

func (w *Writer) submit(sample []byte, reserve func(size int32) int32) (int, error) {
	if w.handle == 0 {
		return 0, fmt.Errorf("user ring buffer: %w", os.ErrClosed)
	}
	if len(sample) == 0 {
		return 0, failure.Of(failure.EINVAL, "a record needs bytes", "write to user ring buffer %q", w.name)
	}
	space := reserve(int32(len(sample)))
	if err := failure.Checkf(space, "write to user ring buffer %q", w.name); err != nil {
		return 0, err
	}
	imports.UserRingBuffer_Submit(w.handle, uint32(space), unsafe.Pointer(&sample[0]), uint32(len(sample)))
	return len(sample), nil
}

// Close frees the ring. Programs can still read its records.
func (w *Writer) Close() error {
	if w.handle != 0 {
		imports.UserRingBuffer_Free(w.handle)
		w.handle = 0
	}
	return nil
}
