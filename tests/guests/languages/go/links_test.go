// SPDX-License-Identifier: MIT

package kinds

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	ebpf "github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/features"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/link"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/perf"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/ringbuf"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/signals"
)

// panics makes TestPanic run. waits makes TestSignals wait for a signal in the way that it names.
var (
	panics = flag.Bool("panics", false, "")
	waits  = flag.String("waits", "", "")
)

func TestLinkEnds(t *testing.T) {
	objects := load(t, &kindsObjects{}, nil)
	_, err := objects.Remember.Run(&ebpf.RunOptions{})
	must(t, err)
	hits := func() (value uint64) {
		must(t, objects.Hits.Get(&value))
		return value
	}
	work := func() {
		for range 100 {
			must(t, objects.Numbers.Put(uint32(0), uint64(0)))
		}
	}
	attached, err := link.AttachRawTracepoint(link.RawTracepointOptions{Name: "sys_enter", Program: objects.OnCall})
	must(t, err)
	work()
	if count := hits(); count < 100 || count > 10000 {
		t.Fatalf("%d calls", count)
	}
	info, err := attached.Info()
	must(t, err)
	program, err := objects.OnCall.Info()
	must(t, err)
	same(t, *info, link.Info{Type: link.RawTracepointType, ID: info.ID, Program: program.ID})
	must(t, attached.Close())
	must(t, attached.Close())
	before := hits()
	work()
	same(t, hits(), before)

	// The program stays attached when it is closed itself.
	attached, err = link.Attach(objects.OnCall)
	must(t, err)
	must(t, objects.OnCall.Close())
	before = hits()
	work()
	same(t, hits() >= before+100, true)
	must(t, attached.Close())

	_, err = link.Attach(objects.PassXdp)
	same(t, errors.Is(err, link.ErrNoSection), true)

	// A perf event that runs a program 1000 times in a second, on one CPU.
	clock, err := link.AttachPerfEvent(link.PerfEventOptions{
		Program: objects.OnClock, Type: link.PerfTypeSoftware, Config: link.PerfCPUClock, Frequency: 1000, CPU: 0,
	})
	must(t, err)
	time.Sleep(300 * time.Millisecond)
	must(t, clock.Close())
	var clocks uint64
	must(t, objects.Clocks.Get(&clocks))
	if clocks < 20 || clocks > 1000 {
		t.Fatalf("%d runs", clocks)
	}
	_, err = link.Tracepoint("no", "such", objects.OnCall, nil)
	same(t, err != nil, true)
}

func TestIter(t *testing.T) {
	objects := load(t, &kindsObjects{}, nil)
	for key := range uint32(3) {
		must(t, objects.Pairs.Put(key, kindsPair{Left: key, Right: uint64(key) * 100}))
	}
	iterator, err := link.AttachIter(link.IterOptions{Program: objects.EachPair, Map: objects.Pairs})
	must(t, err)
	defer iterator.Close()
	for range 2 {
		output, err := iterator.Open()
		must(t, err)
		text, err := io.ReadAll(output)
		must(t, err)
		must(t, output.Close())
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		slices.Sort(lines)
		same(t, strings.Join(lines, "; "), "0: 0 0; 1: 1 100; 2: 2 200")
	}
}

func TestNetwork(t *testing.T) {
	objects := load(t, &kindsObjects{}, nil)
	number, err := link.InterfaceByName(os.Getenv("INTERFACE"))
	must(t, err)
	_, err = link.InterfaceByName("no such")
	same(t, err.Error(), `Cannot find interface "no such": ENODEV`)
	xdp, err := link.AttachXDP(link.XDPOptions{Program: objects.PassXdp, Interface: number, Flags: link.XDPGenericMode})
	must(t, err)
	_, err = link.AttachXDP(link.XDPOptions{Program: objects.PassXdp, Interface: number})
	same(t, err != nil, true)
	must(t, xdp.Update(objects.PassXdp))
	must(t, xdp.Close())
	xdp, err = link.AttachXDP(link.XDPOptions{Program: objects.PassXdp, Interface: number})
	must(t, err)
	must(t, xdp.Close())

	options := link.TCXOptions{Interface: number, Program: objects.PassTcx, Attach: ebpf.AttachTCXIngress}
	first, err := link.AttachTCX(options)
	must(t, err)
	info, err := first.Info()
	must(t, err)
	same(t, info.Type, link.TCXType)
	must(t, first.Close())
	options.Anchor = link.Head()
	first, err = link.AttachTCX(options)
	must(t, err)
	must(t, first.Close())

	// Attach 0 is the type of the program's section, egress.
	cgroup, err := link.AttachCgroup(link.CgroupOptions{Path: os.Getenv("CGROUP"), Program: objects.PassCgroup})
	must(t, err)
	must(t, cgroup.Close())
	result, packet, err := objects.PassXdp.Test(make([]byte, 64))
	must(t, err)
	same(t, result, 2)
	same(t, len(packet), 64)
}

