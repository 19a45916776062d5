// SPDX-License-Identifier: MIT

package kinds

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	ebpf "github.com/wasm-bpf/wasm-bpf/wasm-include/go"
)

func TestVariables(t *testing.T) {
	spec, err := loadKinds()
	must(t, err)
	limit, total := spec.Variables["limit"], spec.Variables["total"]
	same(t, limit.String(), "limit in .rodata (4 bytes)")
	same(t, limit.Constant(), true)
	same(t, total.Constant(), false)
	must(t, limit.Set(uint32(7)))
	var value uint32
	must(t, limit.Get(&value))
	same(t, value, 7)
	must(t, spec.RewriteConstants(map[string]any{"limit": uint32(8)}))
	same(t, errors.Is(spec.RewriteConstants(map[string]any{"total": uint64(8)}), ebpf.ErrNotExist), true)
	if err := limit.Set(uint64(7)); err == nil || err.Error() != `Cannot set variable "limit": uint64 has 8 bytes, not 4` {
		t.Fatal(err)
	}
	if err := spec.Variables["CONFIG_HZ"].Set(int32(1)); err == nil || !strings.Contains(err.Error(), "CollectionOptions.Kconfig") {
		t.Fatal(err)
	}

	// A copy, and a second load of the same spec, have the same values.
	copied := spec.Copy()
	must(t, copied.Variables["limit"].Set(uint32(9)))
	for loaded, want := range map[*ebpf.CollectionSpec]uint32{spec: 8031, copied: 9031} {
		for range 2 {
			var objects kindsObjects
			must(t, loaded.LoadAndAssign(&objects, nil))
			result, err := objects.AddUp.Run(&ebpf.RunOptions{})
			must(t, err)
			same(t, result, want)
			must(t, objects.Close())
		}
	}
}

func TestSharedVariables(t *testing.T) {
	objects := load(t, &kindsObjects{}, nil)
	run := func() uint32 {
		result, err := objects.AddUp.Run(&ebpf.RunOptions{})
		must(t, err)
		return result
	}
	same(t, run(), 5031)
	var total uint64
	must(t, objects.Total.Get(&total))
	same(t, total, 4)
	must(t, objects.Total.Set(uint64(10)))
	same(t, run(), 5101)
	must(t, objects.Enabled.Set(false))
	same(t, run(), 5110)
	pointer, err := ebpf.VariablePointer[uint64](objects.Total)
	must(t, err)
	same(t, atomic.AddUint64(pointer, 8), 20)
	same(t, run(), 5200)
	same(t, atomic.LoadUint64(pointer), 21)
	_, err = ebpf.VariablePointer[uint32](objects.Total)
	same(t, err != nil, true)

	var limit uint32
	must(t, objects.Limit.Get(&limit))
	same(t, limit, 5)
	same(t, objects.Limit.ReadOnly(), true)
	same(t, errors.Is(objects.Limit.Set(uint32(1)), ebpf.ErrReadOnly), true)

	// Variables end with their object.
	var own struct {
		Total *ebpf.Variable `ebpf:"total"`
		AddUp *ebpf.Program  `ebpf:"add_up"`
	}
	must(t, loadKindsObjects(&own, nil))
	must(t, own.Total.Set(uint64(1)))
	must(t, own.AddUp.Close())
	same(t, own.Total.Set(uint64(1)) != nil, true)
}

func TestKconfig(t *testing.T) {
	objects := load(t, &kindsObjects{}, &ebpf.CollectionOptions{Kconfig: "CONFIG_HZ=1234\n"})
	result, err := objects.ReadHz.Run(&ebpf.RunOptions{})
	must(t, err)
	same(t, result, 1234)
	var hz int32
	must(t, objects.CONFIGHZ.Get(&hz))
	same(t, hz, 1234)
	same(t, errors.Is(objects.CONFIGHZ.Set(int32(1)), ebpf.ErrReadOnly), true)
}

