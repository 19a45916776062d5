// SPDX-License-Identifier: MIT

package link

import (
	"syscall"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/cstring"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/memory"
)

//go:wasmimport wasm_bpf_sys perf_event_open
func perfEventOpen(attributes unsafe.Pointer, pid, cpu, group int32, flags int64) int32

//go:wasmimport wasm_bpf_sys if_nametoindex
func nameToIndex(name unsafe.Pointer) int32

// Events of the kernel's software, for PerfEventOptions.
const (
	PerfTypeHardware = 0
	PerfTypeSoftware = 1

	PerfCPUClock       = 0
	PerfTaskClock      = 1
	PerfPageFaults     = 2
	PerfContextSwitch  = 3
	PerfCPUMigrations  = 4
	PerfHardwareCycles = 0
)

// PerfEventOptions says when a perf_event program runs.
type PerfEventOptions struct {
	Program *ebpf.Program
	// Type and Config are the event: PerfTypeSoftware and PerfCPUClock.
	Type   uint32
	Config uint64
	// Frequency is the number of runs in a second. If it is 0, the program runs after each Period events.
	Frequency, Period uint64
	// PID is the process, 0 for all.
	PID int
	// CPU is the processor, or -1 for all, which needs a PID.
	CPU int
	// Cookie is what bpf_get_attach_cookie() returns, since Linux 5.15.
	Cookie uint64
}

// perfAttributes is the beginning of struct perf_event_attr.
type perfAttributes struct {
	kind, size         uint32
	config, rate       uint64
	sample, readFormat uint64
	flags              uint64
	wakeup, breakpoint uint32
	config1, config2   uint64
}

// usesFrequency is bit freq of struct perf_event_attr.
const usesFrequency = 1 << 10

// AttachPerfEvent opens a perf event and attaches the program to it, for one CPU. Close ends both.
func AttachPerfEvent(options PerfEventOptions) (Link, error) {
	attributes := &perfAttributes{kind: options.Type, config: options.Config, rate: options.Period}
	attributes.size = uint32(unsafe.Sizeof(*attributes))
	if options.Frequency != 0 {
		attributes.rate, attributes.flags = options.Frequency, usesFrequency
	}
	event := perfEventOpen(unsafe.Pointer(attributes), processOf(options.PID), int32(options.CPU), -1, 0)
	if err := failure.Checkf(event, "open a perf event on CPU %d", options.CPU); err != nil {
		return nil, err
	}
	attached, err := attach(options.Program, func(handle int32) int32 {
		var kept memory.Kept
		chosen := struct{ size, cookie, force uint64 }{cookie: options.Cookie}
		return memory.Options(&kept, chosen, func(at unsafe.Pointer) int32 {
			return imports.BpfProgram_AttachPerfEventOpts(handle, event, at)
		})
	})
	if err != nil {
		syscall.Close(int(event))
		return nil, err
	}
	return attached, nil // libbpf's link closes the event
}

// InterfaceByName returns the number of a network interface of the host: GOOS=wasip1 has no net.InterfaceByName().
func InterfaceByName(name string) (int, error) {
	index := nameToIndex(cstring.Of(name))
	if index == 0 {
		index = -44 // WASI's ENOENT
	}
	return int(index), failure.Checkf(index, "find interface %q", name)
}
