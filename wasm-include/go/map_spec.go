// SPDX-License-Identifier: MIT

package ebpf

import (
	"bytes"
	"fmt"
	"syscall"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/cstring"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/memory"
)

// MapOptions changes how maps are loaded.
type MapOptions struct {
	// PinPath is the directory for maps with PinByName. The host needs --pin for it.
	PinPath string
}

// MapKV is an element of a map.
type MapKV struct{ Key, Value any }

// MapSpec is a map before load, or one for NewMap.
type MapSpec struct {
	Name       string
	Type       MapType
	KeySize    uint32
	ValueSize  uint32
	MaxEntries uint32
	// Flags are FlagNoPrealloc and others.
	Flags uint32
	// MapExtra is the number of hash functions of a bloom filter.
	MapExtra uint64
	NumaNode uint32
	Pinning  PinType
	// Contents are put into the map when it is loaded. A section of variables has its bytes here.
	Contents []MapKV
	// InnerMap describes the maps that are values of ArrayOfMaps and HashOfMaps.
	InnerMap *MapSpec

	isInternal bool
	section    []byte
	original   *MapSpec
}

func newMapSpec(handle int32) *MapSpec {
	spec := MapSpec{
		Name:       nameOfMap(handle),
		Type:       MapType(imports.BpfMap_Type(handle)),
		KeySize:    uint32(imports.BpfMap_KeySize(handle)),
		ValueSize:  uint32(imports.BpfMap_ValueSize(handle)),
		MaxEntries: uint32(imports.BpfMap_MaxEntries(handle)),
		Flags:      uint32(imports.BpfMap_MapFlags(handle)),
		MapExtra:   uint64(imports.BpfMap_MapExtra(handle)),
		NumaNode:   uint32(imports.BpfMap_NumaNode(handle)),
		isInternal: imports.BpfMap_IsInternal(handle) != 0,
	}
	if hasPin(handle) {
		spec.Pinning = PinByName
	}
	if spec.isInternal && spec.ValueSize > 0 && spec.Name != kconfigSection {
		value := make([]byte, spec.ValueSize)
		if imports.BpfMap_InitialValue(handle, unsafe.Pointer(&value[0]), spec.ValueSize) > 0 {
			spec.section = value
		}
	}
	if inner := imports.BpfMap_InnerMap(handle); inner > 0 {
		spec.InnerMap = newMapSpec(inner)
	}
	original := spec
	original.section = bytes.Clone(spec.section)
	spec.original = &original
	if spec.section != nil {
		spec.Contents = []MapKV{{uint32(0), spec.section}}
	}
	return &spec
}

// kconfigSection has variables that libbpf sets from the kernel's configuration.
const kconfigSection = ".kconfig"

func hasPin(handle int32) bool {
	return cstring.Read(func(buffer unsafe.Pointer, size uint32) int32 { return imports.BpfMap_PinPath(handle, buffer, size) }) != ""
}

// sectionBytes are the bytes of a section of variables, which can be changed; nil for other maps.
func (s *MapSpec) sectionBytes() []byte {
	if !s.isInternal || len(s.Contents) != 1 {
		return nil
	}
	value, _ := s.Contents[0].Value.([]byte)
	if uint32(len(value)) != s.ValueSize {
		return nil
	}
	return value
}

func (s *MapSpec) isReadOnly() bool { return s.Flags&FlagReadOnlyProg != 0 }

// Copy returns a copy with its own contents.
func (s *MapSpec) Copy() *MapSpec {
	if s == nil {
		return nil
	}
	copied := *s
	copied.Contents = nil
	for _, one := range s.Contents {
		if value, isBytes := one.Value.([]byte); isBytes {
			one.Value = bytes.Clone(value)
		}
		copied.Contents = append(copied.Contents, one)
	}
	copied.InnerMap = s.InnerMap.Copy()
	return &copied
}

// String describes the map for messages.
func (s *MapSpec) String() string {
	return fmt.Sprintf("%s(%s, keySize=%d, valueSize=%d, maxEntries=%d)", s.Type, s.Name, s.KeySize, s.ValueSize, s.MaxEntries)
}

// Compatible returns an error if a map has another type or other sizes than the spec.
func (s *MapSpec) Compatible(m *Map) error {
	if s.Type != m.mapType || int(s.KeySize) != m.keySize || int(s.ValueSize) != m.valueSize || s.MaxEntries != m.maxEntries {
		return fmt.Errorf("Cannot use map %q for %s: %w", m.name, s, ErrMapIncompatible)
	}
	return nil
}

