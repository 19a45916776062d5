// SPDX-License-Identifier: MIT

// Prints a line for every program that starts and every process that ends, as the example bootstrap does in C.
// Shows: generated types, maps and programs, a constant set before load, a counter of the BPF programs, a ring buffer reader that ends
// with a context, and a clean end with Ctrl-C.
// The BPF programs are those of bootstrap.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	ebpf "github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/link"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/ringbuf"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/signals"
)

const usage = `usage: go-bootstrap [MIN_DURATION_MS]

Prints a line for every program that starts and every process that ends, until Ctrl-C.
With MIN_DURATION_MS, only processes that end after at least this time.`

func printEvent(event *bootstrapEvent) {
	kind, detail := "EXEC", ebpf.CString(event.Filename[:])
	if event.IsExit != 0 {
		kind, detail = "EXIT", fmt.Sprintf("[%d]", event.ExitCode)
		if event.DurationNs != 0 {
			detail += fmt.Sprintf(" (%dms)", event.DurationNs/1_000_000)
		}
	}
	now := time.Now().UTC().Format("15:04:05")
	fmt.Printf("%-8s %-5s %-16s %-7d %-7d %s\n", now, kind, ebpf.CString(event.Comm[:]), event.Pid, event.Ppid, detail)
}

func run(minDurationMs uint64) error {
	ctx, cancel, err := signals.NotifyContext(context.Background(), signals.Interrupt, signals.Terminate)
	if err != nil {
		return err
	}
	defer cancel()

	spec, err := loadBootstrap()
	if err != nil {
		return err
	}
	if err := spec.Variables["min_duration_ns"].Set(minDurationMs * 1_000_000); err != nil {
		return err
	}
	var objects bootstrapObjects
	if err := spec.LoadAndAssign(&objects, nil); err != nil {
		return err
	}
	defer objects.Close()
	for _, program := range []*ebpf.Program{objects.HandleExec, objects.HandleExit} {
		attached, err := link.Attach(program)
		if err != nil {
			return err
		}
		defer attached.Close()
	}

	reader, err := ringbuf.NewReader(objects.Events)
	if err != nil {
		return err
	}
	defer reader.Close()
	fmt.Printf("%-8s %-5s %-16s %-7s %-7s %s\n", "TIME", "EVENT", "COMM", "PID", "PPID", "FILENAME/EXIT CODE")
	reported := uint64(0)
	for {
		record, err := reader.ReadContext(ctx)
		if errors.Is(err, context.Canceled) {
			return nil
		}
		if err != nil {
			return err
		}
		var event bootstrapEvent
		if err := binary.Read(bytes.NewReader(record.RawSample), binary.LittleEndian, &event); err != nil {
			return err
		}
		printEvent(&event)
		var lost uint64
		if err := objects.Lost.Get(&lost); err != nil {
			return err
		}
		if lost != reported {
			fmt.Fprintf(os.Stderr, "Lost %d events\n", lost-reported)
			reported = lost
		}
	}
}

func main() {
	minDurationMs := uint64(0)
	if len(os.Args) > 1 {
		if os.Args[1] == "-h" || os.Args[1] == "--help" {
			fmt.Println(usage)
			return
		}
		value, err := strconv.ParseUint(os.Args[1], 10, 32)
		if err != nil {
			fmt.Fprintln(os.Stderr, usage)
			os.Exit(2)
		}
		minDurationMs = value
	}
	if err := run(minDurationMs); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
