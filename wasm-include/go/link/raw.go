// SPDX-License-Identifier: MIT

package link

import (
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/memory"
)

// createOptions is struct bpf_link_create_opts, whose union is rest.
type createOptions struct {
	size                uint64
	flags, unused       uint32
	iterator            uint64
	iteratorSize, btfID uint32
	rest                [6]uint64
}

// create calls bpf_link_create() with the program's and the target's descriptors.
func create(program *ebpf.Program, target int, attachType ebpf.AttachType, options createOptions) (Link, error) {
	if program == nil {
		return nil, failure.Of(failure.EINVAL, "it is nil", "attach the program")
	}
	var kept memory.Kept
	fd := memory.Options(&kept, options, func(at unsafe.Pointer) int32 {
		return imports.BpfLinkCreate(int32(program.FD()), int32(target), int32(attachType), at)
	})
	if err := failure.Checkf(fd, "attach program %q", program.Name()); err != nil {
		return nil, err
	}
	return &kernelLink{fd: fd}, nil
}

// RawLinkOptions are the parameters of bpf_link_create().
type RawLinkOptions struct {
	// Target is a descriptor, or the number of an interface.
	Target  int
	Program *ebpf.Program
	Attach  ebpf.AttachType
	// BTF is the number of the target's type.
	BTF   uint32
	Flags uint32
}

// AttachRawLink attaches a program, also a pinned one, with the kernel's own call.
func AttachRawLink(options RawLinkOptions) (Link, error) {
	return create(options.Program, options.Target, options.Attach, createOptions{flags: options.Flags, btfID: options.BTF})
}

// RawAttachProgramOptions are the parameters of bpf_prog_attach().
type RawAttachProgramOptions struct {
	// Target is a descriptor: of a cgroup, or of a map of sockets.
	Target  int
	Program *ebpf.Program
	Attach  ebpf.AttachType
	Flags   uint32
}

// RawDetachProgramOptions are the parameters of bpf_prog_detach2().
type RawDetachProgramOptions RawAttachProgramOptions

// RawAttachProgram attaches without a link. The attachment stays if the host is killed, so it also needs --allow-persist.
func RawAttachProgram(options RawAttachProgramOptions) error {
	result := imports.BpfProgAttach(int32(options.Program.FD()), int32(options.Target), int32(options.Attach), int32(options.Flags))
	return failure.Checkf(result, "attach program %q", options.Program.Name())
}

// RawDetachProgram ends an attachment without a link.
func RawDetachProgram(options RawDetachProgramOptions) error {
	result := imports.BpfProgDetach2(int32(options.Program.FD()), int32(options.Target), int32(options.Attach))
	return failure.Checkf(result, "detach program %q", options.Program.Name())
}
