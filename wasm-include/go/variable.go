// SPDX-License-Identifier: MIT

package ebpf

import (
	"fmt"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
)

// VariableSpec is a global variable before load.
type VariableSpec struct {
	name         string
	section      *MapSpec
	offset, size int
}

// Set changes the value with which the object is loaded. The value has the variable's size, or is a []byte of that size.
func (s *VariableSpec) Set(value any) error {
	bytes := s.section.sectionBytes()
	if bytes == nil {
		return failure.Of(failure.EOPNOTSUPP, "its value is not in the object (for __kconfig, use CollectionOptions.Kconfig)",
			"set variable %q", s.name)
	}
	encoded, err := encode(value, s.size)
	if err != nil {
		return fmt.Errorf("Cannot set variable %q: %w", s.name, err)
	}
	copy(bytes[s.offset:s.offset+s.size], encoded)
	return nil
}

// Get reads the value with which the object is loaded.
func (s *VariableSpec) Get(out any) error {
	bytes := s.section.sectionBytes()
	if bytes == nil {
		return failure.Of(failure.EOPNOTSUPP, "its value is not in the object", "get variable %q", s.name)
	}
	if err := decode(bytes[s.offset:s.offset+s.size], out); err != nil {
		return fmt.Errorf("Cannot get variable %q: %w", s.name, err)
	}
	return nil
}

// Size returns the size in bytes.
func (s *VariableSpec) Size() uint64 { return uint64(s.size) }

// Offset returns the distance from the section's begin, in bytes.
func (s *VariableSpec) Offset() uint64 { return uint64(s.offset) }

// MapName returns the section: ".rodata".
func (s *VariableSpec) MapName() string { return s.section.Name }

// Constant is true for a variable that nobody can change after load.
func (s *VariableSpec) Constant() bool { return s.section.isReadOnly() }

// String describes the variable for messages.
func (s *VariableSpec) String() string {
	return fmt.Sprintf("%s in %s (%d bytes)", s.name, s.MapName(), s.size)
}

// Variable is a global variable of an object in the kernel.
type Variable struct {
	name         string
	section      *sharedSection
	offset, size int
}

// Get reads the value.
func (v *Variable) Get(out any) error {
	bytes, err := v.bytes()
	if err == nil {
		err = decode(bytes, out)
	}
	if err != nil {
		return fmt.Errorf("Cannot get variable %q: %w", v.name, err)
	}
	return nil
}

// Set changes the value. Programs see it at once. The error is ErrReadOnly for a constant.
func (v *Variable) Set(value any) error {
	if v.ReadOnly() {
		return fmt.Errorf("Cannot set variable %q: %w", v.name, ErrReadOnly)
	}
	encoded, err := encode(value, v.size)
	if err == nil {
		var bytes []byte
		if bytes, err = v.section.share(); err == nil {
			copy(bytes[v.offset:v.offset+v.size], encoded)
			return nil
		}
	}
	return fmt.Errorf("Cannot set variable %q: %w", v.name, err)
}

// ReadOnly is true for a constant.
func (v *Variable) ReadOnly() bool { return !v.section.isMapped() }

// Size returns the size in bytes.
func (v *Variable) Size() uint64 { return uint64(v.size) }

// String describes the variable for messages.
func (v *Variable) String() string {
	return fmt.Sprintf("%s in %s (%d bytes)", v.name, v.section.target.name, v.size)
}

// VariablePointer returns the address of a variable in the memory that the guest and the kernel share. Package sync/atomic works on it,
// also against changes by programs. It must not be used after the object is closed. T has the variable's size, and no Go pointers.
func VariablePointer[T comparable](v *Variable) (*T, error) {
	var zero T
	if size := int(unsafe.Sizeof(zero)); size != v.size {
		return nil, fmt.Errorf("Cannot use variable %q: %T has %d bytes, not %d", v.name, zero, size, v.size)
	}
	if v.ReadOnly() {
		return nil, fmt.Errorf("Cannot use variable %q: %w", v.name, ErrReadOnly)
	}
	bytes, err := v.section.share()
	if err != nil {
		return nil, fmt.Errorf("Cannot use variable %q: %w", v.name, err)
	}
	return (*T)(unsafe.Pointer(&bytes[v.offset])), nil
}

func (v *Variable) bytes() ([]byte, error) {
	if v.section.isMapped() {
		bytes, err := v.section.share()
		if err != nil {
			return nil, err
		}
		return bytes[v.offset : v.offset+v.size], nil
	}
	bytes, err := v.section.target.LookupBytes(uint32(0))
	if err == nil && bytes == nil {
		err = ErrKeyNotExist
	}
	if err != nil {
		return nil, err
	}
	return bytes[v.offset : v.offset+v.size], nil
}

// sharedSection is a section of variables. Its memory is the kernel's from the first use on.
type sharedSection struct {
	target *Map
	memory []byte
	kept   []byte
	ended  bool
}

// pageSize is the largest page of any kernel. Memory with this alignment can be shared with every kernel.
const pageSize = 64 << 10

// isMapped is false for constants, whose map is frozen.
func (s *sharedSection) isMapped() bool {
	return s.target.flags&FlagMmapable != 0 && s.target.flags&FlagReadOnlyProg == 0
}

func (s *sharedSection) share() ([]byte, error) {
	if s.memory != nil {
		return s.memory, nil
	}
	if s.ended {
		return nil, errClosedObject
	}
	size := (s.target.valueSize + pageSize - 1) / pageSize * pageSize
	// The collector neither moves nor reads a slice of bytes, so the kernel's memory can take the place of its pages.
	kept := make([]byte, size+pageSize)
	skip := -uintptr(unsafe.Pointer(&kept[0])) & (pageSize - 1)
	at := kept[skip : skip+uintptr(size)]
	result := imports.BpfMapMmap(s.target.fd, unsafe.Pointer(&at[0]), uint32(size))
	if err := failure.Checkf(result, "share section %q", s.target.name); err != nil {
		return nil, err
	}
	s.kept, s.memory = kept, at[:s.target.valueSize]
	return s.memory, nil
}

func (s *sharedSection) end() {
	s.ended = true
	if s.memory != nil {
		imports.BpfMapMunmap(s.target.fd)
		s.memory = nil
	}
}

var errClosedObject = failure.Of(9, "its object is closed", "use a section")
