// SPDX-License-Identifier: MIT

// Package signals ends a context with a signal, as os/signal does natively. GOOS=wasip1 has no signals of its own.
package signals

import (
	"context"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
)

// Signals.
const (
	Hangup    = 1
	Interrupt = 2 // Ctrl-C
	Terminate = 15
)

// callback is the number of onSignal in its export's name.
const callback = 5

// call is the reaction to a signal that calls a function of the guest.
const call = 2

//go:wasmimport wasm_bpf_sys sigaction
func sigaction(signal, reaction, flags, handler int32) int32

var cancels []context.CancelFunc

//go:wasmexport wasm_bpf_callback_5
func onSignal(int32) {
	for _, cancel := range cancels {
		cancel()
	}
}

// NotifyContext returns a context that is cancelled by the signals, which then no longer end the guest. Call it before readers are
// opened. A second Ctrl-C ends a guest that does not come back to the host.
func NotifyContext(parent context.Context, signals ...int32) (context.Context, context.CancelFunc, error) {
	ctx, cancel := context.WithCancel(parent)
	cancels = append(cancels, cancel)
	for _, signal := range signals {
		if err := failure.Check("catch signals", sigaction(signal, call, 0, callback)); err != nil {
			cancel()
			return nil, nil, err
		}
	}
	return ctx, cancel, nil
}
