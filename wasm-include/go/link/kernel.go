// SPDX-License-Identifier: MIT

package link

import (
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/cstring"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/memory"
)

// The structs of options have libbpf's layout on 64-bit machines.

type cookieOptions struct{ size, cookie uint64 }

// TracepointOptions changes the attachment to a tracepoint.
type TracepointOptions struct {
	// Cookie is what bpf_get_attach_cookie() returns.
	Cookie uint64
}

// Tracepoint attaches to a tracepoint: ("sched", "sched_switch"). options may be nil.
func Tracepoint(group, name string, program *ebpf.Program, options *TracepointOptions) (Link, error) {
	return attach(program, func(handle int32) int32 {
		var chosen cookieOptions
		if options != nil {
			chosen.cookie = options.Cookie
		}
		var kept memory.Kept
		return memory.Options(&kept, chosen, func(at unsafe.Pointer) int32 {
			return imports.BpfProgram_AttachTracepointOpts(handle, cstring.Of(group), cstring.Of(name), at)
		})
	})
}

// RawTracepointOptions says where to attach.
type RawTracepointOptions struct {
	// Name is the tracepoint's: "sched_switch".
	Name    string
	Program *ebpf.Program
	// Cookie is what bpf_get_attach_cookie() returns, since Linux 6.10.
	Cookie uint64
}

// AttachRawTracepoint attaches to a raw tracepoint.
func AttachRawTracepoint(options RawTracepointOptions) (Link, error) {
	return attach(options.Program, func(handle int32) int32 {
		var kept memory.Kept
		return memory.Options(&kept, cookieOptions{cookie: options.Cookie}, func(at unsafe.Pointer) int32 {
			return imports.BpfProgram_AttachRawTracepointOpts(handle, cstring.Of(options.Name), at)
		})
	})
}

// KprobeOptions changes a kprobe.
type KprobeOptions struct {
	// Cookie is what bpf_get_attach_cookie() returns, since Linux 5.15.
	Cookie uint64
	// Offset is the distance from the function's begin in bytes.
	Offset uint64
}

type kprobeOptions struct {
	size, cookie, offset uint64
	retprobe             bool
	mode                 uint32
}

// Kprobe attaches to a function of the kernel. options may be nil.
func Kprobe(symbol string, program *ebpf.Program, options *KprobeOptions) (Link, error) {
	return kprobe(symbol, program, options, false)
}

// Kretprobe attaches to the return of a function of the kernel. options may be nil.
func Kretprobe(symbol string, program *ebpf.Program, options *KprobeOptions) (Link, error) {
	return kprobe(symbol, program, options, true)
}

func kprobe(symbol string, program *ebpf.Program, options *KprobeOptions, isReturn bool) (Link, error) {
	return attach(program, func(handle int32) int32 {
		chosen := kprobeOptions{retprobe: isReturn}
		if options != nil {
			chosen.cookie, chosen.offset = options.Cookie, options.Offset
		}
		var kept memory.Kept
		return memory.Options(&kept, chosen, func(at unsafe.Pointer) int32 {
			return imports.BpfProgram_AttachKprobeOpts(handle, cstring.Of(symbol), at)
		})
	})
}

// KprobeMultiOptions says where to attach: Symbols, Addresses or Pattern.
type KprobeMultiOptions struct {
	Symbols   []string
	Addresses []uint64
	// Pattern has * and ? for characters: "tcp_*".
	Pattern string
	// Cookies has one for each symbol or address.
	Cookies []uint64
	// Session runs the program at the begin and at the return of functions, since Linux 6.10.
	Session bool
}

type kprobeMultiOptions struct {
	size, symbols, addresses, cookies, count uint64
	retprobe, session                        bool
}

// KprobeMulti attaches to several functions of the kernel with one link, since Linux 5.18.
func KprobeMulti(program *ebpf.Program, options KprobeMultiOptions) (Link, error) {
	return kprobeMulti(program, options, false)
}

// KretprobeMulti attaches to the returns of several functions of the kernel with one link, since Linux 5.18.
func KretprobeMulti(program *ebpf.Program, options KprobeMultiOptions) (Link, error) {
	return kprobeMulti(program, options, true)
}

