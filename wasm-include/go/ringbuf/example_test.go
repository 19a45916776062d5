// SPDX-License-Identifier: MIT

package ringbuf_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/ringbuf"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/signals"
)

// Prints events until Ctrl-C.
func ExampleReader_ReadContext() {
	var ring *ebpf.Map
	ctx, cancel, err := signals.NotifyContext(context.Background(), signals.Interrupt)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cancel()
	reader, err := ringbuf.NewReader(ring)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer reader.Close()
	for {
		record, err := reader.ReadContext(ctx)
		if errors.Is(err, context.Canceled) {
			return
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		var event struct{ PID, UID uint32 }
		if err := binary.Read(bytes.NewReader(record.RawSample), binary.LittleEndian, &event); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(event.PID, event.UID)
	}
}
