// SPDX-License-Identifier: MIT

// Package ringbuf reads ring buffers, and writes to those that programs read. Names are those of github.com/cilium/ebpf/ringbuf.
package ringbuf

import (
	"context"
	"os"
	"time"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/events"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
)

// Errors of readers.
var (
	ErrClosed  = os.ErrClosed
	ErrFlushed = events.ErrFlushed
)

// callback is the number of onRecord in its export's name.
const callback = 2

// Record is a record of the ring.
type Record struct {
	RawSample []byte
}

// Reader reads one ring. A guest has one thread: while Read waits, other goroutines run every 20 ms. Lost records are counted only by
// programs that do so, since the kernel has no counter.
type Reader struct {
	events *events.Reader[Record]
	size   int
}

var readers = events.Readers[Record]{Buffer: events.Buffer{
	Noun: "ring buffer",
	Poll: imports.RingBuffer_Poll,
	Room: imports.RingBuffer_Room,
	Free: imports.RingBuffer_Free,
}}

// NewReader maps the ring of a map.
func NewReader(ring *ebpf.Map) (*Reader, error) {
	reader, err := readers.Open(ring.Name(), func(number uint32) int32 {
		return imports.RingBuffer_New(int32(ring.FD()), callback, number, nil)
	})
	if err != nil {
		return nil, err
	}
	return &Reader{events: reader, size: int(ring.MaxEntries())}, nil
}

//go:wasmexport wasm_bpf_callback_2
func onRecord(number uint32, data unsafe.Pointer, size uint32) int32 {
	readers.Deliver(number, Record{events.Copy(data, size)})
	return 0
}

// Read returns the next record, and waits for it. The error is os.ErrDeadlineExceeded after the deadline, ErrClosed after Close, and
// ErrFlushed after Flush.
func (r *Reader) Read() (Record, error) { return r.events.Read(context.Background()) }

// ReadContext is as Read, and also ends with the context, whose error it returns.
func (r *Reader) ReadContext(ctx context.Context) (Record, error) { return r.events.Read(ctx) }

// ReadInto is as Read, and uses the record's memory if it suffices.
func (r *Reader) ReadInto(record *Record) error {
	next, err := r.events.Read(context.Background())
	record.RawSample = append(record.RawSample[:0], next.RawSample...)
	return err
}

// SetDeadline sets the time after which Read returns. The zero time waits forever.
func (r *Reader) SetDeadline(deadline time.Time) { r.events.SetDeadline(deadline) }

// Flush ends a Read that waits, after the records that are there, with ErrFlushed.
func (r *Reader) Flush() error { return r.events.Flush() }

// BufferSize returns the size of the ring in bytes.
func (r *Reader) BufferSize() int { return r.size }

// AvailableBytes returns the number of bytes in the ring that the host has not delivered.
func (r *Reader) AvailableBytes() int {
	ring := imports.RingBuffer_Ring(r.events.Handle(), 0)
	if ring <= 0 {
		return 0
	}
	return int(max(0, imports.Ring_AvailDataSize(ring)))
}

// Close frees the ring. A Read that waits returns ErrClosed.
func (r *Reader) Close() error { return r.events.Close() }
