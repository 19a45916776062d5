// SPDX-License-Identifier: MIT

package ebpf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/cstring"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
)

// MapType is enum bpf_map_type.
type MapType uint32

// MapSpec is a map before load.
type MapSpec struct {
	Name       string
	Type       MapType
	KeySize    uint32
	ValueSize  uint32
	MaxEntries uint32
	// Value has the initial bytes of a section of variables; nil for other maps. Set changes them.
	Value    []byte
	changed  bool
	original uint32
	handle   int32
}

func nameOfMap(handle int32) string {
	return cstring.Read(func(buffer unsafe.Pointer, size uint32) int32 { return imports.BpfMap_Name(handle, buffer, size) })
}

func newMapSpec(handle int32) *MapSpec {
	spec := &MapSpec{
		Name:       nameOfMap(handle),
		Type:       MapType(imports.BpfMap_Type(handle)),
		KeySize:    uint32(imports.BpfMap_KeySize(handle)),
		ValueSize:  uint32(imports.BpfMap_ValueSize(handle)),
		MaxEntries: uint32(imports.BpfMap_MaxEntries(handle)),
		handle:     handle,
	}
	spec.original = spec.MaxEntries
	if imports.BpfMap_IsInternal(handle) != 0 {
		spec.Value = make([]byte, spec.ValueSize)
		if imports.BpfMap_InitialValue(handle, unsafe.Pointer(&spec.Value[0]), spec.ValueSize) <= 0 {
			spec.Value = nil
		}
	}
	return spec
}

// Set changes the initial value of a section of variables. The value is a struct of generated code, of the section's size.
func (s *MapSpec) Set(value any) error {
	encoded, err := encode(value, len(s.Value))
	if err != nil {
		return fmt.Errorf("cannot set variables of %q: %w", s.Name, err)
	}
	copy(s.Value, encoded)
	s.changed = true
	return nil
}

// Get reads the initial value of a section of variables.
func (s *MapSpec) Get(value any) error { return decode(s.Value, value) }

func (s *MapSpec) apply() error {
	operation := fmt.Sprintf("prepare map %q", s.Name)
	if s.changed {
		result := imports.BpfMap_SetInitialValue(s.handle, unsafe.Pointer(&s.Value[0]), uint32(len(s.Value)))
		if err := Check(operation, result); err != nil {
			return err
		}
	}
	if s.MaxEntries == s.original {
		return nil
	}
	return Check(operation, imports.BpfMap_SetMaxEntries(s.handle, int32(s.MaxEntries)))
}

// MapUpdateFlags says when an update may happen.
type MapUpdateFlags uint64

// The flags of updates.
const (
	UpdateAny MapUpdateFlags = iota
	UpdateNoExist
	UpdateExist
)

// Map is a map in the kernel. Keys and values are numbers, arrays and structs of a fixed size without pointers; their bytes are those
// of encoding/binary in little-endian order. Values of per-CPU maps are slices with an element for each possible CPU.
type Map struct {
	name       string
	mapType    MapType
	keySize    int
	valueSize  int
	maxEntries uint32
	cpus       int
	fd         int32
}

// newMap returns nil for a map that was not created.
func newMap(handle int32, name string) *Map {
	fd := imports.BpfMap_Fd(handle)
	if fd < 0 {
		return nil
	}
	m := &Map{
		name:       name,
		mapType:    MapType(imports.BpfMap_Type(handle)),
		keySize:    int(imports.BpfMap_KeySize(handle)),
		valueSize:  int(imports.BpfMap_ValueSize(handle)),
		maxEntries: uint32(imports.BpfMap_MaxEntries(handle)),
		fd:         fd,
	}
	switch m.mapType {
	case 5, 6, 10, 21: // the per-CPU types
		m.cpus = int(imports.LibbpfNumPossibleCpus())
	}
	return m
}

// FD returns the number that names the map in other calls.
func (m *Map) FD() int { return int(m.fd) }

// Name returns the name.
func (m *Map) Name() string { return m.name }

// Type returns the type.
func (m *Map) Type() MapType { return m.mapType }

// MaxEntries returns the number of entries; the bytes of a ring buffer.
func (m *Map) MaxEntries() uint32 { return m.maxEntries }

// Lookup reads the value of a key into valueOut, which is a pointer. The error is ErrKeyNotExist if there is none.
func (m *Map) Lookup(key, valueOut any) error {
	return m.read(key, valueOut, "look up in", imports.BpfMapLookupElem)
}

// LookupAndDelete is as Lookup, and removes the key. The key of a queue or a stack is nil.
func (m *Map) LookupAndDelete(key, valueOut any) error {
	return m.read(key, valueOut, "take from", imports.BpfMapLookupAndDeleteElem)
}

func (m *Map) read(key, valueOut any, verb string, call func(int32, unsafe.Pointer, unsafe.Pointer) int32) error {
	encoded, err := m.encodeKey(key)
	if err != nil {
		return err
	}
	room := make([]byte, m.roomSize())
	result := call(m.fd, pointer(encoded), pointer(room))
	if err := Check(fmt.Sprintf("%s map %q", verb, m.name), result); err != nil {
		return err
	}
	return m.decodeValue(room, valueOut)
}

// Put sets the value of a key.
func (m *Map) Put(key, value any) error { return m.Update(key, value, UpdateAny) }

