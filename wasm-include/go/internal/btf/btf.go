// SPDX-License-Identifier: MIT

// Package btf finds the global variables of an object in its type information.
package btf

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// Variable is a global variable.
type Variable struct {
	Name    string
	Section string
	Offset  uint32
	Size    uint32
}

const (
	magic      = 0xeb9f
	headerSize = 24
	typeSize   = 12
	memberSize = 12

	kindInt      = 1
	kindArray    = 3
	kindStruct   = 4
	kindUnion    = 5
	kindEnum     = 6
	kindProto    = 13
	kindVariable = 14
	kindSection  = 15
	kindDeclTag  = 17
	kindEnum64   = 19

	linkageStatic = 0
)

var errDamaged = errors.New("BTF is damaged")

// reader is a BTF section, divided into its parts.
type reader struct {
	types, strings []byte
	variables      map[uint32]Variable
	sections       []section
}

type section struct {
	name    string
	entries []byte
}

// Variables returns the variables that are not static, from the bytes of a BTF section.
func Variables(raw []byte) ([]Variable, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	r, err := divide(raw)
	if err != nil {
		return nil, err
	}
	if err := r.readTypes(); err != nil {
		return nil, err
	}
	var found []Variable
	for _, section := range r.sections {
		for at := 0; at+memberSize <= len(section.entries); at += memberSize {
			variable, isKnown := r.variables[word(section.entries, at)]
			if !isKnown {
				continue
			}
			variable.Section = section.name
			variable.Offset = word(section.entries, at+4)
			variable.Size = word(section.entries, at+8)
			found = append(found, variable)
		}
	}
	return found, nil
}

func divide(raw []byte) (*reader, error) {
	if len(raw) < headerSize || binary.LittleEndian.Uint16(raw) != magic {
		return nil, errDamaged
	}
	length := word(raw, 4)
	types, strings := part(raw, length, word(raw, 8), word(raw, 12)), part(raw, length, word(raw, 16), word(raw, 20))
	if types == nil || strings == nil {
		return nil, errDamaged
	}
	return &reader{types: types, strings: strings, variables: map[uint32]Variable{}}, nil
}

func part(raw []byte, header, offset, size uint32) []byte {
	from := uint64(header) + uint64(offset)
	if from+uint64(size) > uint64(len(raw)) {
		return nil
	}
	return raw[from : from+uint64(size) : from+uint64(size)]
}

func (r *reader) readTypes() error {
	at := 0
	for id := uint32(1); at < len(r.types); id++ {
		if at+typeSize > len(r.types) {
			return errDamaged
		}
		name, info := word(r.types, at), word(r.types, at+4)
		kind, count := info>>24&0x1f, int(info&0xffff)
		end := at + typeSize + tailSize(kind, count)
		if end > len(r.types) {
			return errDamaged
		}
		switch tail := r.types[at+typeSize : end]; kind {
		case kindVariable:
			if word(tail, 0) != linkageStatic {
				r.variables[id] = Variable{Name: r.text(name)}
			}
		case kindSection:
			r.sections = append(r.sections, section{r.text(name), tail})
		}
		at = end
	}
	return nil
}

// tailSize returns the number of bytes that follow a type of this kind.
func tailSize(kind uint32, count int) int {
	switch kind {
	case kindInt, kindVariable, kindDeclTag:
		return 4
	case kindArray:
		return 12
	case kindStruct, kindUnion, kindSection, kindEnum64:
		return count * memberSize
	case kindEnum, kindProto:
		return count * 8
	}
	return 0
}

func (r *reader) text(offset uint32) string {
	if offset >= uint32(len(r.strings)) {
		return ""
	}
	text := r.strings[offset:]
	if end := bytes.IndexByte(text, 0); end >= 0 {
		text = text[:end]
	}
	return string(text)
}

func word(data []byte, at int) uint32 { return binary.LittleEndian.Uint32(data[at:]) }