func kprobeMulti(program *ebpf.Program, options KprobeMultiOptions, isReturn bool) (Link, error) {
	return attach(program, func(handle int32) int32 {
		var kept memory.Kept
		chosen := kprobeMultiOptions{
			symbols: memory.Texts(&kept, options.Symbols), addresses: memory.Slice(&kept, options.Addresses),
			cookies: memory.Slice(&kept, options.Cookies), count: uint64(max(len(options.Symbols), len(options.Addresses))),
			retprobe: isReturn, session: options.Session,
		}
		return memory.Options(&kept, chosen, func(at unsafe.Pointer) int32 {
			var pattern unsafe.Pointer
			if options.Pattern != "" {
				pattern = cstring.Of(options.Pattern)
			}
			return imports.BpfProgram_AttachKprobeMultiOpts(handle, pattern, at)
		})
	})
}

type ksyscallOptions struct {
	size, cookie uint64
	retprobe     bool
}

// Ksyscall attaches to a system call by its name, such as "openat", whatever the kernel calls its function.
func Ksyscall(name string, program *ebpf.Program, options *KprobeOptions) (Link, error) {
	return ksyscall(name, program, options, false)
}

// Kretsyscall attaches to the return of a system call.
func Kretsyscall(name string, program *ebpf.Program, options *KprobeOptions) (Link, error) {
	return ksyscall(name, program, options, true)
}

func ksyscall(name string, program *ebpf.Program, options *KprobeOptions, isReturn bool) (Link, error) {
	return attach(program, func(handle int32) int32 {
		chosen := ksyscallOptions{retprobe: isReturn}
		if options != nil {
			chosen.cookie = options.Cookie
		}
		var kept memory.Kept
		return memory.Options(&kept, chosen, func(at unsafe.Pointer) int32 {
			return imports.BpfProgram_AttachKsyscall(handle, cstring.Of(name), at)
		})
	})
}

// TracingOptions names a program of fentry, fexit, fmod_ret or tp_btf. Its section, or ProgramSpec.AttachTo, says where it attaches.
type TracingOptions struct {
	Program *ebpf.Program
	// Cookie is what bpf_get_attach_cookie() returns, since Linux 5.19.
	Cookie uint64
}

// AttachTracing attaches a program of fentry, fexit, fmod_ret or tp_btf.
func AttachTracing(options TracingOptions) (Link, error) {
	return attach(options.Program, func(handle int32) int32 { return traceWithCookie(handle, options.Cookie) })
}

func traceWithCookie(handle int32, cookie uint64) int32 {
	var kept memory.Kept
	return memory.Options(&kept, cookieOptions{cookie: cookie}, func(at unsafe.Pointer) int32 {
		return imports.BpfProgram_AttachTraceOpts(handle, at)
	})
}

// LSMOptions names an LSM program. Its section, or ProgramSpec.AttachTo, has the hook.
type LSMOptions struct {
	Program *ebpf.Program
	// Cookie is what bpf_get_attach_cookie() returns, since Linux 5.19.
	Cookie uint64
}

// AttachLSM attaches to a hook of the kernel's security modules. The host needs --allow-deny.
func AttachLSM(options LSMOptions) (Link, error) {
	return attach(options.Program, func(handle int32) int32 {
		if options.Cookie != 0 {
			return traceWithCookie(handle, options.Cookie)
		}
		return imports.BpfProgram_AttachLsm(handle)
	})
}

// AttachFreplace replaces a function of another program. The host needs --allow-replace.
func AttachFreplace(target *ebpf.Program, name string, program *ebpf.Program) (Link, error) {
	return attach(program, func(handle int32) int32 {
		if target == nil {
			return imports.BpfProgram_AttachFreplace(handle, 0, nil)
		}
		return imports.BpfProgram_AttachFreplace(handle, int32(target.FD()), cstring.Of(name))
	})
}

// AttachStructOps registers a struct_ops map: congestion control, a scheduler and others. The host needs --allow-struct-ops.
func AttachStructOps(operations *ebpf.Map) (Link, error) {
	if operations.LibbpfMap() == 0 {
		return nil, failure.Of(failure.EINVAL, "it belongs to no object", "attach struct_ops %q", operations.Name())
	}
	handle := imports.BpfMap_AttachStructOps(operations.LibbpfMap())
	if err := failure.Checkf(handle, "attach struct_ops %q", operations.Name()); err != nil {
		return nil, err
	}
	return &libbpfLink{handle}, nil
}
