// SPDX-License-Identifier: MIT

// Package events has what the readers of ring buffers and of perf event arrays have in common.
package events

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
)

// ErrFlushed is the error of a reader whose Flush was called, after the records that were there.
var ErrFlushed = errors.New("epoll waiter was flushed")

// slice is the longest wait in the host. No goroutine runs meanwhile, since a guest has one thread.
const slice = 20 * time.Millisecond

// WASI's numbers.
const (
	emsgsize = 35
	eintr    = 27
)

// Buffer has the calls of a kind of buffers.
type Buffer struct {
	// Noun is the kind in messages: "ring buffer".
	Noun string
	Poll func(handle, timeoutMs int32, room unsafe.Pointer, size uint32) int32
	// Room returns the size of the memory that the next record needs.
	Room func(handle int32) int32
	Free func(handle int32)
}

// Reader keeps the records that the host delivered until they are read.
type Reader[Record any] struct {
	buffer   *Buffer
	handle   int32
	close    func()
	room     []byte
	records  []Record
	deadline time.Time
	flushes  bool
}

// Readers are the open readers of a kind. The host passes their numbers to callbacks.
type Readers[Record any] struct {
	Buffer Buffer
	open   map[uint32]*Reader[Record]
	last   uint32
}

// Open makes a buffer with a number for its callbacks.
func (r *Readers[Record]) Open(mapName string, open func(number uint32) int32) (*Reader[Record], error) {
	r.last++
	number := r.last
	handle := open(number)
	if err := failure.Checkf(handle, "open %s %q", r.Buffer.Noun, mapName); err != nil {
		return nil, err
	}
	if r.open == nil {
		r.open = map[uint32]*Reader[Record]{}
	}
	reader := &Reader[Record]{buffer: &r.Buffer, handle: handle, close: func() { delete(r.open, number) }}
	r.open[number] = reader
	return reader, nil
}

// Deliver keeps a record that the host passed to a callback.
func (r *Readers[Record]) Deliver(number uint32, record Record) {
	if reader := r.open[number]; reader != nil {
		reader.records = append(reader.records, record)
	}
}

// Copy returns a record's bytes, which lie in memory that the host uses again.
func Copy(data unsafe.Pointer, size uint32) []byte {
	return append([]byte(nil), unsafe.Slice((*byte)(data), size)...)
}

// Read returns the next record, and waits for it.
func (r *Reader[Record]) Read(ctx context.Context) (record Record, err error) {
	for len(r.records) == 0 {
		wait, err := r.wait(ctx)
		if err != nil {
			return record, err
		}
		if err := r.poll(wait); err != nil {
			return record, err
		}
		if r.flushes && len(r.records) == 0 {
			r.flushes = false
			return record, ErrFlushed
		}
		runtime.Gosched()
	}
	record = r.records[0]
	r.records = r.records[1:]
	return record, nil
}

// wait returns the time for the next call of the host, or the error that ends the wait.
func (r *Reader[Record]) wait(ctx context.Context) (time.Duration, error) {
	if r.handle == 0 {
		return 0, fmt.Errorf("%s: %w", r.buffer.Noun, os.ErrClosed)
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if r.flushes {
		return 0, nil
	}
	if r.deadline.IsZero() {
		return slice, nil
	}
	left := time.Until(r.deadline)
	if left <= 0 {
		return 0, os.ErrDeadlineExceeded
	}
	return min(slice, left), nil
}

// poll calls the host, again with more room when it says that a record needs it. A signal ends the wait without an error.
func (r *Reader[Record]) poll(wait time.Duration) error {
	milliseconds := int32((wait + time.Millisecond - 1) / time.Millisecond)
	for {
		result := r.buffer.Poll(r.handle, milliseconds, unsafe.Pointer(unsafe.SliceData(r.room)), uint32(len(r.room)))
		needed := 0
		if result == -emsgsize {
			needed = int(r.buffer.Room(r.handle))
		}
		if needed <= len(r.room) {
			if result == -eintr {
				result = 0
			}
			return failure.Checkf(result, "read %s", r.buffer.Noun)
		}
		r.room = make([]byte, needed)
	}
}

// Handle returns the host's number of the buffer; 0 after Close.
func (r *Reader[Record]) Handle() int32 { return r.handle }

// SetDeadline sets the time after which Read returns. The zero time waits forever.
func (r *Reader[Record]) SetDeadline(deadline time.Time) { r.deadline = deadline }

// Flush ends a Read that waits, after the records that are there.
func (r *Reader[Record]) Flush() error {
	if r.handle == 0 {
		return fmt.Errorf("%s: %w", r.buffer.Noun, os.ErrClosed)
	}
	r.flushes = true
	return nil
}

// Close frees the buffer. A Read that waits returns os.ErrClosed.
func (r *Reader[Record]) Close() error {
	if r.handle == 0 {
		return nil
	}
	r.buffer.Free(r.handle)
	r.handle, r.records = 0, nil
	r.close()
	return nil
}
