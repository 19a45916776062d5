// SPDX-License-Identifier: MIT

// Prints a line for every program that starts and every process that ends, as the example bootstrap does in C.
// Shows: an object with typed maps and programs, a constant set before load, a counter of the BPF programs, a ring buffer reader that
// ends with a context, and a clean end with Ctrl-C.
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

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/link"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/ringbuf"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/signals"
)

// text returns the characters up to a NUL.
func text(characters []int8) string {
	var text []byte
	for _, character := range characters {
		if character == 0 {
			break
		}
		text = append(text, byte(character))
	}
	return string(text)
}

func printEvent(event *Event) {
	kind, detail := "EXEC", text(event.Filename[:])
	if event.IsExit != 0 {
		kind, detail = "EXIT", fmt.Sprintf("[%d]", event.ExitCode)
		if event.DurationNs != 0 {
			detail += fmt.Sprintf(" (%dms)", event.DurationNs/1_000_000)
		}
	}
	now := time.Now().UTC().Format("15:04:05")
	fmt.Printf("%-8s %-5s %-16s %-7d %-7d %s\n", now, kind, text(event.Comm[:]), event.Pid, event.Ppid, detail)
}

func run(minDurationMs uint64) error {
	ctx, cancel, err := signals.NotifyContext(context.Background(), signals.Interrupt, signals.Terminate)
	if err != nil {
		return err
	}
	defer cancel()

	spec, err := LoadBootstrapSpec()
	if err != nil {
		return err
	}
	rodata := BootstrapBpfRodata{MinDurationNs: minDurationMs * 1_000_000}
	if err := spec.Maps["bootstra.rodata"].Set(rodata); err != nil {
		return err
	}
	bootstrap, err := NewBootstrap(spec)
	if err != nil {
		return err
	}
	defer bootstrap.Close()
	for _, program := range bootstrap.Collection.Programs {
		attached, err := link.Attach(program)
		if err != nil {
			return err
		}
		defer attached.Close()
	}

	reader, err := ringbuf.NewReader(bootstrap.Maps.Events)
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
		var event Event
		if err := binary.Read(bytes.NewReader(record.RawSample), binary.LittleEndian, &event); err != nil {
			return err
		}
		printEvent(&event)
		var bss BootstrapBpfBss
		if err := bootstrap.Maps.Bss.Lookup(uint32(0), &bss); err != nil {
			return err
		}
		if bss.Lost != reported {
			fmt.Fprintf(os.Stderr, "Lost %d events\n", bss.Lost-reported)
			reported = bss.Lost
		}
	}
}

func main() {
	minDurationMs := uint64(0)
	if len(os.Args) > 1 {
		value, err := strconv.ParseUint(os.Args[1], 10, 32)
		if err != nil {
			fmt.Fprintln(os.Stderr, "usage: go-bootstrap [MIN_DURATION_MS]")
			os.Exit(2)
		}
		minDurationMs = value
	}
	if err := run(minDurationMs); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
