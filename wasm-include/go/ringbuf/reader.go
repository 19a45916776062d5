// SPDX-License-Identifier: MIT

// Package ringbuf reads ring buffers. Names are those of github.com/cilium/ebpf/ringbuf.
package ringbuf

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/room"
)

// ErrClosed is the error of a closed reader.
var ErrClosed = os.ErrClosed

// callback is the number of onRecord in its export's name.
const callback = 2

// slice is the longest wait in the host. No goroutine runs meanwhile, since a guest has one thread.
const slice = 20 * time.Millisecond

// Record is a record of the ring.
type Record struct {
	RawSample []byte
}

// Reader reads one ring.
type Reader struct {
	handle   int32
	number   int32
	room     room.Room
	records  []Record
	deadline time.Time
}

// readers are the open ones. The host passes their numbers to onRecord.
var readers = map[int32]*Reader{}
var lastNumber int32

// NewReader maps the ring of a map.
func NewReader(ring *ebpf.Map) (*Reader, error) {
	lastNumber++
	handle := imports.RingBuffer_New(int32(ring.FD()), callback, uint32(lastNumber), nil)
	if err := ebpf.Check(fmt.Sprintf("open ring buffer %q", ring.Name()), handle); err != nil {
		return nil, err
	}
	reader := &Reader{handle: handle, number: lastNumber}
	readers[lastNumber] = reader
	return reader, nil
}

//go:wasmexport wasm_bpf_callback_2
func onRecord(number uint32, data unsafe.Pointer, size uint32) int32 {
	reader := readers[int32(number)]
	if reader == nil {
		return 0
	}
	sample := append([]byte(nil), unsafe.Slice((*byte)(data), size)...)
	reader.records = append(reader.records, Record{sample})
	return 0
}

// Read returns the next record, and waits for it. The error is os.ErrDeadlineExceeded after the deadline, and ErrClosed after Close.
func (r *Reader) Read() (Record, error) {
	return r.ReadContext(context.Background())
}

// ReadContext is as Read, and also ends with the context, whose error it returns. Other goroutines run every 20 ms while it waits.
func (r *Reader) ReadContext(ctx context.Context) (Record, error) {
	for len(r.records) == 0 {
		if r.handle == 0 {
			return Record{}, fmt.Errorf("ring buffer: %w", ErrClosed)
		}
		if err := ctx.Err(); err != nil {
			return Record{}, err
		}
		wait := slice
		if !r.deadline.IsZero() {
			left := time.Until(r.deadline)
			if left <= 0 {
				return Record{}, os.ErrDeadlineExceeded
			}
			wait = min(wait, left)
		}
		if err := r.poll(wait); err != nil {
			return Record{}, err
		}
		runtime.Gosched()
	}
	record := r.records[0]
	r.records = r.records[1:]
	return record, nil
}

func (r *Reader) poll(wait time.Duration) error {
	milliseconds := int32((wait + time.Millisecond - 1) / time.Millisecond)
	result := r.room.Deliver(
		func() int32 { return imports.RingBuffer_Room(r.handle) },
		func(at unsafe.Pointer, size uint32) int32 {
			return imports.RingBuffer_Poll(r.handle, milliseconds, at, size)
		},
	)
	if room.IsInterrupted(result) {
		return nil
	}
	return ebpf.Check("read a ring buffer", result)
}

// SetDeadline sets the time after which Read returns. The zero time waits forever.
func (r *Reader) SetDeadline(deadline time.Time) { r.deadline = deadline }

// Close frees the ring. A Read that waits returns ErrClosed.
func (r *Reader) Close() error {
	if r.handle == 0 {
		return errors.New("ring buffer is closed already")
	}
	imports.RingBuffer_Free(r.handle)
	r.handle = 0
	delete(readers, r.number)
	return nil
}