func TestSpecs(t *testing.T) {
	spec, err := loadKinds()
	must(t, err)
	var specs kindsSpecs
	must(t, spec.Assign(&specs))
	same(t, specs.Pairs.String(), "hash(pairs, keySize=4, valueSize=16, maxEntries=64)")
	same(t, specs.Outer.InnerMap.ValueSize, 8)
	same(t, specs.Refused.Autoload, false)
	same(t, specs.PassXdp.Type, ebpf.XDP)
	same(t, specs.PassTcx.AttachType, ebpf.AttachTCXIngress)

	specs.Pairs.MaxEntries = 2
	specs.Recent.Type = ebpf.Hash
	specs.Numbers.Contents = []ebpf.MapKV{{Key: uint32(2), Value: uint64(22)}}
	delete(spec.Maps, "seen")
	delete(spec.Programs, "pass_xdp")
	collection, err := ebpf.NewCollectionWithOptions(spec, ebpf.CollectionOptions{Kconfig: "CONFIG_HZ=1\n"})
	must(t, err)
	defer collection.Close()
	same(t, collection.Maps["pairs"].MaxEntries(), 2)
	same(t, collection.Maps["recent"].Type(), ebpf.Hash)
	same(t, collection.Maps["seen"] == nil, true)
	same(t, collection.Programs["pass_xdp"] == nil, true)
	same(t, collection.Programs["refused"] == nil, true)
	var number uint64
	must(t, collection.Maps["numbers"].Lookup(uint32(2), &number))
	same(t, number, 22)

	// A map of one collection in another.
	var objects kindsObjects
	must(t, loadKindsObjects(&objects, &ebpf.CollectionOptions{
		Kconfig: "CONFIG_HZ=1\n", MapReplacements: map[string]*ebpf.Map{"numbers": collection.Maps["numbers"]},
	}))
	must(t, objects.Numbers.Put(uint32(3), uint64(33)))
	must(t, objects.Close())
	must(t, collection.Maps["numbers"].Lookup(uint32(3), &number))
	same(t, number, 33)
}

func TestDetach(t *testing.T) {
	spec, err := loadKinds()
	must(t, err)
	collection, err := ebpf.NewCollectionWithOptions(spec, ebpf.CollectionOptions{Kconfig: "CONFIG_HZ=1\n"})
	must(t, err)
	pairs, add := collection.DetachMap("pairs"), collection.DetachProgram("add_up")
	same(t, collection.DetachMap("pairs") == nil, true)
	collection.Close()
	must(t, pairs.Put(uint32(1), kindsPair{}))
	result, err := add.Run(&ebpf.RunOptions{})
	must(t, err)
	same(t, result, 5031)
	must(t, pairs.Close())
	must(t, pairs.Close())
	must(t, add.Close())
	same(t, pairs.Put(uint32(1), kindsPair{}) != nil, true)
}

func TestAssignErrors(t *testing.T) {
	var wrong struct {
		Pairs *ebpf.Map `ebpf:"pears"`
	}
	err := loadKindsObjects(&wrong, &ebpf.CollectionOptions{Kconfig: "CONFIG_HZ=1\n"})
	same(t, errors.Is(err, ebpf.ErrNotExist), true)
	same(t, err.Error(), `Cannot find map "pears": no map, program or variable of this name`)
	same(t, loadKindsObjects(wrong, nil) != nil, true)
	var number struct {
		Pairs int `ebpf:"pairs"`
	}
	same(t, loadKindsObjects(&number, nil) != nil, true)
}

func TestErrors(t *testing.T) {
	var own struct {
		Refused *ebpf.Program `ebpf:"refused"`
	}
	must(t, loadKindsObjects(&own, nil))
	same(t, own.Refused == nil, true)
	spec, err := loadKinds()
	must(t, err)
	spec.Programs["refused"].Autoload = true
	err = spec.LoadAndAssign(&own, nil)
	var refusal *ebpf.VerifierError
	same(t, errors.As(err, &refusal), true)
	same(t, errors.Is(err, os.ErrPermission), true)
	const reason = `Cannot load program "refused": EACCES: R`
	if text := err.Error(); !strings.HasPrefix(text, reason) || !strings.Contains(text, "invalid mem access 'scalar'") {
		t.Fatal(text)
	}
	lines := strings.Split(fmt.Sprintf("%+v", err), "\n")
	same(t, len(lines), len(refusal.Log)+1)
	same(t, strings.Contains(strings.Join(lines, "\n"), "processed "), true)

	_, err = ebpf.LoadCollectionSpecFromReader(strings.NewReader("no object"))
	var failed *ebpf.Error
	same(t, errors.As(err, &failed), true)
	same(t, failed.Name(), "EINVAL")
	_, err = ebpf.LoadCollectionSpecFromReader(strings.NewReader(""))
	same(t, err.Error(), "Cannot open the object: EINVAL: it has no bytes")
	_, err = ebpf.LoadCollectionSpec("/proc/none")
	same(t, errors.Is(err, os.ErrNotExist), true)
	_, err = ebpf.LoadPinnedMap("/sys/fs/bpf/none", nil)
	same(t, err != nil, true)
}
