// SPDX-License-Identifier: MIT

// Package link attaches programs. Names are those of github.com/cilium/ebpf/link where the meaning is the same; Attach, AttachPerfEvent,
// AttachStructOps, Ksyscall and Executable.USDT are libbpf's.
package link

import (
	"errors"
	"fmt"
	"io"
	"syscall"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/cstring"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
)

// Errors of links.
var (
	ErrNotSupported = ebpf.ErrNotSupported
	// ErrNoSection is the error of Attach for a program whose section does not say where it attaches.
	ErrNoSection = errors.New("its section does not say where")
)

// Link is an attachment. A link that nobody closes ends with the guest.
type Link interface {
	// Update replaces the program.
	Update(program *ebpf.Program) error
	// Pin gives the link a name in the BPF file system, under which it stays when the guest ends.
	Pin(fileName string) error
	// Unpin removes the pin.
	Unpin() error
	// Info describes the link.
	Info() (*Info, error)
	// Close detaches the program, unless the link is pinned.
	Close() error
	// FD returns the number that names the link in other calls.
	FD() int
}

// ID is the number of a link in the kernel, as bpftool shows it.
type ID uint32

// Type is enum bpf_link_type.
type Type uint32

// Types of links, in the kernel's order.
const (
	UnspecifiedType Type = iota
	RawTracepointType
	TracingType
	CgroupType
	IterType
	NetNsType
	XDPType
	PerfEventType
	KprobeMultiType
	StructOpsType
	NetfilterType
	TCXType
	UprobeMultiType
	NetkitType
)

// Info describes a link in the kernel.
type Info struct {
	Type    Type
	ID      ID
	Program ebpf.ProgramID
}

// linkInfo is struct bpf_link_info, whose end differs between types.
type linkInfo struct {
	linkType, id, program, unused uint32
	rest                          [48]byte
}

func infoOf(fd int32) (*Info, error) {
	info, size := new(linkInfo), new(uint32)
	*size = uint32(unsafe.Sizeof(*info))
	result := imports.BpfLinkGetInfoByFd(fd, unsafe.Pointer(info), unsafe.Pointer(size))
	if err := failure.Check("describe the link", result); err != nil {
		return nil, err
	}
	return &Info{Type: Type(info.linkType), ID: ID(info.id), Program: ebpf.ProgramID(info.program)}, nil
}

// libbpfLink is libbpf's link.
type libbpfLink struct{ handle int32 }

func (l *libbpfLink) Close() error {
	if l.handle == 0 {
		return nil
	}
	handle := l.handle
	l.handle = 0
	return failure.Check("detach a program", imports.BpfLink_Destroy(handle))
}

func (l *libbpfLink) FD() int { return int(imports.BpfLink_Fd(l.handle)) }

func (l *libbpfLink) Update(program *ebpf.Program) error {
	if program.LibbpfProgram() == 0 {
		return failure.Checkf(imports.BpfLinkUpdate(int32(l.FD()), int32(program.FD()), nil), "replace program %q", program.Name())
	}
	return failure.Checkf(imports.BpfLink_UpdateProgram(l.handle, program.LibbpfProgram()), "replace program %q", program.Name())
}

func (l *libbpfLink) Pin(fileName string) error {
	return failure.Checkf(imports.BpfLink_Pin(l.handle, cstring.Of(fileName)), "pin a link as %q", fileName)
}

func (l *libbpfLink) Unpin() error {
	return failure.Check("unpin a link", imports.BpfLink_Unpin(l.handle))
}

func (l *libbpfLink) Info() (*Info, error) { return infoOf(int32(l.FD())) }

// kernelLink is a descriptor of a link.
type kernelLink struct {
	fd  int32
	pin string
}

func (l *kernelLink) Close() error {
	if l.fd < 0 {
		return nil
	}
	fd := l.fd
	l.fd = -1
	return syscall.Close(int(fd))
}

func (l *kernelLink) FD() int { return int(l.fd) }

func (l *kernelLink) Update(program *ebpf.Program) error {
	return failure.Checkf(imports.BpfLinkUpdate(l.fd, int32(program.FD()), nil), "replace program %q", program.Name())
}

func (l *kernelLink) Pin(fileName string) error {
	err := failure.Checkf(imports.BpfObjPin(l.fd, cstring.Of(fileName)), "pin a link as %q", fileName)
	if err == nil {
		l.pin = fileName
	}
	return err
}

func (l *kernelLink) Unpin() error {
	pinned, err := LoadPinnedLink(l.pin, nil)
	if err != nil {
		return err
	}
	defer pinned.Close()
	return pinned.Unpin()
}

func (l *kernelLink) Info() (*Info, error) { return infoOf(l.fd) }

// LoadPinnedLink opens a pinned link. options may be nil. The host needs --pin or --allow-pin for the directory.
func LoadPinnedLink(fileName string, options *ebpf.LoadPinOptions) (Link, error) {
	handle := imports.BpfLink_Open(cstring.Of(fileName))
	if err := failure.Checkf(handle, "open pinned link %q", fileName); err != nil {
		return nil, err
	}
	return &libbpfLink{handle}, nil
}

// made returns libbpf's link, or the error of its handle.
func made(program *ebpf.Program, handle int32) (Link, error) {
	if err := failure.Checkf(handle, "attach program %q", program.Name()); err != nil {
		return nil, err
	}
	if handle == 0 {
		return nil, fmt.Errorf("Cannot attach program %q: %w: %q", program.Name(), ErrNoSection, program.Section())
	}
	return &libbpfLink{handle}, nil
}

// attach calls a function of libbpf, which needs a program of an object.
func attach(program *ebpf.Program, call func(handle int32) int32) (Link, error) {
	if program == nil {
		return nil, failure.Of(failure.EINVAL, "it is nil", "attach the program")
	}
	if program.LibbpfProgram() == 0 {
		return nil, failure.Of(failure.EOPNOTSUPP, "it is pinned, and only AttachRawLink takes it", "attach program %q", program.Name())
	}
	return made(program, call(program.LibbpfProgram()))
}

// Attach attaches a program as its section says: tp_btf, fentry, lsm, raw tracepoints, tracepoints, kprobes, usdt and others.
func Attach(program *ebpf.Program) (Link, error) { return attach(program, imports.BpfProgram_Attach) }

// AttachAll attaches all programs of a collection whose sections say where. Closing the result detaches them.
func AttachAll(programs map[string]*ebpf.Program) (Links, error) {
	var links Links
	for _, program := range programs {
		attached, err := Attach(program)
		if err != nil {
			links.Close()
			return nil, err
		}
		links = append(links, attached)
	}
	return links, nil
}

// Links are links that end together.
type Links []Link

// Close closes all, and returns the first error.
func (l Links) Close() error {
	var first error
	for _, one := range l {
		if err := one.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

var _ io.Closer = Links(nil)
