// SPDX-License-Identifier: MIT

// Package perf reads perf event arrays. Names are those of github.com/cilium/ebpf/perf.
package perf

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

// The numbers of onSample and onLost in their exports' names.
const (
	sampleCallback = 3
	lostCallback   = 4
)

// slice is the longest wait in the host. No goroutine runs meanwhile, since a guest has one thread.
const slice = 20 * time.Millisecond

const pageSize = 4096

// Record is a record of one CPU. Either RawSample or LostSamples is set.
type Record struct {
	CPU int
	// RawSample has the bytes of the record.
	RawSample []byte
	// LostSamples is the number of records that did not fit into the buffer.
	LostSamples uint64
}

// Reader reads the buffers of all CPUs.
type Reader struct {
	handle   int32
	number   int32
	room     room.Room
	records  []Record
	deadline time.Time
}

var readers = map[int32]*Reader{}
var lastNumber int32

// NewReader opens the buffers of a map, with perCPUBuffer bytes for each CPU: a power of two of pages.
func NewReader(array *ebpf.Map, perCPUBuffer int) (*Reader, error) {
	lastNumber++
	pages := uint32((perCPUBuffer + pageSize - 1) / pageSize)
	handle := imports.PerfBuffer_New(int32(array.FD()), pages, sampleCallback, lostCallback, uint32(lastNumber), nil)
	if err := ebpf.Check(fmt.Sprintf("open perf buffer %q", array.Name()), handle); err != nil {
		return nil, err
	}
	reader := &Reader{handle: handle, number: lastNumber}
	readers[lastNumber] = reader
	return reader, nil
}

//go:wasmexport wasm_bpf_callback_3
func onSample(number uint32, cpu int32, data unsafe.Pointer, size uint32) {
	if reader := readers[int32(number)]; reader != nil {
		sample := append([]byte(nil), unsafe.Slice((*byte)(data), size)...)
		reader.records = append(reader.records, Record{CPU: int(cpu), RawSample: sample})
	}
}

//go:wasmexport wasm_bpf_callback_4
func onLost(number uint32, cpu int32, count int64) {
	if reader := readers[int32(number)]; reader != nil {
		reader.records = append(reader.records, Record{CPU: int(cpu), LostSamples: uint64(count)})
	}
}

// Read returns the next record, and waits for it. The error is os.ErrDeadlineExceeded after the deadline, and ErrClosed after Close.
func (r *Reader) Read() (Record, error) {
	return r.ReadContext(context.Background())
}

// ReadContext is as Read, and also ends with the context, whose error it returns. Other goroutines run every 20 ms while it waits.
func (r *Reader) ReadContext(ctx context.Context) (Record, error) {
	for len(r.records) == 0 {
		if r.handle == 0 {
			return Record{}, fmt.Errorf("perf buffer: %w", ErrClosed)
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
		func() int32 { return imports.PerfBuffer_Room(r.handle) },
		func(at unsafe.Pointer, size uint32) int32 {
			return imports.PerfBuffer_Poll(r.handle, milliseconds, at, size)
		},
	)
	if room.IsInterrupted(result) {
		return nil
	}
	return ebpf.Check("read perf buffers", result)
}

// SetDeadline sets the time after which Read returns. The zero time waits forever.
func (r *Reader) SetDeadline(deadline time.Time) { r.deadline = deadline }

// Close frees the buffers. A Read that waits returns ErrClosed.
func (r *Reader) Close() error {
	if r.handle == 0 {
		return errors.New("perf buffer is closed already")
	}
	imports.PerfBuffer_Free(r.handle)
	r.handle = 0
	delete(readers, r.number)
	return nil
}
