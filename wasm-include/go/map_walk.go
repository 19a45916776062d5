// SPDX-License-Identifier: MIT

package ebpf

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/memory"
)

// Iterate walks through the map. Elements that somebody adds or removes meanwhile may be missing, or come twice. If the current key is
// removed, the kernel begins anew; after as many keys as the map can have, Next ends with ErrIterationAborted.
func (m *Map) Iterate() *MapIterator { return &MapIterator{target: m} }

// MapIterator walks through a map.
type MapIterator struct {
	target *Map
	last   []byte
	count  uint32
	err    error
	ended  bool
}

// Next reads the next element. It returns false at the end, or after an error, which Err returns.
func (i *MapIterator) Next(keyOut, valueOut any) bool {
	for !i.ended {
		key, value, err := i.step()
		if errors.Is(err, ErrKeyNotExist) {
			continue // it was removed meanwhile
		}
		if err == nil && key == nil {
			i.ended = true
			return false
		}
		if err == nil {
			err = decode(key, keyOut)
		}
		if err == nil {
			err = i.target.decodeValue(value, valueOut)
		}
		i.err, i.ended = err, err != nil
		return err == nil
	}
	return false
}

// step returns the next key and its value; a nil key at the end.
func (i *MapIterator) step() (key, value []byte, err error) {
	var last any
	if i.last != nil {
		last = i.last
	}
	key, err = i.target.NextKeyBytes(last)
	if key == nil || err != nil {
		return nil, nil, err
	}
	if i.count++; i.count > i.target.maxEntries {
		return nil, nil, fmt.Errorf("Cannot walk map %q: %w", i.target.name, ErrIterationAborted)
	}
	i.last = key
	value = make([]byte, i.target.roomSize())
	err = failure.Checkf(imports.BpfMapLookupElem(i.target.fd, pointer(key), pointer(value)), "walk map %q", i.target.name)
	return key, value, err
}

// Err returns the error that ended the walk; nil at its end.
func (i *MapIterator) Err() error { return i.err }

// MapBatchCursor keeps the place in a map between calls of BatchLookup. Its zero value is the map's begin.
type MapBatchCursor struct{ at []byte }

// BatchOptions changes batches.
type BatchOptions struct{ ElemFlags, Flags uint64 }

// batchOptions is struct bpf_map_batch_opts.
type batchOptions struct{ size, elementFlags, flags uint64 }

// BatchLookup reads elements into keysOut and valuesOut, which are slices of the same length, with one system call. It returns their
// number. The error is ErrKeyNotExist when the map ends, also together with elements. In a per-CPU map, valuesOut has the values of all
// CPUs of an element one after another.
func (m *Map) BatchLookup(cursor *MapBatchCursor, keysOut, valuesOut any, options *BatchOptions) (int, error) {
	return m.readBatch(cursor, keysOut, valuesOut, options, imports.BpfMapLookupBatch)
}

// BatchLookupAndDelete is as BatchLookup, and removes the elements.
func (m *Map) BatchLookupAndDelete(cursor *MapBatchCursor, keysOut, valuesOut any, options *BatchOptions) (int, error) {
	return m.readBatch(cursor, keysOut, valuesOut, options, imports.BpfMapLookupAndDeleteBatch)
}

type batchCall = func(fd int32, in, out, keys, values, count, options unsafe.Pointer) int32

func (m *Map) readBatch(cursor *MapBatchCursor, keysOut, valuesOut any, options *BatchOptions, call batchCall) (int, error) {
	count, err := m.batchLength(keysOut, valuesOut)
	if err != nil {
		return 0, err
	}
	// The kernel needs 4 bytes for its place in a hash, whatever the size of keys is.
	next := make([]byte, max(4, m.keySize))
	keys, values := make([]byte, count*m.keySize), make([]byte, count*m.roomSize())
	filled := new(uint32)
	*filled = uint32(count)
	result := withBatchOptions(options, func(at unsafe.Pointer) int32 {
		return call(m.fd, pointer(cursor.at), pointer(next), pointer(keys), pointer(values), unsafe.Pointer(filled), at)
	})
	err = failure.Checkf(result, "read a batch of map %q", m.name)
	if err != nil && !errors.Is(err, ErrKeyNotExist) {
		return 0, err
	}
	cursor.at = next
	read := int(*filled)
	if read > count {
		return 0, err
	}
	if decodeErr := decodeSlice(keys[:read*m.keySize], keysOut, read); decodeErr != nil {
		return 0, decodeErr
	}
	valueCount := read
	if m.cpus > 0 {
		valueCount, values = read*m.cpus, m.withoutGaps(values[:read*m.roomSize()])
	}
	if decodeErr := decodeSlice(values[:valueCount*m.valueSize], valuesOut, valueCount); decodeErr != nil {
		return 0, decodeErr
	}
	return read, err
}