// Update sets the value of a key. The error is ErrKeyExist or ErrKeyNotExist, as flags say.
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
	return Check(fmt.Sprintf("update map %q", m.name), result)
}

// Delete removes a key. The error is ErrKeyNotExist if there is none.
func (m *Map) Delete(key any) error {
	encoded, err := m.encodeKey(key)
	if err != nil {
		return err
	}
	return Check(fmt.Sprintf("delete from map %q", m.name), imports.BpfMapDeleteElem(m.fd, pointer(encoded)))
}

// Iterate walks through the map. Elements that programs add or remove meanwhile may be missing, or come twice.
func (m *Map) Iterate() *MapIterator { return &MapIterator{target: m} }

// MapIterator walks through a map.
type MapIterator struct {
	target *Map
	last   []byte
	err    error
	ended  bool
}

// Next reads the next element. It returns false at the end, or after an error, which Err returns.
func (i *MapIterator) Next(keyOut, valueOut any) bool {
	for !i.ended {
		next := make([]byte, i.target.keySize)
		result := imports.BpfMapGetNextKey(i.target.fd, pointer(i.last), pointer(next))
		if err := Check(fmt.Sprintf("walk map %q", i.target.name), result); err != nil {
			i.ended = true
			if !errors.Is(err, ErrKeyNotExist) {
				i.err = err
			}
			return false
		}
		i.last = next
		room := make([]byte, i.target.roomSize())
		result = imports.BpfMapLookupElem(i.target.fd, pointer(next), pointer(room))
		err := Check(fmt.Sprintf("walk map %q", i.target.name), result)
		if errors.Is(err, ErrKeyNotExist) {
			continue // it was removed meanwhile
		}
		if err == nil {
			err = decode(next, keyOut)
		}
		if err == nil {
			err = i.target.decodeValue(room, valueOut)
		}
		i.err, i.ended = err, err != nil
		return err == nil
	}
	return false
}

// Err returns the error that ended the walk; nil at its end.
func (i *MapIterator) Err() error { return i.err }

func (m *Map) roomSize() int {
	if m.cpus == 0 {
		return m.valueSize
	}
	return m.step() * m.cpus
}

// step is the distance between the values of two CPUs.
func (m *Map) step() int { return (m.valueSize + 7) / 8 * 8 }

func (m *Map) encodeKey(key any) ([]byte, error) {
	if m.keySize == 0 {
		return nil, nil
	}
	encoded, err := encode(key, m.keySize)
	if err != nil {
		return nil, fmt.Errorf("cannot use key of map %q: %w", m.name, err)
	}
	return encoded, nil
}

func (m *Map) encodeValue(value any) ([]byte, error) {
	fail := func(err error) ([]byte, error) { return nil, fmt.Errorf("cannot use value of map %q: %w", m.name, err) }
	if m.cpus == 0 {
		encoded, err := encode(value, m.valueSize)
		if err != nil {
			return fail(err)
		}
		return encoded, nil
	}
	values := reflect.Indirect(reflect.ValueOf(value))
	if values.Kind() != reflect.Slice || values.Len() != m.cpus {
		return fail(fmt.Errorf("it must be a slice of %d elements, one for each possible CPU", m.cpus))
	}
	room := make([]byte, m.roomSize())
	for cpu := range m.cpus {
		encoded, err := encode(values.Index(cpu).Interface(), m.valueSize)
		if err != nil {
			return fail(err)
		}
		copy(room[cpu*m.step():], encoded)
	}
	return room, nil
}

func (m *Map) decodeValue(room []byte, valueOut any) error {
	if m.cpus == 0 {
		return decode(room, valueOut)
	}
	out := reflect.ValueOf(valueOut)
	if out.Kind() != reflect.Pointer || out.Elem().Kind() != reflect.Slice {
		return fmt.Errorf("cannot read value of map %q: it needs a pointer to a slice, with an element for each CPU", m.name)
	}
	values := reflect.MakeSlice(out.Elem().Type(), m.cpus, m.cpus)
	for cpu := range m.cpus {
		at := cpu * m.step()
		if err := decode(room[at:at+m.valueSize], values.Index(cpu).Addr().Interface()); err != nil {
			return err
		}
	}
	out.Elem().Set(values)
	return nil
}

func pointer(data []byte) unsafe.Pointer {
	return unsafe.Pointer(unsafe.SliceData(data))
}

// encode returns the bytes of a value of a fixed size.
func encode(value any, size int) ([]byte, error) {
	if data, ok := value.([]byte); ok {
		if len(data) != size {
			return nil, fmt.Errorf("it has %d bytes, not %d", len(data), size)
		}
		return data, nil
	}
	var buffer bytes.Buffer
	if err := binary.Write(&buffer, binary.LittleEndian, value); err != nil {
		return nil, err
	}
	if buffer.Len() != size {
		return nil, fmt.Errorf("%T has %d bytes, not %d", value, buffer.Len(), size)
	}
	return buffer.Bytes(), nil
}

// decode reads a value of a fixed size.
func decode(data []byte, value any) error {
	if out, ok := value.(*[]byte); ok {
		*out = append([]byte(nil), data...)
		return nil
	}
	if size := binary.Size(value); size != len(data) {
		return fmt.Errorf("%T has %d bytes, not %d", value, size, len(data))
	}
	return binary.Read(bytes.NewReader(data), binary.LittleEndian, value)
}
