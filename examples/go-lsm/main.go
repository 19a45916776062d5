// SPDX-License-Identifier: MIT

// Prevents everyone, even root, from removing directories of a certain name, and prints each attempt, as the example lsm does in C.
// Shows: a security policy (BPF LSM) that lasts as long as the guest runs, and errors that tell what the kernel lacks.
// The BPF program is that of lsm.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	ebpf "github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/link"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/ringbuf"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/signals"
)

const usage = `usage: go-lsm NAME

Keeps directories called NAME (63 bytes at most) from being removed, until Ctrl-C.`

func run(name string) error {
	ctx, cancel, err := signals.NotifyContext(context.Background(), signals.Interrupt, signals.Terminate)
	if err != nil {
		return err
	}
	defer cancel()

	spec, err := loadLsm()
	if err != nil {
		return err
	}
	protected := make([]byte, spec.Variables["protected_name"].Size())
	copy(protected, name)
	if err := spec.Variables["protected_name"].Set(protected); err != nil {
		return err
	}
	var objects lsmObjects
	if err := spec.LoadAndAssign(&objects, nil); err != nil {
		return err
	}
	defer objects.Close()
	attached, err := link.AttachLSM(link.LSMOptions{Program: objects.RefuseRmdir})
	if err != nil {
		return fmt.Errorf("%w (is 'bpf' in /sys/kernel/security/lsm?)", err)
	}
	defer attached.Close()
	reader, err := ringbuf.NewReader(objects.Events)
	if err != nil {
		return err
	}
	defer reader.Close()

	fmt.Printf("%-7s %-6s %-16s %s\n", "PID", "UID", "COMM", "KEPT DIRECTORY")
	for {
		record, err := reader.ReadContext(ctx)
		if errors.Is(err, context.Canceled) {
			return nil
		}
		if err != nil {
			return err
		}
		var event lsmEvent
		if err := binary.Read(bytes.NewReader(record.RawSample), binary.LittleEndian, &event); err != nil {
			return err
		}
		_, err = fmt.Printf("%-7d %-6d %-16s %s\n", event.Pid, event.Uid, ebpf.CString(event.Comm[:]), ebpf.CString(event.Name[:]))
		if err != nil {
			return err
		}
	}
}

func main() {
	if len(os.Args) == 2 && (os.Args[1] == "-h" || os.Args[1] == "--help") {
		fmt.Println(usage)
		return
	}
	if len(os.Args) != 2 || len(os.Args[1]) > 63 {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
