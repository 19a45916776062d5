// SPDX-License-Identifier: MIT

package kinds

import (
	"errors"
	"maps"
	"slices"
	"testing"

	ebpf "github.com/wasm-bpf/wasm-bpf/wasm-include/go"
)

// load loads the programs and maps that the fields of a struct name, until the test's end.
func load[T interface{ Close() error }](t *testing.T, objects T, options *ebpf.CollectionOptions) T {
	t.Helper()
	must(t, loadKindsObjects(objects, options))
	t.Cleanup(func() { must(t, objects.Close()) })
	return objects
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same[T comparable](t *testing.T, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("got %v, not %v", got, want)
	}
}

func TestHash(t *testing.T) {
	m := load(t, &kindsMaps{}, nil).Pairs
	must(t, m.Put(uint32(7), kindsPair{Left: 1, Right: 2}))
	must(t, m.Update(uint32(8), kindsPair{Left: 3, Right: 4}, ebpf.UpdateNoExist))
	var pair kindsPair
	must(t, m.Lookup(uint32(8), &pair))
	same(t, pair, kindsPair{Left: 3, Right: 4})

	same(t, errors.Is(m.Lookup(uint32(9), &pair), ebpf.ErrKeyNotExist), true)
	same(t, errors.Is(m.Delete(uint32(9)), ebpf.ErrKeyNotExist), true)
	same(t, errors.Is(m.Update(uint32(7), pair, ebpf.UpdateNoExist), ebpf.ErrKeyExist), true)
	same(t, errors.Is(m.Update(uint32(9), pair, ebpf.UpdateExist), ebpf.ErrKeyNotExist), true)
	must(t, m.LookupAndDelete(uint32(7), &pair))
	same(t, pair, kindsPair{Left: 1, Right: 2})
	same(t, errors.Is(m.Lookup(uint32(7), &pair), ebpf.ErrKeyNotExist), true)
	bytes, err := m.LookupBytes(uint32(8))
	must(t, err)
	same(t, len(bytes), 16)
	bytes, err = m.LookupBytes(uint32(9))
	must(t, err)
	same(t, bytes == nil, true)

	if err := m.Put(uint64(7), pair); err == nil || err.Error() != `Cannot use key of map "pairs": uint64 has 8 bytes, not 4` {
		t.Fatal(err)
	}
	if err := m.Put(7, pair); err == nil ||
		err.Error() != `Cannot use key of map "pairs": int has no fixed size (hint: uint32, uint64 or another type with one)` {
		t.Fatal(err)
	}
	same(t, m.String(), "hash(pairs)#"+m.String()[len("hash(pairs)#"):])
	info, err := m.Info()
	must(t, err)
	same(t, *info, ebpf.MapInfo{ID: info.ID, Type: ebpf.Hash, KeySize: 4, ValueSize: 16, MaxEntries: 64, Name: "pairs"})
}

func TestWalk(t *testing.T) {
	m := load(t, &kindsMaps{}, nil).Pairs
	for key := range uint32(10) {
		must(t, m.Put(key, kindsPair{Right: uint64(key) * 2}))
	}
	found := map[uint32]uint64{}
	var key uint32
	var pair kindsPair
	walk := m.Iterate()
	for walk.Next(&key, &pair) {
		found[key] = pair.Right
	}
	must(t, walk.Err())
	same(t, maps.Equal(found, map[uint32]uint64{0: 0, 1: 2, 2: 4, 3: 6, 4: 8, 5: 10, 6: 12, 7: 14, 8: 16, 9: 18}), true)

	// Each element is removed when it was seen, so that the walk begins anew each time.
	seen := []uint32{}
	walk = m.Iterate()
	for walk.Next(&key, &pair) {
		seen = append(seen, key)
		must(t, m.Delete(key))
	}
	must(t, walk.Err())
	slices.Sort(seen)
	same(t, slices.Equal(seen, []uint32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}), true)
	same(t, errors.Is(m.NextKey(nil, &key), ebpf.ErrKeyNotExist), true)

	// A map that somebody fills meanwhile has no end.
	must(t, m.Put(uint32(0), pair))
	walk = m.Iterate()
	added := uint32(0)
	for walk.Next(&key, nil) {
		must(t, m.Delete(key))
		added++
		must(t, m.Put(added, pair))
	}
	same(t, errors.Is(walk.Err(), ebpf.ErrIterationAborted), true)
	same(t, added, 64)
}

func TestBatch(t *testing.T) {
	m := load(t, &kindsMaps{}, nil).Pairs
	keys, values := make([]uint32, 50), make([]kindsPair, 50)
	for index := range keys {
		keys[index], values[index].Right = uint32(index), uint64(index)*3
	}
	count, err := m.BatchUpdate(keys, values, nil)
	must(t, err)
	same(t, count, 50)

	var cursor ebpf.MapBatchCursor
	sum, read := uint64(0), 0
	keysOut, valuesOut := make([]uint32, 64), make([]kindsPair, 64)
	for {
		count, err = m.BatchLookup(&cursor, keysOut, valuesOut, nil)
		for index := range count {
			same(t, valuesOut[index].Right, uint64(keysOut[index])*3)
			sum += valuesOut[index].Right
		}
		read += count
		if errors.Is(err, ebpf.ErrKeyNotExist) {
			break
		}
		must(t, err)
	}
	same(t, read, 50)
	same(t, sum, 3*49*50/2)

	count, err = m.BatchDelete(keys[:20], nil)
	must(t, err)
	same(t, count, 20)
	cursor = ebpf.MapBatchCursor{}
	count, err = m.BatchLookupAndDelete(&cursor, keysOut, valuesOut, nil)
	same(t, errors.Is(err, ebpf.ErrKeyNotExist), true)
	same(t, count, 30)
	same(t, m.Iterate().Next(nil, nil), false)
	if _, err := m.BatchUpdate(keys, values[:1], nil); err == nil {
		t.Fatal("slices of different lengths were taken")
	}
}