// BatchUpdate sets elements with one system call, and returns their number. keys and values are slices of the same length.
func (m *Map) BatchUpdate(keys, values any, options *BatchOptions) (int, error) {
	count, err := m.batchLength(keys, values)
	if err != nil {
		return 0, err
	}
	encodedKeys, err := encode(keys, count*m.keySize)
	if err != nil {
		return 0, fmt.Errorf("Cannot use keys of map %q: %w", m.name, err)
	}
	encodedValues, err := encode(values, count*m.valueSize*max(1, m.cpus))
	if err != nil {
		return 0, fmt.Errorf("Cannot use values of map %q: %w", m.name, err)
	}
	if m.cpus > 0 {
		encodedValues = m.withGaps(encodedValues)
	}
	done := new(uint32)
	*done = uint32(count)
	result := withBatchOptions(options, func(at unsafe.Pointer) int32 {
		return imports.BpfMapUpdateBatch(m.fd, pointer(encodedKeys), pointer(encodedValues), unsafe.Pointer(done), at)
	})
	return int(*done), failure.Checkf(result, "update a batch of map %q", m.name)
}

// BatchDelete removes keys, which is a slice, with one system call, and returns the number of removed elements.
func (m *Map) BatchDelete(keys any, options *BatchOptions) (int, error) {
	value := reflect.ValueOf(keys)
	if value.Kind() != reflect.Slice {
		return 0, fmt.Errorf("Cannot use keys of map %q: %T is not a slice", m.name, keys)
	}
	encoded, err := encode(keys, value.Len()*m.keySize)
	if err != nil {
		return 0, fmt.Errorf("Cannot use keys of map %q: %w", m.name, err)
	}
	done := new(uint32)
	*done = uint32(value.Len())
	result := withBatchOptions(options, func(at unsafe.Pointer) int32 {
		return imports.BpfMapDeleteBatch(m.fd, pointer(encoded), unsafe.Pointer(done), at)
	})
	return int(*done), failure.Checkf(result, "delete a batch of map %q", m.name)
}

func (m *Map) batchLength(keys, values any) (int, error) {
	keySlice, valueSlice := reflect.ValueOf(keys), reflect.ValueOf(values)
	if keySlice.Kind() != reflect.Slice || valueSlice.Kind() != reflect.Slice {
		return 0, fmt.Errorf("Cannot use a batch of map %q: %T and %T are not two slices", m.name, keys, values)
	}
	count := keySlice.Len()
	if want := count * max(1, m.cpus); count == 0 || valueSlice.Len() != want {
		return 0, fmt.Errorf("Cannot use a batch of map %q: %d keys need %d values, not %d", m.name, count, want, valueSlice.Len())
	}
	return count, nil
}

func withBatchOptions(options *BatchOptions, call func(unsafe.Pointer) int32) int32 {
	if options == nil {
		options = &BatchOptions{}
	}
	var kept memory.Kept
	return memory.Options(&kept, batchOptions{elementFlags: options.ElemFlags, flags: options.Flags}, call)
}

// withoutGaps removes the bytes between the values of two CPUs.
func (m *Map) withoutGaps(values []byte) (packed []byte) {
	for at := 0; at < len(values); at += m.step() {
		packed = append(packed, values[at:at+m.valueSize]...)
	}
	return packed
}

func (m *Map) withGaps(values []byte) []byte {
	spaced := make([]byte, len(values)/m.valueSize*m.step())
	for index := 0; index*m.valueSize < len(values); index++ {
		copy(spaced[index*m.step():], values[index*m.valueSize:(index+1)*m.valueSize])
	}
	return spaced
}
