// SPDX-License-Identifier: MIT

package kinds

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"

	ebpf "github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/perf"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/ringbuf"
)

// fill sends records to the ring, and returns how many did not fit.
func fill(t *testing.T, objects *kindsObjects, count uint32) uint32 {
	t.Helper()
	lost, err := objects.FillRing.Run(&ebpf.RunOptions{Context: kindsOrder{Count: count}})
	must(t, err)
	return lost
}

func openRing(t *testing.T, objects *kindsObjects) *ringbuf.Reader {
	t.Helper()
	reader, err := ringbuf.NewReader(objects.Ring)
	must(t, err)
	t.Cleanup(func() { must(t, reader.Close()) })
	return reader
}

func TestRingRecords(t *testing.T) {
	objects := load(t, &kindsObjects{}, nil)
	reader := openRing(t, objects)
	same(t, reader.BufferSize(), 4096)
	// A record takes 72 bytes of the 4096, with its header.
	same(t, fill(t, objects, 100), 100-4096/72)
	same(t, reader.AvailableBytes(), 4096/72*72)
	var record ringbuf.Record
	for number := range uint64(4096 / 72) {
		must(t, reader.ReadInto(&record))
		same(t, len(record.RawSample), 64)
		same(t, binary.LittleEndian.Uint64(record.RawSample), number)
	}
	same(t, fill(t, objects, 3), 0)
	must(t, reader.Flush())
	for range 3 {
		_, err := reader.Read()
		must(t, err)
	}
	_, err := reader.Read()
	same(t, errors.Is(err, ringbuf.ErrFlushed), true)
}

func TestRingEnds(t *testing.T) {
	objects := load(t, &kindsObjects{}, nil)
	reader := openRing(t, objects)

	start := time.Now()
	reader.SetDeadline(start.Add(50 * time.Millisecond))
	_, err := reader.Read()
	same(t, errors.Is(err, os.ErrDeadlineExceeded), true)
	within(t, start, 50*time.Millisecond)
	reader.SetDeadline(time.Time{})

	start = time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err = reader.ReadContext(ctx)
	same(t, errors.Is(err, context.DeadlineExceeded), true)
	within(t, start, 50*time.Millisecond)

	start = time.Now()
	time.AfterFunc(50*time.Millisecond, func() { reader.Close() })
	_, err = reader.Read()
	same(t, errors.Is(err, ringbuf.ErrClosed), true)
	within(t, start, 50*time.Millisecond)
	_, err = reader.Read()
	same(t, errors.Is(err, os.ErrClosed), true)
	same(t, errors.Is(reader.Flush(), os.ErrClosed), true)
}

// within fails if the time since start is less than the least, or 500 ms more.
func within(t *testing.T, start time.Time, least time.Duration) {
	t.Helper()
	if took := time.Since(start); took < least || took > least+500*time.Millisecond {
		t.Fatalf("took %v, not %v", took, least)
	}
}

// A goroutine beside a reader that waits runs every 20 ms.
func TestGoroutines(t *testing.T) {
	reader := openRing(t, load(t, &kindsObjects{}, nil))
	ticks := 0
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-ticker.C:
				ticks++
			case <-done:
				return
			}
		}
	}()
	reader.SetDeadline(time.Now().Add(400 * time.Millisecond))
	_, err := reader.Read()
	close(done)
	same(t, errors.Is(err, os.ErrDeadlineExceeded), true)
	if ticks < 10 || ticks > 21 {
		t.Fatalf("%d ticks in 400 ms", ticks)
	}
}

func TestTwoReaders(t *testing.T) {
	objects := load(t, &kindsObjects{}, nil)
	other := load(t, &kindsObjects{}, nil)
	one, two := openRing(t, objects), openRing(t, other)
	same(t, fill(t, objects, 2), 0)
	same(t, fill(t, other, 3), 0)
	for reader, count := range map[*ringbuf.Reader]uint64{one: 2, two: 3} {
		for number := range count {
			record, err := reader.Read()
			must(t, err)
			same(t, binary.LittleEndian.Uint64(record.RawSample), number)
		}
		must(t, reader.Flush())
		_, err := reader.Read()
		same(t, errors.Is(err, ringbuf.ErrFlushed), true)
	}
}

// sample sends records to the perf buffer of the first CPU, and returns how many did not fit.
func sample(t *testing.T, objects *kindsObjects, count uint64) uint32 {
	t.Helper()
	const onCPU = 1 // BPF_F_TEST_RUN_ON_CPU
	lost, err := objects.FillSamples.Run(&ebpf.RunOptions{Context: [1]uint64{count}, Flags: onCPU, CPU: 0})
	must(t, err)
	return lost
}

func TestPerfRecords(t *testing.T) {
	objects := load(t, &kindsObjects{}, nil)
	reader, err := perf.NewReader(objects.Samples, 4096)
	must(t, err)
	defer reader.Close()
	same(t, reader.BufferSize(), 4096)

	same(t, sample(t, objects, 10), 0)
	for number := range uint64(10) {
		record, err := reader.Read()
		must(t, err)
		same(t, record.CPU, 0)
		same(t, len(record.RawSample), 68) // a header of 12 bytes and these end at a multiple of 8
		same(t, binary.LittleEndian.Uint64(record.RawSample), number)
	}

	// The buffer has 4096 bytes, and a record takes 80 of them.
	sent := uint64(200)
	refused := uint64(sample(t, objects, sent))
	read, lost := uint64(0), uint64(0)
	drain := func() {
		must(t, reader.Flush())
		for {
			record, err := reader.Read()
			if errors.Is(err, perf.ErrFlushed) {
				return
			}
			must(t, err)
			if lost += record.LostSamples; record.LostSamples == 0 {
				read++
			}
		}
	}
	drain()
	same(t, read, sent-refused)
	same(t, refused > 140 && refused < 160, true)
	// The kernel tells how many were lost before the next record that fits.
	same(t, sample(t, objects, 1), 0)
	drain()
	same(t, read, sent-refused+1)
	same(t, lost, refused)

	time.AfterFunc(30*time.Millisecond, func() { reader.Close() })
	_, err = reader.Read()
	same(t, errors.Is(err, perf.ErrClosed), true)
}

func TestUserRing(t *testing.T) {
	objects := load(t, &kindsObjects{}, nil)
	writer, err := ringbuf.NewWriter(objects.Commands)
	must(t, err)
	defer writer.Close()
	written := uint64(0)
	for {
		_, err := writer.Write(binary.LittleEndian.AppendUint64(nil, written))
		if errors.Is(err, syscall.ENOSPC) {
			break
		}
		must(t, err)
		written++
	}
	same(t, written, 4096/16)
	result, err := objects.Drain.Run(&ebpf.RunOptions{})
	must(t, err)
	same(t, uint64(result), written)
	var drained [2]uint64
	must(t, objects.Drained.Get(&drained))
	same(t, drained, [2]uint64{written, written * (written - 1) / 2})
	_, err = writer.WriteWait([]byte{1}, time.Millisecond)
	must(t, err)
	must(t, writer.Close())
	_, err = writer.Write([]byte{1})
	same(t, errors.Is(err, os.ErrClosed), true)
}