// apply passes changes to libbpf.
func (s *MapSpec) apply(handle int32) error {
	original := s.original
	if original == nil {
		return fmt.Errorf("Cannot load map %q: its spec is not the object's (hint: use CollectionOptions.MapReplacements)", s.Name)
	}
	var results []int32
	change := func(isChanged bool, set func() int32) {
		if isChanged {
			results = append(results, set())
		}
	}
	change(s.Type != original.Type, func() int32 { return imports.BpfMap_SetType(handle, int32(s.Type)) })
	change(s.KeySize != original.KeySize, func() int32 { return imports.BpfMap_SetKeySize(handle, int32(s.KeySize)) })
	change(s.ValueSize != original.ValueSize, func() int32 { return imports.BpfMap_SetValueSize(handle, int32(s.ValueSize)) })
	change(s.MaxEntries != original.MaxEntries, func() int32 { return imports.BpfMap_SetMaxEntries(handle, int32(s.MaxEntries)) })
	change(s.Flags != original.Flags, func() int32 { return imports.BpfMap_SetMapFlags(handle, int32(s.Flags)) })
	change(s.MapExtra != original.MapExtra, func() int32 { return imports.BpfMap_SetMapExtra(handle, int64(s.MapExtra)) })
	change(s.NumaNode != original.NumaNode, func() int32 { return imports.BpfMap_SetNumaNode(handle, int32(s.NumaNode)) })
	section := s.sectionBytes()
	change(section != nil && !bytes.Equal(section, original.section), func() int32 {
		return imports.BpfMap_SetInitialValue(handle, unsafe.Pointer(&section[0]), uint32(len(section)))
	})
	if err := failure.Checkf(minimum(results), "prepare map %q", s.Name); err != nil {
		return err
	}
	if inner := imports.BpfMap_InnerMap(handle); inner > 0 && s.InnerMap != nil {
		return s.InnerMap.apply(inner)
	}
	return nil
}

// putContents fills a loaded map. libbpf has filled sections of variables.
func (m *Map) putContents(spec *MapSpec) error {
	if spec == nil || spec.isInternal {
		return nil
	}
	for _, one := range spec.Contents {
		if err := m.Put(one.Key, one.Value); err != nil {
			return err
		}
	}
	return nil
}

// mapCreateOptions is struct bpf_map_create_opts up to numa_node, in the layout of 64-bit machines.
type mapCreateOptions struct {
	size                                                      uint64
	btf, keyType, valueType, kernelValueType, innerMap, flags uint32
	extra                                                     uint64
	numaNode, ifindex                                         uint32
}

// NewMap creates a map without an object: for example an inner map.
func NewMap(spec *MapSpec) (*Map, error) {
	keySize, valueSize := spec.KeySize, spec.ValueSize
	options := mapCreateOptions{flags: spec.Flags, extra: spec.MapExtra, numaNode: spec.NumaNode}
	switch spec.Type {
	case ArrayOfMaps, HashOfMaps:
		if spec.InnerMap == nil {
			return nil, failure.Of(failure.EINVAL, "InnerMap is not set", "create map %q", spec.Name)
		}
		inner, err := NewMap(spec.InnerMap)
		if err != nil {
			return nil, err
		}
		defer inner.Close()
		options.innerMap = uint32(inner.fd)
		valueSize = 4
	case PerfEventArray, ProgramArray:
		keySize, valueSize = 4, 4
	}
	maxEntries := spec.MaxEntries
	if spec.Type == PerfEventArray && maxEntries == 0 {
		maxEntries = uint32(max(1, imports.LibbpfNumPossibleCpus()))
	}
	var kept memory.Kept
	fd := memory.Options(&kept, options, func(at unsafe.Pointer) int32 {
		name := cstring.Of(spec.Name)
		return imports.BpfMapCreate(int32(spec.Type), name, int32(keySize), int32(valueSize), int32(maxEntries), at)
	})
	if err := failure.Checkf(fd, "create map %q", spec.Name); err != nil {
		return nil, err
	}
	created := newMap(Map{
		name: spec.Name, mapType: spec.Type, keySize: int(keySize), valueSize: int(valueSize), maxEntries: maxEntries,
		flags: spec.Flags, fd: fd,
	})
	if err := created.putContents(spec); err != nil {
		syscall.Close(int(fd))
		return nil, err
	}
	return created, nil
}

// LoadPinnedMap opens a pinned map. options may be nil. The host needs --pin or --allow-pin for the directory.
func LoadPinnedMap(fileName string, options *LoadPinOptions) (*Map, error) {
	fd := imports.BpfObjGet(cstring.Of(fileName))
	if err := failure.Checkf(fd, "open pinned map %q", fileName); err != nil {
		return nil, err
	}
	info, err := (&Map{fd: fd}).Info()
	if err != nil {
		syscall.Close(int(fd))
		return nil, err
	}
	return newMap(Map{
		name: info.Name, mapType: info.Type, keySize: int(info.KeySize), valueSize: int(info.ValueSize),
		maxEntries: info.MaxEntries, flags: info.Flags, fd: fd, pin: fileName,
	}), nil
}
