// SPDX-License-Identifier: MIT

package ebpf

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/cstring"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
)

// MapUpdateFlags says when an update may happen.
type MapUpdateFlags uint64

// The flags of updates.
const (
	UpdateAny     MapUpdateFlags = iota
	UpdateNoExist MapUpdateFlags = 1 << (iota - 1)
	UpdateExist
	UpdateLock
)

// MapLookupFlags changes a lookup.
type MapLookupFlags uint64

// LookupLock reads the value under its spin lock.
const LookupLock MapLookupFlags = 4

// Map is a map in the kernel. Keys and values are numbers, arrays and structs of a fixed size without pointers, whose bytes are those of
// encoding/binary in little-endian order; a []byte of the right size; or an encoding.BinaryMarshaler and BinaryUnmarshaler. Values of
// per-CPU maps are slices with an element for each possible CPU. Values of maps of maps and of programs are *Map and *Program.
type Map struct {
	name       string
	mapType    MapType
	keySize    int
	valueSize  int
	maxEntries uint32
	flags      uint32
	cpus       int
	fd         int32
	// handle is libbpf's map, or 0 for one that belongs to no object, which has no owner either.
	handle   int32
	owner    *object
	pin      string
	isClosed bool
}

func newMap(m Map) *Map {
	if m.mapType.isPerCPU() {
		m.cpus = int(imports.LibbpfNumPossibleCpus())
	}
	return &m
}

// newMapOfObject returns nil for a map that was not created.
func newMapOfObject(handle int32, owner *object) *Map {
	fd := imports.BpfMap_Fd(handle)
	if fd < 0 {
		return nil
	}
	owner.references++
	return newMap(Map{
		name:       nameOfMap(handle),
		mapType:    MapType(imports.BpfMap_Type(handle)),
		keySize:    int(imports.BpfMap_KeySize(handle)),
		valueSize:  int(imports.BpfMap_ValueSize(handle)),
		maxEntries: uint32(imports.BpfMap_MaxEntries(handle)),
		flags:      uint32(imports.BpfMap_MapFlags(handle)),
		fd:         fd,
		handle:     handle,
		owner:      owner,
	})
}

// FD returns the number that names the map in other calls.
func (m *Map) FD() int { return int(m.fd) }

// LibbpfMap returns the host's handle of libbpf's map, for package link; 0 for a map that belongs to no object.
func (m *Map) LibbpfMap() int32 { return m.handle }

// Name returns the name.
func (m *Map) Name() string { return m.name }

// Type returns the type.
func (m *Map) Type() MapType { return m.mapType }

// KeySize returns the size of keys in bytes.
func (m *Map) KeySize() uint32 { return uint32(m.keySize) }

// ValueSize returns the size of a value in bytes; in a per-CPU map, for one CPU.
func (m *Map) ValueSize() uint32 { return uint32(m.valueSize) }

// MaxEntries returns the number of entries; the bytes of a ring buffer.
func (m *Map) MaxEntries() uint32 { return m.maxEntries }

// Flags returns the flags with which the map was created.
func (m *Map) Flags() uint32 { return m.flags }

// String describes the map for messages.
func (m *Map) String() string { return fmt.Sprintf("%s(%s)#%d", m.mapType, m.name, m.fd) }

// Close closes the map. Programs that use it keep it in the kernel.
func (m *Map) Close() error {
	if m == nil || m.isClosed {
		return nil
	}
	m.isClosed = true
	return closePart(m.owner, m.fd)
}

// Freeze forbids changes by the guest.
func (m *Map) Freeze() error {
	return failure.Checkf(imports.BpfMapFreeze(m.fd), "freeze map %q", m.name)
}

// Pin gives the map a name in the BPF file system, under which it stays when the guest ends.
func (m *Map) Pin(fileName string) error {
	result := int32(0)
	if m.handle != 0 {
		result = imports.BpfMap_Pin(m.handle, cstring.Of(fileName))
	} else {
		result = imports.BpfObjPin(m.fd, cstring.Of(fileName))
	}
	if err := failure.Checkf(result, "pin map %q", m.name); err != nil {
		return err
	}
	m.pin = fileName
	return nil
}

// Unpin removes the map's pin.
func (m *Map) Unpin() error {
	if m.handle == 0 {
		return failure.Of(failure.EOPNOTSUPP, "only a map of an object can", "unpin map %q", m.name)
	}
	var pin unsafe.Pointer
	if m.pin != "" {
		pin = cstring.Of(m.pin)
	}
	if err := failure.Checkf(imports.BpfMap_Unpin(m.handle, pin), "unpin map %q", m.name); err != nil {
		return err
	}
	m.pin = ""
	return nil
}

