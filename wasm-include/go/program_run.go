// SPDX-License-Identifier: MIT

package ebpf

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/memory"
)

// RunOptions is what a program gets and returns in a test run.
type RunOptions struct {
	// Data is the packet; nil for programs without packets.
	Data []byte
	// DataOut is room for the packet after the run, which is cut to its length.
	DataOut []byte
	// Context is the program's context: a value of a fixed size, or []byte; nil for none.
	Context any
	// ContextOut is a pointer to a value, or a []byte, for the context after the run.
	ContextOut any
	// Repeat is the number of runs; 0 is one.
	Repeat uint32
	Flags  uint32
	CPU    uint32
}

// testRunOptions is struct bpf_test_run_opts, in the layout of 64-bit machines.
type testRunOptions struct {
	size, dataIn, dataOut         uint64
	dataSizeIn, dataSizeOut       uint32
	contextIn, contextOut         uint64
	contextSizeIn, contextSizeOut uint32
	returned                      uint32
	repeat                        int32
	duration, flags, cpu, batch   uint32
}

// Test runs the program with a packet, and returns its result and the packet afterwards.
func (p *Program) Test(in []byte) (uint32, []byte, error) {
	options := RunOptions{Data: in, DataOut: make([]byte, len(in)+256)}
	result, err := p.Run(&options)
	return result, options.DataOut, err
}

// Run runs the program in the kernel (BPF_PROG_TEST_RUN) and returns its result.
func (p *Program) Run(options *RunOptions) (uint32, error) {
	result, _, err := p.run(options)
	return result, err
}

// Benchmark runs the program with a packet, and returns its result and the average time of a run.
func (p *Program) Benchmark(in []byte, repeat int, reset func()) (uint32, time.Duration, error) {
	if reset != nil {
		reset()
	}
	return p.run(&RunOptions{Data: in, Repeat: uint32(repeat)})
}

func (p *Program) run(options *RunOptions) (uint32, time.Duration, error) {
	var contextIn, contextOut []byte
	var err error
	if options.Context != nil {
		if contextIn, err = encode(options.Context, sizeOf(options.Context)); err != nil {
			return 0, 0, fmt.Errorf("Cannot run program %q: %w", p.name, err)
		}
	}
	if options.ContextOut != nil {
		contextOut = make([]byte, sizeOf(options.ContextOut))
	}
	var kept memory.Kept
	run := &testRunOptions{
		dataIn: memory.Slice(&kept, options.Data), dataSizeIn: uint32(len(options.Data)),
		dataOut: memory.Slice(&kept, options.DataOut), dataSizeOut: uint32(len(options.DataOut)),
		contextIn: memory.Slice(&kept, contextIn), contextSizeIn: uint32(len(contextIn)),
		contextOut: memory.Slice(&kept, contextOut), contextSizeOut: uint32(len(contextOut)),
		repeat: int32(options.Repeat), flags: options.Flags, cpu: options.CPU,
	}
	result := memory.Options(&kept, *run, func(at unsafe.Pointer) int32 {
		code := imports.BpfProgTestRunOpts(p.fd, at)
		*run = *(*testRunOptions)(at)
		return code
	})
	if err := failure.Checkf(result, "run program %q", p.name); err != nil {
		return 0, 0, err
	}
	options.DataOut = options.DataOut[:min(len(options.DataOut), int(run.dataSizeOut))]
	if options.ContextOut != nil {
		err = decode(contextOut, options.ContextOut)
	}
	return run.returned, time.Duration(run.duration), err
}
