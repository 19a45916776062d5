// SPDX-License-Identifier: MIT

// Package ebpf is libbpf for guests of wasm-bpf in Go (GOOS=wasip1): it loads a compiled BPF object, sets its variables, and gives access
// to its maps and programs. Names are those of github.com/cilium/ebpf where the meaning is the same. Packages link, ringbuf and perf
// attach programs and read events.
package ebpf

import (
	"fmt"
	"io"
	"runtime"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/cstring"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/messages"
)

// CollectionSpec is an object that is not in the kernel yet. Its maps, programs and variables can be changed.
type CollectionSpec struct {
	Maps     map[string]*MapSpec
	Programs map[string]*ProgramSpec
	handle   int32
}

// openOptions is struct bpf_object_open_opts up to object_name, in the layout of 64-bit machines.
type openOptions struct {
	size       uint64
	objectName uint64
}

// LoadCollectionSpecFromReader opens an object: an ELF file.
func LoadCollectionSpecFromReader(reader io.Reader) (*CollectionSpec, error) {
	bytes, err := io.ReadAll(reader)
	if err != nil {
		return nil, err
	}
	return LoadCollectionSpec(bytes, "object")
}

// LoadCollectionSpec opens an object. The maps of its variables are called after name: "name.bss".
func LoadCollectionSpec(object []byte, name string) (*CollectionSpec, error) {
	if len(object) == 0 {
		return nil, &Error{Operation: fmt.Sprintf("open object %q", name), Errno: 22}
	}
	messages.Listen()
	text := cstring.Of(name)
	options := openOptions{objectName: uint64(uintptr(text))}
	options.size = uint64(unsafe.Sizeof(options))
	handle := imports.BpfObject_OpenMem(unsafe.Pointer(&object[0]), uint32(len(object)), unsafe.Pointer(&options))
	runtime.KeepAlive(text)
	if err := Check(fmt.Sprintf("open object %q", name), handle); err != nil {
		return nil, err
	}
	spec := &CollectionSpec{Maps: map[string]*MapSpec{}, Programs: map[string]*ProgramSpec{}, handle: handle}
	for part := imports.BpfObject_NextMap(handle, 0); part > 0; part = imports.BpfObject_NextMap(handle, part) {
		spec.Maps[nameOfMap(part)] = newMapSpec(part)
	}
	for part := imports.BpfObject_NextProgram(handle, 0); part > 0; part = imports.BpfObject_NextProgram(handle, part) {
		spec.Programs[nameOfProgram(part)] = newProgramSpec(part)
	}
	return spec, nil
}

// Close frees an object that is not loaded. NewCollection takes it over.
func (s *CollectionSpec) Close() error {
	if s.handle != 0 {
		imports.BpfObject_Close(s.handle)
		s.handle = 0
	}
	return nil
}

// Collection is an object in the kernel.
type Collection struct {
	Maps     map[string]*Map
	Programs map[string]*Program
	handle   int32
}

// NewCollection loads the object into the kernel. The spec must not be used afterwards.
func NewCollection(spec *CollectionSpec) (*Collection, error) {
	for _, one := range spec.Maps {
		if err := one.apply(); err != nil {
			return nil, err
		}
	}
	for _, one := range spec.Programs {
		if err := one.apply(); err != nil {
			return nil, err
		}
	}
	if err := Check("load the object", imports.BpfObject_Load(spec.handle)); err != nil {
		return nil, err
	}
	collection := &Collection{Maps: map[string]*Map{}, Programs: map[string]*Program{}, handle: spec.handle}
	spec.handle = 0
	for name, one := range spec.Maps {
		if loaded := newMap(one.handle, name); loaded != nil {
			collection.Maps[name] = loaded
		}
	}
	for name, one := range spec.Programs {
		if fd := imports.BpfProgram_Fd(one.handle); fd >= 0 {
			collection.Programs[name] = &Program{name: name, section: one.SectionName, handle: one.handle, fd: fd}
		}
	}
	return collection, nil
}

// Close detaches the object's programs, and frees its maps.
func (c *Collection) Close() {
	if c.handle != 0 {
		imports.BpfObject_Close(c.handle)
		c.handle = 0
	}
}

// ProgramSpec is a program before load.
type ProgramSpec struct {
	Name        string
	SectionName string
	// AttachTo replaces the function that a tracing program attaches to, if it is not "".
	AttachTo string
	// Autoload is false for a program that is not loaded with the object.
	Autoload bool
	handle   int32
}

func newProgramSpec(handle int32) *ProgramSpec {
	section := cstring.Read(func(buffer unsafe.Pointer, size uint32) int32 {
		return imports.BpfProgram_SectionName(handle, buffer, size)
	})
	return &ProgramSpec{
		Name:        nameOfProgram(handle),
		SectionName: section,
		Autoload:    imports.BpfProgram_Autoload(handle) != 0,
		handle:      handle,
	}
}

func (s *ProgramSpec) apply() error {
	autoload := int32(0)
	if s.Autoload {
		autoload = 1
	}
	operation := fmt.Sprintf("prepare program %q", s.Name)
	if err := Check(operation, imports.BpfProgram_SetAutoload(s.handle, autoload)); err != nil {
		return err
	}
	if s.AttachTo == "" {
		return nil
	}
	return Check(operation, imports.BpfProgram_SetAttachTarget(s.handle, 0, cstring.Of(s.AttachTo)))
}

// Program is a program in the kernel.
type Program struct {
	name, section string
	handle, fd    int32
}

// FD returns the number that names the program in other calls.
func (p *Program) FD() int { return int(p.fd) }

// Handle returns libbpf's program, for package link.
func (p *Program) Handle() int32 { return p.handle }

// Name returns the name of the program's function.
func (p *Program) Name() string { return p.name }

// Section returns the section, which says where the program attaches.
func (p *Program) Section() string { return p.section }

func nameOfProgram(handle int32) string {
	return cstring.Read(func(buffer unsafe.Pointer, size uint32) int32 {
		return imports.BpfProgram_Name(handle, buffer, size)
	})
}