func TestPerCPU(t *testing.T) {
	m := load(t, &kindsMaps{}, nil)
	cpus := ebpf.MustPossibleCPU()
	values, pairs := make([]uint32, cpus), make([]kindsPair, cpus)
	for cpu := range cpus {
		values[cpu], pairs[cpu] = uint32(cpu)+5, kindsPair{Left: uint32(cpu), Right: 9}
	}
	must(t, m.CpuHash.Put(uint32(1), values))
	must(t, m.CpuArray.Put(uint32(1), pairs))
	var valuesOut []uint32
	var pairsOut []kindsPair
	must(t, m.CpuHash.Lookup(uint32(1), &valuesOut))
	must(t, m.CpuArray.Lookup(uint32(1), &pairsOut))
	same(t, slices.Equal(valuesOut, values), true)
	same(t, slices.Equal(pairsOut, pairs), true)
	if err := m.CpuHash.Put(uint32(1), uint32(7)); err == nil {
		t.Fatal("one value was taken for all CPUs")
	}

	var cursor ebpf.MapBatchCursor
	keys, all := make([]uint32, 8), make([]uint32, 8*cpus)
	count, err := m.CpuHash.BatchLookup(&cursor, keys, all, nil)
	same(t, errors.Is(err, ebpf.ErrKeyNotExist), true)
	same(t, count, 1)
	same(t, slices.Equal(all[:cpus], values), true)
}

func TestOtherKinds(t *testing.T) {
	m := load(t, &kindsMaps{}, nil)
	var number uint32
	for _, value := range []uint32{1, 2, 3} {
		must(t, m.Waiting.Put(nil, value))
		must(t, m.Pile.Put(nil, value))
	}
	must(t, m.Waiting.LookupAndDelete(nil, &number))
	same(t, number, 1)
	must(t, m.Pile.LookupAndDelete(nil, &number))
	same(t, number, 3)

	must(t, m.Seen.Put(nil, uint32(5)))
	number = 5
	must(t, m.Seen.Lookup(nil, &number))
	number = 6
	same(t, errors.Is(m.Seen.Lookup(nil, &number), ebpf.ErrKeyNotExist), true)

	must(t, m.Routes.Put(kindsAddress{Prefix: 8, Bytes: [4]uint8{10}}, uint32(1)))
	must(t, m.Routes.Put(kindsAddress{Prefix: 16, Bytes: [4]uint8{10, 1}}, uint32(2)))
	must(t, m.Routes.Lookup(kindsAddress{Prefix: 32, Bytes: [4]uint8{10, 1, 2, 3}}, &number))
	same(t, number, 2)
	must(t, m.Routes.Lookup(kindsAddress{Prefix: 32, Bytes: [4]uint8{10, 2, 2, 3}}, &number))
	same(t, number, 1)
	same(t, errors.Is(m.Routes.Lookup(kindsAddress{Prefix: 32}, &number), ebpf.ErrKeyNotExist), true)

	for key := range uint32(100) {
		must(t, m.Recent.Put(key, key))
	}
	must(t, m.Recent.Lookup(uint32(99), &number))
	count := 0
	for walk := m.Recent.Iterate(); walk.Next(nil, nil); count++ {
	}
	same(t, count <= 4, true)

	var value uint64
	must(t, m.Numbers.Lookup(uint32(7), &value))
	same(t, value, 0)
	same(t, errors.Is(m.Numbers.Lookup(uint32(8), &value), ebpf.ErrKeyNotExist), true)
}

func TestMapsOfMapsAndPrograms(t *testing.T) {
	objects := load(t, &kindsObjects{}, nil)
	inner, err := ebpf.NewMap(&ebpf.MapSpec{
		Name: "made", Type: ebpf.Array, KeySize: 4, ValueSize: 8, MaxEntries: 1,
		Contents: []ebpf.MapKV{{Key: uint32(0), Value: uint64(4711)}},
	})
	must(t, err)
	must(t, objects.Outer.Put(uint32(3), inner))
	must(t, inner.Close())
	result, err := objects.ReadInner.Run(&ebpf.RunOptions{Context: kindsOrder{Count: 3}})
	must(t, err)
	same(t, result, 4711)
	var back *ebpf.Map
	if err := objects.Outer.Lookup(uint32(3), &back); err == nil {
		t.Fatal("the kernel's number of a map was opened")
	}

	result, err = objects.Jump.Run(&ebpf.RunOptions{})
	must(t, err)
	same(t, result, 1)
	must(t, objects.Jumps.Put(uint32(1), objects.Land))
	result, err = objects.Jump.Run(&ebpf.RunOptions{})
	must(t, err)
	same(t, result, 77)
	must(t, objects.Jumps.Delete(uint32(1)))
}
