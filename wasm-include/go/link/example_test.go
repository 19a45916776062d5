// SPDX-License-Identifier: MIT

package link_test

import (
	"fmt"
	"io"
	"os"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/link"
)

// Attach reads the program's section: SEC("tp/sched/sched_switch").
func ExampleAttach() {
	var program *ebpf.Program
	attached, err := link.Attach(program)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer attached.Close()
}

// An iterator returns text that the program prints: here, a line for each process.
func ExampleAttachIter() {
	var program *ebpf.Program // SEC("iter/task")
	iterator, err := link.AttachIter(link.IterOptions{Program: program})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer iterator.Close()
	text, err := iterator.Open()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer text.Close()
	io.Copy(os.Stdout, text)
}

// A classifier on an interface, before all others.
func ExampleAttachTCX() {
	var program *ebpf.Program
	number, err := link.InterfaceByName("eth0")
	if err != nil {
		fmt.Println(err)
		return
	}
	attached, err := link.AttachTCX(link.TCXOptions{
		Interface: number, Program: program, Attach: ebpf.AttachTCXIngress, Anchor: link.Head(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer attached.Close()
}

// All functions whose names begin with SSL_, in all processes.
func ExampleExecutable_UprobeMulti() {
	var program *ebpf.Program
	library, err := link.OpenExecutable("/usr/lib/x86_64-linux-gnu/libssl.so.3")
	if err != nil {
		fmt.Println(err)
		return
	}
	attached, err := library.UprobeMulti(nil, program, &link.UprobeMultiOptions{Pattern: "SSL_*"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer attached.Close()
}