func TestPins(t *testing.T) {
	objects := load(t, &kindsObjects{}, nil)
	directory := os.Getenv("PINS")
	must(t, objects.Numbers.Put(uint32(1), uint64(5)))
	must(t, objects.Numbers.Pin(directory+"/numbers"))
	same(t, objects.Numbers.IsPinned(), true)
	pinned, err := ebpf.LoadPinnedMap(directory+"/numbers", nil)
	must(t, err)
	defer pinned.Close()
	var value uint64
	must(t, pinned.Lookup(uint32(1), &value))
	same(t, value, 5)
	same(t, pinned.Type(), ebpf.Array)
	must(t, objects.Numbers.Unpin())
	_, err = ebpf.LoadPinnedMap(directory+"/numbers", nil)
	same(t, errors.Is(err, os.ErrNotExist), true)

	must(t, objects.AddUp.Pin(directory+"/add_up"))
	program, err := ebpf.LoadPinnedProgram(directory+"/add_up", nil)
	must(t, err)
	result, err := program.Run(&ebpf.RunOptions{})
	must(t, err)
	same(t, result, 5031)
	_, err = link.Attach(program)
	same(t, errors.Is(err, ebpf.ErrNotSupported), true)
	must(t, program.Close())
	must(t, objects.AddUp.Unpin())

	// Two objects share a map by its pin.
	spec, err := loadKinds()
	must(t, err)
	spec.Maps["numbers"].Pinning = ebpf.PinByName
	shared := ebpf.CollectionOptions{Maps: ebpf.MapOptions{PinPath: directory}, Kconfig: "CONFIG_HZ=1\n"}
	one, err := ebpf.NewCollectionWithOptions(spec, shared)
	must(t, err)
	defer one.Close()
	two, err := ebpf.NewCollectionWithOptions(spec, shared)
	must(t, err)
	defer two.Close()
	must(t, one.Maps["numbers"].Put(uint32(4), uint64(44)))
	must(t, two.Maps["numbers"].Lookup(uint32(4), &value))
	same(t, value, 44)
	must(t, one.Maps["numbers"].Unpin())
	_, err = ebpf.NewCollection(spec)
	same(t, err != nil, true)
}

func TestFeatures(t *testing.T) {
	must(t, features.HaveMapType(ebpf.RingBuf))
	must(t, features.HaveProgramType(ebpf.XDP))
	must(t, features.HaveProgramHelper(ebpf.XDP, 1))
	same(t, errors.Is(features.HaveProgramHelper(ebpf.XDP, 58), ebpf.ErrNotSupported), true) // bpf_override_return
}

func TestStats(t *testing.T) {
	objects := load(t, &kindsObjects{}, nil)
	stats, err := ebpf.EnableStats(0)
	must(t, err)
	for range 5 {
		_, err := objects.AddUp.Run(&ebpf.RunOptions{})
		must(t, err)
	}
	must(t, stats.Close())
	counted, err := objects.AddUp.Stats()
	must(t, err)
	same(t, counted.RunCount, 5)
	_, err = objects.AddUp.Run(&ebpf.RunOptions{})
	must(t, err)
	counted, err = objects.AddUp.Stats()
	must(t, err)
	same(t, counted.RunCount, 5)
}

// descriptors returns the number of descriptors of the host's process.
func descriptors(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	return len(entries)
}

func TestLeaks(t *testing.T) {
	cycle := func() {
		var objects kindsObjects
		must(t, loadKindsObjects(&objects, &ebpf.CollectionOptions{Kconfig: "CONFIG_HZ=1\n"}))
		must(t, objects.Total.Set(uint64(1)))
		attached, err := link.Attach(objects.OnCall)
		must(t, err)
		must(t, attached.Close())
		ring, err := ringbuf.NewReader(objects.Ring)
		must(t, err)
		must(t, ring.Close())
		samples, err := perf.NewReader(objects.Samples, 4096)
		must(t, err)
		must(t, samples.Close())
		iterator, err := link.AttachIter(link.IterOptions{Program: objects.EachPair, Map: objects.Pairs})
		must(t, err)
		output, err := iterator.Open()
		must(t, err)
		must(t, output.Close())
		must(t, iterator.Close())
		made, err := ebpf.NewMap(&ebpf.MapSpec{Type: ebpf.Array, KeySize: 4, ValueSize: 8, MaxEntries: 1})
		must(t, err)
		must(t, made.Close())
		must(t, objects.Close())
	}
	cycle()
	before := descriptors(t)
	for range 10 {
		cycle()
	}
	same(t, descriptors(t), before)
}

func TestPanic(t *testing.T) {
	if !*panics {
		t.Skip("only with -panics")
	}
	objects := load(t, &kindsObjects{}, nil)
	attached, err := link.Attach(objects.OnCall)
	must(t, err)
	defer attached.Close()
	go func() { panic(fmt.Sprint("a panic beside ", attached != nil)) }()
	openRing(t, objects).Read()
}

func TestSignals(t *testing.T) {
	if *waits == "" {
		t.Skip("only with -waits")
	}
	ctx, stop, err := signals.NotifyContext(context.Background(), signals.Interrupt)
	must(t, err)
	defer stop()
	inner, cancel := context.WithTimeout(ctx, time.Hour)
	defer cancel()
	var reader *ringbuf.Reader
	if *waits == "reader" {
		reader = openRing(t, load(t, &kindsObjects{}, nil))
	}
	fmt.Println("waiting")
	switch *waits {
	case "done":
		<-inner.Done()
	case "ticker":
		ticker := time.NewTicker(time.Hour)
		select {
		case <-inner.Done():
		case <-ticker.C:
		}
	case "reader":
		_, err := reader.ReadContext(inner)
		same(t, err, context.Canceled)
	case "stopped":
		_, stopOther, err := signals.NotifyContext(context.Background(), signals.Interrupt)
		must(t, err)
		stopOther()
		stopOther()
		<-inner.Done()
		stop()
		fmt.Println("stopped")
		time.Sleep(time.Hour)
	case "busy":
		for ctx.Err() == nil {
			time.Now()
		}
	}
	fmt.Println("then", ctx.Err())
	<-inner.Done()
	same(t, inner.Err(), context.Canceled)
}
