// SPDX-License-Identifier: MIT

// Package perf reads perf event arrays. Names are those of github.com/cilium/ebpf/perf.
package perf

import (
	"context"
	"os"
	"time"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/events"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/memory"
)

// Errors of readers.
var (
	ErrClosed  = os.ErrClosed
	ErrFlushed = events.ErrFlushed
)

// The numbers of onSample and onLost in their exports' names.
const (
	sampleCallback = 3
	lostCallback   = 4
)

const pageSize = 4096

// Record is a record of one CPU. Either RawSample or LostSamples is set.
type Record struct {
	CPU int
	// RawSample has the bytes of the record. The kernel adds up to 7 bytes, so that it ends at a multiple of 8.
	RawSample []byte
	// LostSamples is the number of records that did not fit into the buffer.
	LostSamples uint64
}

// ReaderOptions changes a reader.
type ReaderOptions struct {
	// WakeupEvents is the number of records after which a reader is woken; 0 is one.
	WakeupEvents int
}

// bufferOptions is struct perf_buffer_opts.
type bufferOptions struct {
	size         uint64
	samplePeriod uint64
}

// Reader reads the buffers of all CPUs. A guest has one thread: while Read waits, other goroutines run every 20 ms.
type Reader struct {
	events *events.Reader[Record]
	size   int
}

var readers = events.Readers[Record]{Buffer: events.Buffer{
	Noun: "perf buffer",
	Poll: imports.PerfBuffer_Poll,
	Room: imports.PerfBuffer_Room,
	Free: imports.PerfBuffer_Free,
}}

// NewReader opens the buffers of a map, with perCPUBuffer bytes for each CPU, rounded up to a power of two of pages.
func NewReader(array *ebpf.Map, perCPUBuffer int) (*Reader, error) {
	return NewReaderWithOptions(array, perCPUBuffer, ReaderOptions{})
}

// NewReaderWithOptions is as NewReader, with options.
func NewReaderWithOptions(array *ebpf.Map, perCPUBuffer int, options ReaderOptions) (*Reader, error) {
	pages := 1
	for pages*pageSize < perCPUBuffer {
		pages *= 2
	}
	reader, err := readers.Open(array.Name(), func(number uint32) int32 {
		var kept memory.Kept
		chosen := bufferOptions{samplePeriod: uint64(max(1, options.WakeupEvents))}
		return memory.Options(&kept, chosen, func(at unsafe.Pointer) int32 {
			return imports.PerfBuffer_New(int32(array.FD()), uint32(pages), sampleCallback, lostCallback, number, at)
		})
	})
	if err != nil {
		return nil, err
	}
	return &Reader{events: reader, size: pages * pageSize}, nil
}

//go:wasmexport wasm_bpf_callback_3
func onSample(number uint32, cpu int32, data unsafe.Pointer, size uint32) {
	readers.Deliver(number, Record{CPU: int(cpu), RawSample: events.Copy(data, size)})
}

//go:wasmexport wasm_bpf_callback_4
func onLost(number uint32, cpu int32, count int64) {
	readers.Deliver(number, Record{CPU: int(cpu), LostSamples: uint64(count)})
}

// Read returns the next record, and waits for it. The error is os.ErrDeadlineExceeded after the deadline, ErrClosed after Close, and
// ErrFlushed after Flush.
func (r *Reader) Read() (Record, error) { return r.events.Read(context.Background()) }

// ReadContext is as Read, and also ends with the context, whose error it returns.
func (r *Reader) ReadContext(ctx context.Context) (Record, error) { return r.events.Read(ctx) }

// ReadInto is as Read, and uses the record's memory if it suffices.
func (r *Reader) ReadInto(record *Record) error {
	next, err := r.events.Read(context.Background())
	record.CPU, record.LostSamples = next.CPU, next.LostSamples
	record.RawSample = append(record.RawSample[:0], next.RawSample...)
	return err
}

// SetDeadline sets the time after which Read returns. The zero time waits forever.
func (r *Reader) SetDeadline(deadline time.Time) { r.events.SetDeadline(deadline) }

// Flush ends a Read that waits, after the records that are there, with ErrFlushed.
func (r *Reader) Flush() error { return r.events.Flush() }

// BufferSize returns the size of each CPU's buffer in bytes.
func (r *Reader) BufferSize() int { return r.size }

// Close frees the buffers. A Read that waits returns ErrClosed.
func (r *Reader) Close() error { return r.events.Close() }
