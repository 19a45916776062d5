// SPDX-License-Identifier: MIT

// A guest in Go. It has no table of functions, so its callback is an export. Like existing bindings, it declares the pointers
// of wasm_bpf_map_operate as 64-bit.
package main

import (
	_ "embed"
	"fmt"
	"os"
	"time"
	"unsafe"
)

//go:wasmimport wasm_bpf wasm_load_bpf_object
func loadObject(object unsafe.Pointer, size int32) int64

//go:wasmimport wasm_bpf wasm_close_bpf_object
func closeObject(object int64) int32

//go:wasmimport wasm_bpf wasm_attach_bpf_program
func attachProgram(object int64, name, target unsafe.Pointer) int32

//go:wasmimport wasm_bpf wasm_bpf_map_fd_by_name
func mapByName(object int64, name unsafe.Pointer) int32

//go:wasmimport wasm_bpf wasm_bpf_map_operate
func operateMap(fd, command int32, key, value, nextKey, flags int64) int32

//go:wasmimport callback-wrapper wasm_bpf_buffer_poll
func poll(object int64, fd int32, context uint32, data unsafe.Pointer, size, timeoutMs int32) int32

const (
	lookup     = 1
	update     = 2
	getNextKey = 4

	secret  uint32 = 0
	request uint32 = 1
)

type square struct {
	number uint32
	_      uint32
	square uint64
}

//go:embed squares.bpf.o
var object []byte

//go:wasmexport go-callback
func onRecord(context uint32, data unsafe.Pointer, size uint32) int32 {
	record := (*square)(data)
	fmt.Printf("record %d %d of %d bytes, context %d\n", record.number, record.square, size, context)
	return 0
}

// cString returns the address of a C string.
func cString(text string) unsafe.Pointer {
	return unsafe.Pointer(unsafe.SliceData(append([]byte(text), 0)))
}

func address[T any](value *T) int64 {
	return int64(uintptr(unsafe.Pointer(value)))
}

func countKeys(fd int32) int {
	var key, next uint32
	count, pointer := 0, int64(0)
	for operateMap(fd, getNextKey, pointer, 0, address(&next), 0) == 0 {
		key = next
		pointer = address(&key)
		count++
	}
	return count
}

func main() {
	handle := loadObject(unsafe.Pointer(unsafe.SliceData(object)), int32(len(object)))
	if handle == 0 {
		os.Exit(1)
	}
	control := mapByName(handle, cString("control"))
	events := mapByName(handle, cString("events"))
	squares := mapByName(handle, cString("squares"))

	now := time.Now().UnixNano()
	place := secret
	operateMap(control, update, address(&place), address(&now), 0, 0)
	fmt.Println("attach", attachProgram(handle, cString("on_bpf"), nil))
	place = request
	operateMap(control, update, address(&place), address(&now), 0, 0)

	var data [64]byte
	for range 2 {
		fmt.Println("poll", poll(handle, events, 42, unsafe.Pointer(&data), int32(len(data)), 0))
	}
	number, value := uint32(3), uint64(0)
	found := operateMap(squares, lookup, address(&number), address(&value), 0, 0)
	fmt.Println("lookup", found, value)
	number = 77
	fmt.Println("missing", operateMap(squares, lookup, address(&number), address(&value), 0, 0))
	fmt.Println("keys", countKeys(squares))
	fmt.Println("close", closeObject(handle))
	os.Exit(7)
}
