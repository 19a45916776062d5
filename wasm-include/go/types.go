// SPDX-License-Identifier: MIT

package ebpf

import (
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/cstring"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
)

// MapType is enum bpf_map_type.
type MapType uint32

// The types of maps, in the kernel's order.
const (
	UnspecifiedMap MapType = iota
	Hash
	Array
	ProgramArray
	PerfEventArray
	PerCPUHash
	PerCPUArray
	StackTrace
	CGroupArray
	LRUHash
	LRUCPUHash
	LPMTrie
	ArrayOfMaps
	HashOfMaps
	DevMap
	SockMap
	CPUMap
	XSKMap
	SockHash
	CGroupStorage
	ReusePortSockArray
	PerCPUCGroupStorage
	Queue
	Stack
	SkStorage
	DevMapHash
	StructOpsMap
	RingBuf
	InodeStorage
	TaskStorage
	BloomFilter
	UserRingbuf
	CgroupStorage
	Arena
)

// String returns libbpf's word for the type: "percpu_hash".
func (t MapType) String() string { return typeText(t, imports.LibbpfBpfMapTypeStr) }

func (t MapType) isPerCPU() bool {
	return t == PerCPUHash || t == PerCPUArray || t == LRUCPUHash || t == PerCPUCGroupStorage
}

// holdsPrograms is true for maps whose values are programs.
func (t MapType) holdsPrograms() bool { return t == ProgramArray }

// ProgramType is enum bpf_prog_type.
type ProgramType uint32

// The types of programs, in the kernel's order.
const (
	UnspecifiedProgram ProgramType = iota
	SocketFilter
	Kprobe
	SchedCLS
	SchedACT
	TracePoint
	XDP
	PerfEvent
	CGroupSKB
	CGroupSock
	LWTIn
	LWTOut
	LWTXmit
	SockOps
	SkSKB
	CGroupDevice
	SkMsg
	RawTracepoint
	CGroupSockAddr
	LWTSeg6Local
	LircMode2
	SkReuseport
	FlowDissector
	CGroupSysctl
	RawTracepointWritable
	CGroupSockopt
	Tracing
	StructOps
	Extension
	LSM
	SkLookup
	Syscall
	Netfilter
)

// String returns libbpf's word for the type: "raw_tracepoint".
func (t ProgramType) String() string { return typeText(t, imports.LibbpfBpfProgTypeStr) }

// AttachType is enum bpf_attach_type.
type AttachType uint32

// AttachNone is the type of programs that need none.
const AttachNone AttachType = 0

// The types of attachments, in the kernel's order.
const (
	AttachCGroupInetIngress AttachType = iota
	AttachCGroupInetEgress
	AttachCGroupInetSockCreate
	AttachCGroupSockOps
	AttachSkSKBStreamParser
	AttachSkSKBStreamVerdict
	AttachCGroupDevice
	AttachSkMsgVerdict
	AttachCGroupInet4Bind
	AttachCGroupInet6Bind
	AttachCGroupInet4Connect
	AttachCGroupInet6Connect
	AttachCGroupInet4PostBind
	AttachCGroupInet6PostBind
	AttachCGroupUDP4Sendmsg
	AttachCGroupUDP6Sendmsg
	AttachLircMode2
	AttachFlowDissector
	AttachCGroupSysctl
	AttachCGroupUDP4Recvmsg
	AttachCGroupUDP6Recvmsg
	AttachCGroupGetsockopt
	AttachCGroupSetsockopt
	AttachTraceRawTp
	AttachTraceFEntry
	AttachTraceFExit
	AttachModifyReturn
	AttachLSMMac
	AttachTraceIter
	AttachCgroupInet4GetPeername
	AttachCgroupInet6GetPeername
	AttachCgroupInet4GetSockname
	AttachCgroupInet6GetSockname
	AttachXDPDevMap
	AttachCgroupInetSockRelease
	AttachXDPCPUMap
	AttachSkLookup
	AttachXDP
	AttachSkSKBVerdict
	AttachSkReuseportSelect
	AttachSkReuseportSelectOrMigrate
	AttachPerfEvent
	AttachTraceKprobeMulti
	AttachLSMCgroup
	AttachStructOps
	AttachNetfilter
	AttachTCXIngress
	AttachTCXEgress
	AttachTraceUprobeMulti
	AttachCgroupUnixConnect
	AttachCgroupUnixSendmsg
	AttachCgroupUnixRecvmsg
	AttachCgroupUnixGetpeername
	AttachCgroupUnixGetsockname
	AttachNetkitPrimary
	AttachNetkitPeer
	AttachTraceKprobeSession
)

// String returns libbpf's word for the type: "trace_fentry".
func (t AttachType) String() string { return typeText(t, imports.LibbpfBpfAttachTypeStr) }

func typeText[T ~uint32](value T, read func(int32, unsafe.Pointer, uint32) int32) string {
	return cstring.Read(func(buffer unsafe.Pointer, size uint32) int32 { return read(int32(value), buffer, size) })
}

// PinType says if a map is pinned when its object is loaded.
type PinType uint32

// The types of pins.
const (
	PinNone PinType = iota
	// PinByName pins the map under its name in MapOptions.PinPath, or takes the map that is pinned there.
	PinByName
)

// Flags of maps, MapSpec.Flags.
const (
	FlagNoPrealloc   = 1 << 0
	FlagReadOnlyProg = 1 << 7
	FlagMmapable     = 1 << 10
	FlagInnerMap     = 1 << 12
)
