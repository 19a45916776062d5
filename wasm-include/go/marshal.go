// SPDX-License-Identifier: MIT

package ebpf

import (
	"bytes"
	"encoding"
	"encoding/binary"
	"fmt"
	"reflect"
	"unsafe"
)

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
		return nil, fmt.Errorf("Cannot use key of map %q: %w", m.name, err)
	}
	return encoded, nil
}

func (m *Map) encodeValue(value any) ([]byte, error) {
	encoded, err := m.encodedValue(value)
	if err != nil {
		return nil, fmt.Errorf("Cannot use value of map %q: %w", m.name, err)
	}
	return encoded, nil
}

func (m *Map) encodedValue(value any) ([]byte, error) {
	if m.cpus == 0 {
		return encode(value, m.valueSize)
	}
	values := reflect.Indirect(reflect.ValueOf(value))
	if values.Kind() != reflect.Slice || values.Len() != m.cpus {
		return nil, fmt.Errorf("it must be a slice of %d elements, one for each possible CPU", m.cpus)
	}
	room := make([]byte, m.roomSize())
	for cpu := range m.cpus {
		encoded, err := encode(values.Index(cpu).Interface(), m.valueSize)
		if err != nil {
			return nil, err
		}
		copy(room[cpu*m.step():], encoded)
	}
	return room, nil
}

func (m *Map) decodeValue(room []byte, valueOut any) error {
	if err := m.decodedValue(room, valueOut); err != nil {
		return fmt.Errorf("Cannot read value of map %q: %w", m.name, err)
	}
	return nil
}

func (m *Map) decodedValue(room []byte, valueOut any) error {
	switch valueOut.(type) {
	case **Map, **Program:
		return fmt.Errorf("the kernel returns a number of it, and only its owner can open it (hint: keep the %T)",
			reflect.ValueOf(valueOut).Elem().Interface())
	}
	if m.cpus == 0 {
		return decode(room, valueOut)
	}
	out := reflect.ValueOf(valueOut)
	if out.Kind() != reflect.Pointer || out.Elem().Kind() != reflect.Slice {
		return fmt.Errorf("it needs a pointer to a slice, which gets an element for each CPU")
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

func pointer(data []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(data)) }

// encode returns the bytes of a value of a fixed size.
func encode(value any, size int) ([]byte, error) {
	data, err := bytesOf(value)
	if err == nil && len(data) != size {
		err = fmt.Errorf("%T has %d bytes, not %d", value, len(data), size)
	}
	return data, err
}

func bytesOf(value any) ([]byte, error) {
	switch value := value.(type) {
	case []byte:
		return value, nil
	case string:
		return []byte(value), nil
	case *Map:
		return binary.LittleEndian.AppendUint32(nil, uint32(value.fd)), nil
	case *Program:
		return binary.LittleEndian.AppendUint32(nil, uint32(value.fd)), nil
	case encoding.BinaryMarshaler:
		return value.MarshalBinary()
	case int, uint, uintptr:
		return nil, fmt.Errorf("%T has no fixed size (hint: uint32, uint64 or another type with one)", value)
	}
	var buffer bytes.Buffer
	if err := binary.Write(&buffer, binary.LittleEndian, value); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

// decode reads a value of a fixed size. A nil value is skipped.
func decode(data []byte, value any) error {
	switch value := value.(type) {
	case nil:
		return nil
	case *[]byte:
		*value = bytes.Clone(data)
		return nil
	case *string:
		*value = string(data)
		return nil
	case encoding.BinaryUnmarshaler:
		return value.UnmarshalBinary(bytes.Clone(data))
	case []byte:
		copy(value, data)
		return nil
	case *int, *uint, *uintptr:
		return fmt.Errorf("%T has no fixed size (hint: *uint32, *uint64 or another type with one)", value)
	}
	if size := sizeOf(value); size != len(data) {
		return fmt.Errorf("%T has %d bytes, not %d", value, size, len(data))
	}
	_, err := binary.Decode(data, binary.LittleEndian, value)
	return err
}

// decodeSlice reads the first count elements of a slice.
func decodeSlice(data []byte, out any, count int) error {
	return decode(data, reflect.ValueOf(out).Slice(0, count).Interface())
}

// sizeOf returns the size of a value, or of that to which it points; -1 if it has none.
func sizeOf(value any) int {
	if data, ok := value.([]byte); ok {
		return len(data)
	}
	return binary.Size(value)
}
