// SPDX-License-Identifier: MIT

package link

import (
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/cstring"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/memory"
)

// Executable is a binary or a library.
type Executable struct{ path string }

// OpenExecutable names a binary by its path on the host. It is opened when a program is attached.
func OpenExecutable(path string) (*Executable, error) { return &Executable{path}, nil }

// UprobeOptions changes a uprobe.
type UprobeOptions struct {
	// Address is a place in the file, in bytes. It takes the place of the symbol.
	Address uint64
	// Offset is the distance from the symbol or the address in bytes.
	Offset uint64
	// PID is the process, 0 for all.
	PID int
	// RefCtrOffset is the place of a counter in the file, which the kernel raises while the probe is attached.
	RefCtrOffset uint64
	// Cookie is what bpf_get_attach_cookie() returns, since Linux 5.15.
	Cookie uint64
}

type uprobeOptions struct {
	size, refCtrOffset, cookie uint64
	retprobe                   bool
	function                   uint64
	mode                       uint64
}

// everyProcess is libbpf's number for all processes.
const everyProcess = -1

func processOf(pid int) int32 {
	if pid == 0 {
		return everyProcess
	}
	return int32(pid)
}

// Uprobe attaches to a function of the binary. options may be nil.
func (e *Executable) Uprobe(symbol string, program *ebpf.Program, options *UprobeOptions) (Link, error) {
	return e.probe(symbol, program, options, false)
}

// Uretprobe attaches to the return of a function of the binary. options may be nil.
func (e *Executable) Uretprobe(symbol string, program *ebpf.Program, options *UprobeOptions) (Link, error) {
	return e.probe(symbol, program, options, true)
}

func (e *Executable) probe(symbol string, program *ebpf.Program, options *UprobeOptions, isReturn bool) (Link, error) {
	if options == nil {
		options = &UprobeOptions{}
	}
	if options.Address != 0 {
		symbol = ""
	}
	return attach(program, func(handle int32) int32 {
		var kept memory.Kept
		chosen := uprobeOptions{
			refCtrOffset: options.RefCtrOffset, cookie: options.Cookie, retprobe: isReturn, function: memory.Text(&kept, symbol),
		}
		return memory.Options(&kept, chosen, func(at unsafe.Pointer) int32 {
			offset := uint32(options.Address + options.Offset)
			return imports.BpfProgram_AttachUprobeOpts(handle, processOf(options.PID), cstring.Of(e.path), offset, at)
		})
	})
}

// UprobeMultiOptions says where to attach, if no symbols do.
type UprobeMultiOptions struct {
	// Offsets are places in the file, in bytes.
	Offsets []uint64
	// Pattern has * and ? for characters of symbols: "SSL_*".
	Pattern       string
	RefCtrOffsets []uint64
	// Cookies has one for each symbol or offset.
	Cookies []uint64
	// PID is the process, 0 for all.
	PID uint32
}

type uprobeMultiOptions struct {
	size, symbols, offsets, refCtrOffsets, cookies, count uint64
	retprobe                                              bool
}

// UprobeMulti attaches to several functions of the binary with one link, since Linux 6.6. options may be nil.
func (e *Executable) UprobeMulti(symbols []string, program *ebpf.Program, options *UprobeMultiOptions) (Link, error) {
	return e.multi(symbols, program, options, false)
}

// UretprobeMulti attaches to the returns of several functions of the binary with one link, since Linux 6.6. options may be nil.
func (e *Executable) UretprobeMulti(symbols []string, program *ebpf.Program, options *UprobeMultiOptions) (Link, error) {
	return e.multi(symbols, program, options, true)
}

func (e *Executable) multi(symbols []string, program *ebpf.Program, options *UprobeMultiOptions, isReturn bool) (Link, error) {
	if options == nil {
		options = &UprobeMultiOptions{}
	}
	return attach(program, func(handle int32) int32 {
		var kept memory.Kept
		chosen := uprobeMultiOptions{
			symbols: memory.Texts(&kept, symbols), offsets: memory.Slice(&kept, options.Offsets),
			refCtrOffsets: memory.Slice(&kept, options.RefCtrOffsets), cookies: memory.Slice(&kept, options.Cookies),
			count: uint64(max(len(symbols), len(options.Offsets))), retprobe: isReturn,
		}
		return memory.Options(&kept, chosen, func(at unsafe.Pointer) int32 {
			var pattern unsafe.Pointer
			if options.Pattern != "" {
				pattern = cstring.Of(options.Pattern)
			}
			return imports.BpfProgram_AttachUprobeMulti(handle, processOf(int(options.PID)), cstring.Of(e.path), pattern, at)
		})
	})
}

// USDTOptions changes a USDT probe.
type USDTOptions struct {
	// PID is the process, 0 for all.
	PID int
	// Cookie is what bpf_usdt_cookie() returns.
	Cookie uint64
}

// USDT attaches to a static probe of the binary: ("libc", "setjmp"). options may be nil.
func (e *Executable) USDT(provider, name string, program *ebpf.Program, options *USDTOptions) (Link, error) {
	if options == nil {
		options = &USDTOptions{}
	}
	return attach(program, func(handle int32) int32 {
		var kept memory.Kept
		return memory.Options(&kept, cookieOptions{cookie: options.Cookie}, func(at unsafe.Pointer) int32 {
			return imports.BpfProgram_AttachUsdt(
				handle, processOf(options.PID), cstring.Of(e.path), cstring.Of(provider), cstring.Of(name), at)
		})
	})
}