// IsPinned reports if the map has a pin.
func (m *Map) IsPinned() bool {
	return m.pin != "" || m.handle != 0 && imports.BpfMap_IsPinned(m.handle) > 0
}

// Lookup reads the value of a key into valueOut, which is a pointer. The error is ErrKeyNotExist if there is none.
func (m *Map) Lookup(key, valueOut any) error { return m.LookupWithFlags(key, valueOut, 0) }

// LookupWithFlags is as Lookup, with flags.
func (m *Map) LookupWithFlags(key, valueOut any, flags MapLookupFlags) error {
	return m.read(key, valueOut, "look up in map %q", func(fd int32, key, value unsafe.Pointer) int32 {
		return imports.BpfMapLookupElemFlags(fd, key, value, int64(flags))
	})
}

// LookupBytes returns the bytes of a value, nil if there is none.
func (m *Map) LookupBytes(key any) ([]byte, error) {
	var value []byte
	encoded, err := m.encodeKey(key)
	if err != nil {
		return nil, err
	}
	value = make([]byte, m.roomSize())
	err = failure.Checkf(imports.BpfMapLookupElem(m.fd, pointer(encoded), pointer(value)), "look up in map %q", m.name)
	if errors.Is(err, ErrKeyNotExist) {
		return nil, nil
	}
	return value, err
}

// LookupAndDelete is as Lookup, and removes the key. The key of a queue or a stack is nil.
func (m *Map) LookupAndDelete(key, valueOut any) error {
	return m.read(key, valueOut, "take from map %q", imports.BpfMapLookupAndDeleteElem)
}

// LookupAndDeleteWithFlags is as LookupAndDelete, with flags.
func (m *Map) LookupAndDeleteWithFlags(key, valueOut any, flags MapLookupFlags) error {
	return m.read(key, valueOut, "take from map %q", func(fd int32, key, value unsafe.Pointer) int32 {
		return imports.BpfMapLookupAndDeleteElemFlags(fd, key, value, int64(flags))
	})
}

func (m *Map) read(key, valueOut any, operation string, call func(int32, unsafe.Pointer, unsafe.Pointer) int32) error {
	encoded, err := m.encodeKey(key)
	if err != nil {
		return err
	}
	room := make([]byte, m.roomSize())
	if m.mapType == BloomFilter {
		// The value is the question, not the answer.
		question, err := m.encodeValue(valueOut)
		if err != nil {
			return err
		}
		copy(room, question)
	}
	if err := failure.Checkf(call(m.fd, pointer(encoded), pointer(room)), operation, m.name); err != nil {
		return err
	}
	return m.decodeValue(room, valueOut)
}

// Put sets the value of a key.
func (m *Map) Put(key, value any) error { return m.Update(key, value, UpdateAny) }

// Update sets the value of a key. The error is ErrKeyExist or ErrKeyNotExist, as flags say. The key of a queue or a stack is nil.
func (m *Map) Update(key, value any, flags MapUpdateFlags) error {
	encoded, err := m.encodeKey(key)
	if err != nil {
		return err
	}
	room, err := m.encodeValue(value)
	if err != nil {
		return err
	}
	result := imports.BpfMapUpdateElem(m.fd, pointer(encoded), pointer(room), int64(flags))
	return failure.Checkf(result, "update map %q", m.name)
}

// Delete removes a key. The error is ErrKeyNotExist if there is none.
func (m *Map) Delete(key any) error {
	encoded, err := m.encodeKey(key)
	if err != nil {
		return err
	}
	return failure.Checkf(imports.BpfMapDeleteElem(m.fd, pointer(encoded)), "delete from map %q", m.name)
}

// NextKey reads the key after key into nextKeyOut, or the first key if key is nil. The error is ErrKeyNotExist after the last key.
func (m *Map) NextKey(key, nextKeyOut any) error {
	next, err := m.NextKeyBytes(key)
	if err != nil {
		return err
	}
	if next == nil {
		return fmt.Errorf("Cannot walk map %q: %w", m.name, ErrKeyNotExist)
	}
	return decode(next, nextKeyOut)
}

// NextKeyBytes returns the bytes of the key after key, or of the first key if key is nil; nil after the last key.
func (m *Map) NextKeyBytes(key any) ([]byte, error) {
	var encoded []byte
	var err error
	if key != nil {
		if encoded, err = m.encodeKey(key); err != nil {
			return nil, err
		}
	}
	next := make([]byte, m.keySize)
	err = failure.Checkf(imports.BpfMapGetNextKey(m.fd, pointer(encoded), pointer(next)), "walk map %q", m.name)
	if errors.Is(err, ErrKeyNotExist) {
		return nil, nil
	}
	return next, err
}

// ErrMapIncompatible is the error of MapSpec.Compatible.
var ErrMapIncompatible = errors.New("map spec is incompatible with existing map")
