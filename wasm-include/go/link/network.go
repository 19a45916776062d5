// SPDX-License-Identifier: MIT

package link

import (
	"os"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/memory"
	"unsafe"
)

// XDPAttachFlags chooses the place of an XDP program.
type XDPAttachFlags uint32

// The places of XDP programs.
const (
	XDPGenericMode XDPAttachFlags = 1 << (iota + 1)
	XDPDriverMode
	XDPOffloadMode
)

// XDPOptions says where to attach.
type XDPOptions struct {
	Program *ebpf.Program
	// Interface is its number; InterfaceByName finds it.
	Interface int
	Flags     XDPAttachFlags
}

// AttachXDP attaches to a network interface. The host needs --allow-network.
func AttachXDP(options XDPOptions) (Link, error) {
	if options.Flags == 0 && options.Program != nil && options.Program.LibbpfProgram() != 0 {
		return attach(options.Program, func(handle int32) int32 {
			return imports.BpfProgram_AttachXdp(handle, int32(options.Interface))
		})
	}
	return create(options.Program, options.Interface, ebpf.AttachXDP, createOptions{flags: uint32(options.Flags)})
}

// TCXOptions says where to attach.
type TCXOptions struct {
	Interface int
	Program   *ebpf.Program
	// Attach is ebpf.AttachTCXIngress or ebpf.AttachTCXEgress.
	Attach ebpf.AttachType
	// Anchor is the place among other programs; nil for the end.
	Anchor           Anchor
	ExpectedRevision uint64
	Flags            uint32
}

// AttachTCX attaches a classifier to a network interface, since Linux 6.6. The host needs --allow-network.
func AttachTCX(options TCXOptions) (Link, error) {
	return create(options.Program, options.Interface, options.Attach,
		anchored(options.Anchor, options.Flags, options.ExpectedRevision))
}

// NetkitOptions says where to attach.
type NetkitOptions struct {
	Interface int
	Program   *ebpf.Program
	// Attach is ebpf.AttachNetkitPrimary or ebpf.AttachNetkitPeer.
	Attach           ebpf.AttachType
	Anchor           Anchor
	ExpectedRevision uint64
	Flags            uint32
}

// AttachNetkit attaches to a netkit device, since Linux 6.7. The host needs --allow-network.
func AttachNetkit(options NetkitOptions) (Link, error) {
	return create(options.Program, options.Interface, options.Attach,
		anchored(options.Anchor, options.Flags, options.ExpectedRevision))
}

func anchored(anchor Anchor, flags uint32, revision uint64) createOptions {
	options := createOptions{flags: flags}
	options.rest[1] = revision
	if anchor != nil {
		relative, more := anchor.anchor()
		options.rest[0] = uint64(relative)
		options.flags |= more
	}
	return options
}

// NetfilterOptions says where to attach.
type NetfilterOptions struct {
	Program *ebpf.Program
	// ProtocolFamily is 2 for IPv4 and 10 for IPv6, Linux's numbers.
	ProtocolFamily uint32
	// HookNumber is one of enum nf_inet_hooks: 0 for pre-routing, 1 for input.
	HookNumber uint32
	// Priority is the place among other hooks; the lowest comes first.
	Priority int32
	// NetfilterFlags are BPF_F_NETFILTER_IP_DEFRAG.
	NetfilterFlags uint32
}

type netfilterOptions struct {
	size         uint64
	family, hook uint32
	priority     int32
	flags        uint32
}

// AttachNetfilter attaches to a hook of netfilter, since Linux 6.4. The host needs --allow-network.
func AttachNetfilter(options NetfilterOptions) (Link, error) {
	return attach(options.Program, func(handle int32) int32 {
		var kept memory.Kept
		chosen := netfilterOptions{
			family: options.ProtocolFamily, hook: options.HookNumber, priority: options.Priority, flags: options.NetfilterFlags,
		}
		return memory.Options(&kept, chosen, func(at unsafe.Pointer) int32 {
			return imports.BpfProgram_AttachNetfilter(handle, at)
		})
	})
}

// CgroupOptions says where to attach.
type CgroupOptions struct {
	// Path is the cgroup's directory. The guest needs --dir for it.
	Path string
	// Attach is the type of attachment; 0 is that of the program's section.
	Attach  ebpf.AttachType
	Program *ebpf.Program
}

// AttachCgroup attaches to a cgroup. The host needs --allow-network or --allow-deny.
func AttachCgroup(options CgroupOptions) (Link, error) {
	directory, err := os.Open(options.Path)
	if err != nil {
		return nil, err
	}
	defer directory.Close()
	attachType := options.Attach
	if attachType == 0 && options.Program != nil {
		attachType = options.Program.AttachType()
	}
	return create(options.Program, int(directory.Fd()), attachType, createOptions{})
}

// AttachNetNs attaches a flow dissector or a socket lookup to a network namespace, by the descriptor of its file. The host needs
// --allow-network.
func AttachNetNs(namespace int, program *ebpf.Program) (Link, error) {
	return attach(program, func(handle int32) int32 { return imports.BpfProgram_AttachNetns(handle, int32(namespace)) })
}

// AttachSockMap attaches an sk_msg or sk_skb program to a map of sockets, since Linux 6.13. The host needs --allow-network.
func AttachSockMap(sockets *ebpf.Map, program *ebpf.Program) (Link, error) {
	return attach(program, func(handle int32) int32 { return imports.BpfProgram_AttachSockmap(handle, int32(sockets.FD())) })
}
