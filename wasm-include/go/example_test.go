// SPDX-License-Identifier: MIT

package ebpf_test

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go"
)

// The object's bytes are usually in the guest: wasm-bpf gen skeleton --lang go writes loadTool() and toolObjects.
func Example() {
	spec, err := ebpf.LoadCollectionSpec("tool.bpf.o")
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := spec.Variables["limit"].Set(uint32(100)); err != nil {
		fmt.Println(err)
		return
	}
	var objects struct {
		OnOpen *ebpf.Program  `ebpf:"on_open"`
		Counts *ebpf.Map      `ebpf:"counts"`
		Lost   *ebpf.Variable `ebpf:"lost"`
	}
	if err := spec.LoadAndAssign(&objects, nil); err != nil {
		fmt.Println(err)
		return
	}
	defer objects.OnOpen.Close()
	defer objects.Counts.Close()

	var pid uint32
	var count uint64
	walk := objects.Counts.Iterate()
	for walk.Next(&pid, &count) {
		fmt.Println(pid, count)
	}
	if err := walk.Err(); err != nil {
		fmt.Println(err)
	}
}

// A VerifierError has all lines of the verifier.
func ExampleVerifierError() {
	_, err := ebpf.LoadCollection("tool.bpf.o")
	var refusal *ebpf.VerifierError
	switch {
	case errors.As(err, &refusal):
		fmt.Printf("%+v\n", refusal)
	case errors.Is(err, os.ErrPermission):
		fmt.Println("not permitted:", err)
	case err != nil:
		fmt.Println(err)
	}
}

// The values of a per-CPU map are a slice.
func ExampleMap_Lookup() {
	var counts *ebpf.Map // of type PerCPUArray
	var values []uint64
	if err := counts.Lookup(uint32(0), &values); err != nil {
		fmt.Println(err)
		return
	}
	sum := uint64(0)
	for _, value := range values {
		sum += value
	}
	fmt.Println(sum)
}

// A hash with thousands of elements is read with one system call for many of them.
func ExampleMap_BatchLookup() {
	var counts *ebpf.Map
	var cursor ebpf.MapBatchCursor
	keys, values := make([]uint32, 256), make([]uint64, 256)
	for {
		count, err := counts.BatchLookup(&cursor, keys, values, nil)
		for index := range count {
			fmt.Println(keys[index], values[index])
		}
		if errors.Is(err, ebpf.ErrKeyNotExist) {
			return // the map's end
		}
		if err != nil {
			fmt.Println(err)
			return
		}
	}
}

// Programs change the variable meanwhile, so both sides use atomic operations.
func ExampleVariablePointer() {
	var lost *ebpf.Variable
	pointer, err := ebpf.VariablePointer[uint64](lost)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(atomic.SwapUint64(pointer, 0))
}
