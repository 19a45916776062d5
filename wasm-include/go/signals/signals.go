// SPDX-License-Identifier: MIT

// Package signals ends a context with a signal, as os/signal does natively. GOOS=wasip1 has no signals of its own.
package signals

import (
	"context"
	"sync"
	"time"

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

// Reactions to a signal: it ends the guest, or calls a function of it.
const (
	end  = 0
	call = 2
)

//go:wasmimport wasm_bpf_sys sigaction
func sigaction(signal, reaction, flags, handler int32) int32

// slice is the time between two looks at caught. The scheduler cannot wait for a signal.
const slice = 50 * time.Millisecond

// caught has a number for each signal, which grows when the signal comes.
var caught [65]uint32

// users has the number of contexts for each signal.
var users [65]uint32

// onSignal only counts: it may run on the scheduler's stack, where most of Go's functions fail.
//
//go:wasmexport wasm_bpf_callback_5
//go:nosplit
func onSignal(signal int32) { caught[signal]++ }

// signalContext looks for signals whenever it is asked, so that a goroutine that never waits sees them too.
type signalContext struct {
	context.Context
	cancel  context.CancelFunc
	signals []int32
	before  [len(caught)]uint32
}

func (c *signalContext) look() {
	for _, signal := range c.signals {
		if caught[signal] != c.before[signal] {
			c.cancel()
		}
	}
}

// Done implements context.Context.
func (c *signalContext) Done() <-chan struct{} {
	c.look()
	return c.Context.Done()
}

// Err implements context.Context.
func (c *signalContext) Err() error {
	c.look()
	return c.Context.Err()
}

// NotifyContext returns a context that is cancelled by the signals, which then no longer end the guest. Call it before readers are
// opened. A second Ctrl-C ends a guest that does not come back to the host. After the returned function was called, the signals end the
// guest again.
func NotifyContext(parent context.Context, signals ...int32) (context.Context, context.CancelFunc, error) {
	inner, cancel := context.WithCancel(parent)
	ctx := &signalContext{inner, cancel, signals, caught}
	for _, signal := range signals {
		if err := failure.Check("catch signals", sigaction(signal, call, 0, callback)); err != nil {
			cancel()
			return nil, nil, err
		}
		users[signal]++
	}
	go func() {
		for ctx.Err() == nil {
			time.Sleep(slice)
		}
	}()
	return ctx, sync.OnceFunc(func() {
		cancel()
		for _, signal := range signals {
			if users[signal]--; users[signal] == 0 {
				sigaction(signal, end, 0, 0)
			}
		}
	}), nil
}
