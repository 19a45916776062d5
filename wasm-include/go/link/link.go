// SPDX-License-Identifier: MIT

// Package link attaches programs. Names are those of github.com/cilium/ebpf/link where the meaning is the same.
package link

import (
	"fmt"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/cstring"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
)

// Link is an attachment.
type Link struct{ handle int32 }

// Close detaches the program.
func (l *Link) Close() error {
	if l.handle == 0 {
		return nil
	}
	handle := l.handle
	l.handle = 0
	return ebpf.Check("detach a program", imports.BpfLink_Destroy(handle))
}

// FD returns the number of the link's descriptor.
func (l *Link) FD() int { return int(imports.BpfLink_Fd(l.handle)) }

func made(program *ebpf.Program, handle int32) (*Link, error) {
	operation := fmt.Sprintf("attach program %q", program.Name())
	if err := ebpf.Check(operation, handle); err != nil {
		return nil, err
	}
	if handle == 0 {
		return nil, fmt.Errorf("Cannot %s: its section %q does not say where", operation, program.Section())
	}
	return &Link{handle}, nil
}

// Attach attaches a program as its section says: tp_btf, fentry, lsm, raw tracepoints, tracepoints, kprobes and others.
func Attach(program *ebpf.Program) (*Link, error) {
	return made(program, imports.BpfProgram_Attach(program.Handle()))
}

// Tracepoint attaches to a tracepoint: ("sched", "sched_switch").
func Tracepoint(group, name string, program *ebpf.Program) (*Link, error) {
	return made(program, imports.BpfProgram_AttachTracepoint(program.Handle(), cstring.Of(group), cstring.Of(name)))
}

// RawTracepoint attaches to a raw tracepoint: "sched_switch".
func RawTracepoint(name string, program *ebpf.Program) (*Link, error) {
	return made(program, imports.BpfProgram_AttachRawTracepoint(program.Handle(), cstring.Of(name)))
}

// Kprobe attaches to a function of the kernel.
func Kprobe(symbol string, program *ebpf.Program) (*Link, error) {
	return made(program, imports.BpfProgram_AttachKprobe(program.Handle(), 0, cstring.Of(symbol)))
}

// Kretprobe attaches to the return of a function of the kernel.
func Kretprobe(symbol string, program *ebpf.Program) (*Link, error) {
	return made(program, imports.BpfProgram_AttachKprobe(program.Handle(), 1, cstring.Of(symbol)))
}

// uprobeOptions is struct bpf_uprobe_opts up to func_name, in the layout of 64-bit machines.
type uprobeOptions struct {
	size, refCtrOffset, cookie, retprobe, funcName uint64
}

// Executable is a binary or a library.
type Executable struct{ path string }

// OpenExecutable names a binary by its path on the host. It is opened when a program is attached.
func OpenExecutable(path string) (*Executable, error) { return &Executable{path}, nil }

// Uprobe attaches to a function of the binary, in all processes.
func (e *Executable) Uprobe(symbol string, program *ebpf.Program) (*Link, error) {
	return e.probe(symbol, program, 0)
}

// Uretprobe attaches to the return of a function of the binary, in all processes.
func (e *Executable) Uretprobe(symbol string, program *ebpf.Program) (*Link, error) {
	return e.probe(symbol, program, 1)
}

func (e *Executable) probe(symbol string, program *ebpf.Program, retprobe uint64) (*Link, error) {
	name := cstring.Of(symbol)
	options := uprobeOptions{retprobe: retprobe, funcName: uint64(uintptr(name))}
	options.size = uint64(unsafe.Sizeof(options))
	handle := imports.BpfProgram_AttachUprobeOpts(program.Handle(), -1, cstring.Of(e.path), 0, unsafe.Pointer(&options))
	keepAlive(name)
	return made(program, handle)
}

//go:noinline
func keepAlive(unsafe.Pointer) {}

// XDP attaches to a network interface.
func XDP(ifindex int, program *ebpf.Program) (*Link, error) {
	return made(program, imports.BpfProgram_AttachXdp(program.Handle(), int32(ifindex)))
}

// Cgroup attaches to a cgroup, by the descriptor of its directory.
func Cgroup(fd uintptr, program *ebpf.Program) (*Link, error) {
	return made(program, imports.BpfProgram_AttachCgroup(program.Handle(), int32(fd)))
}

// LSM attaches to the hook in the program's section.
func LSM(program *ebpf.Program) (*Link, error) {
	return made(program, imports.BpfProgram_AttachLsm(program.Handle()))
}
