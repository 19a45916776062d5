// SPDX-License-Identifier: MIT

// Package ebpf is libbpf for guests of wasm-bpf in Go (GOOS=wasip1): it loads a compiled BPF object, sets its variables, and gives access
// to its maps and programs. Names and signatures are those of github.com/cilium/ebpf where the meaning is the same, so that a program for
// that module needs other import paths. Packages link, ringbuf and perf attach programs and read events.
package ebpf

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strings"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/btf"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/cstring"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/memory"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/messages"
)

// CollectionSpec is an object that is not in the kernel yet. Its maps, programs and variables can be changed. A program that is deleted
// from Programs is not loaded.
type CollectionSpec struct {
	// Maps has the maps by name, and sections of variables by theirs: ".rodata", ".bss", ".kconfig".
	Maps      map[string]*MapSpec
	Programs  map[string]*ProgramSpec
	Variables map[string]*VariableSpec
	object    []byte
	opened    *openedObject
}

// openedObject is libbpf's object before load. Its handle is 0 after the first load; each later load opens the object again.
type openedObject struct{ handle int32 }

func (o *openedObject) close() {
	if o.handle != 0 {
		imports.BpfObject_Close(o.handle)
		o.handle = 0
	}
}

// openOptions is struct bpf_object_open_opts up to kconfig, in the layout of 64-bit machines.
type openOptions struct {
	size, objectName, relaxedMaps, pinRootPath, unused, kconfig uint64
}

// LoadCollectionSpec opens an object: the ELF file that clang writes. The guest needs --dir for the file.
func LoadCollectionSpec(file string) (*CollectionSpec, error) {
	object, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return loadSpec(object)
}

// LoadCollectionSpecFromReader opens an object: the bytes of an ELF file.
func LoadCollectionSpecFromReader(reader io.ReaderAt) (*CollectionSpec, error) {
	object, err := io.ReadAll(io.NewSectionReader(reader, 0, math.MaxInt64))
	if err != nil {
		return nil, err
	}
	return loadSpec(object)
}

func loadSpec(object []byte) (*CollectionSpec, error) {
	spec := &CollectionSpec{object: bytes.Clone(object)}
	handle, err := open(spec.object, "")
	if err != nil {
		return nil, err
	}
	spec.opened = &openedObject{handle}
	runtime.AddCleanup(spec, (*openedObject).close, spec.opened)
	spec.readParts()
	if err := spec.readVariables(); err != nil {
		spec.Close()
		return nil, err
	}
	return spec, nil
}

func open(object []byte, kconfig string) (int32, error) {
	messages.Listen()
	if len(object) == 0 {
		return 0, failure.Of(failure.EINVAL, "it has no bytes", "open the object")
	}
	var kept memory.Kept
	options := openOptions{kconfig: memory.Text(&kept, kconfig)}
	handle := memory.Options(&kept, options, func(options unsafe.Pointer) int32 {
		return imports.BpfObject_OpenMem(unsafe.Pointer(&object[0]), uint32(len(object)), options)
	})
	return handle, failure.Check("open the object", handle)
}

func (s *CollectionSpec) readParts() {
	s.Maps, s.Programs = map[string]*MapSpec{}, map[string]*ProgramSpec{}
	for _, part := range mapsOf(s.opened.handle) {
		spec := newMapSpec(part)
		s.Maps[spec.Name] = spec
	}
	for _, part := range programsOf(s.opened.handle) {
		spec := newProgramSpec(part)
		s.Programs[spec.Name] = spec
	}
}

func (s *CollectionSpec) readVariables() error {
	s.Variables = map[string]*VariableSpec{}
	size := imports.BpfObject_Btf(s.opened.handle, nil, 0)
	if size <= 0 {
		messages.Take()
		return nil // without BTF there are no names
	}
	raw := make([]byte, size)
	imports.BpfObject_Btf(s.opened.handle, unsafe.Pointer(&raw[0]), uint32(size))
	variables, err := btf.Variables(raw)
	if err != nil {
		return fmt.Errorf("Cannot read variables of the object: %w", err)
	}
	for _, variable := range variables {
		section := s.Maps[variable.Section]
		if section == nil || uint64(variable.Offset)+uint64(variable.Size) > uint64(section.ValueSize) {
			continue
		}
		s.Variables[variable.Name] = &VariableSpec{
			name: variable.Name, section: section, offset: int(variable.Offset), size: int(variable.Size),
		}
	}
	return nil
}

// Copy returns a spec with the same changes. Changes of one do not change the other.
func (s *CollectionSpec) Copy() *CollectionSpec {
	if s == nil {
		return nil
	}
	copied := &CollectionSpec{
		object: s.object, opened: &openedObject{}, Maps: map[string]*MapSpec{}, Programs: map[string]*ProgramSpec{}, Variables: map[string]*VariableSpec{},
	}
	sections := map[*MapSpec]*MapSpec{}
	for name, spec := range s.Maps {
		copied.Maps[name] = spec.Copy()
		sections[spec] = copied.Maps[name]
	}
	for name, spec := range s.Programs {
		copied.Programs[name] = spec.Copy()
	}
	for name, spec := range s.Variables {
		variable := *spec
		if section := sections[spec.section]; section != nil {
			variable.section = section
		} else {
			variable.section = spec.section.Copy()
		}
		copied.Variables[name] = &variable
	}
	return copied
}

// RewriteConstants sets constants by name. Variables does the same for any variable.
func (s *CollectionSpec) RewriteConstants(constants map[string]any) error {
	for name, value := range constants {
		variable := s.Variables[name]
		if variable == nil || !variable.Constant() {
			return fmt.Errorf("Cannot set constant %q: %w", name, ErrNotExist)
		}
		if err := variable.Set(value); err != nil {
			return err
		}
	}
	return nil
}

// Close frees an object that is not loaded. Without it, the object is freed some time after its last use.
func (s *CollectionSpec) Close() error {
	s.opened.close()
	return nil
}

// take returns an opened object for a collection.
func (s *CollectionSpec) take(kconfig string) (int32, error) {
	if kconfig != "" {
		s.opened.close()
	}
	if s.opened.handle == 0 {
		return open(s.object, kconfig)
	}
	handle := s.opened.handle
	s.opened.handle = 0
	return handle, nil
}

func mapsOf(object int32) (parts []int32) {
	for part := imports.BpfObject_NextMap(object, 0); part > 0; part = imports.BpfObject_NextMap(object, part) {
		parts = append(parts, part)
	}
	return parts
}

func programsOf(object int32) (parts []int32) {
	for part := imports.BpfObject_NextProgram(object, 0); part > 0; part = imports.BpfObject_NextProgram(object, part) {
		parts = append(parts, part)
	}
	return parts
}

func nameOfProgram(handle int32) string {
	return cstring.Read(func(buffer unsafe.Pointer, size uint32) int32 {
		return imports.BpfProgram_Name(handle, buffer, size)
	})
}

// nameOfMap returns ".bss" for the section that libbpf calls "tool.bss".
func nameOfMap(handle int32) string {
	name := cstring.Read(func(buffer unsafe.Pointer, size uint32) int32 { return imports.BpfMap_Name(handle, buffer, size) })
	if imports.BpfMap_IsInternal(handle) == 0 {
		return name
	}
	for _, section := range []string{".rodata", ".data", ".bss", ".kconfig"} {
		if strings.HasSuffix(name, section) {
			return section
		}
	}
	return name
}
