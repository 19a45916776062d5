// SPDX-License-Identifier: MIT

package ebpf

import (
	"bytes"
	"encoding/hex"
	"io"
	"syscall"
	"time"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
)

// MapID is the number of a map in the kernel, as bpftool shows it.
type MapID uint32

// ProgramID is the number of a program in the kernel, as bpftool shows it.
type ProgramID uint32

// MapInfo describes a map in the kernel.
type MapInfo struct {
	ID         MapID
	Type       MapType
	KeySize    uint32
	ValueSize  uint32
	MaxEntries uint32
	Flags      uint32
	Name       string
}

// mapInfo is the beginning of struct bpf_map_info.
type mapInfo struct {
	mapType, id, keySize, valueSize, maxEntries, flags uint32
	name                                               [16]byte
}

// ProgramInfo describes a program in the kernel.
type ProgramInfo struct {
	ID   ProgramID
	Type ProgramType
	Name string
	// Tag is a hash of the program's instructions.
	Tag string
}

// ProgramStats counts the runs of a program while statistics are enabled; see EnableStats.
type ProgramStats struct {
	Runtime         time.Duration
	RunCount        uint64
	RecursionMisses uint64
}

// programInfo is the beginning of struct bpf_prog_info.
type programInfo struct {
	programType, id                          uint32
	tag                                      [8]byte
	jitedLength, translatedLength            uint32
	jited, translated, loadTime              uint64
	createdBy, mapCount                      uint32
	maps                                     uint64
	name                                     [16]byte
	ifindex, isGPL                           uint32
	netnsDevice, netnsInode                  uint64
	symbolCount, functionCount               uint32
	symbols, functionLengths                 uint64
	btf, functionSize                        uint32
	functions                                uint64
	functionInfos, lineInfos                 uint32
	lines, jitedLines                        uint64
	jitedLineCount, lineSize, jitedLineSize  uint32
	tagCount                                 uint32
	tags, runtime, runCount, recursionMisses uint64
}

// readInfo calls a function that fills struct bpf_..._info.
func readInfo[T any](fd int32, operation string, read func(int32, unsafe.Pointer, unsafe.Pointer) int32) (*T, error) {
	info, size := new(T), new(uint32)
	*size = uint32(unsafe.Sizeof(*info))
	return info, failure.Check(operation, read(fd, unsafe.Pointer(info), unsafe.Pointer(size)))
}

// Info describes the map.
func (m *Map) Info() (*MapInfo, error) {
	info, err := readInfo[mapInfo](m.fd, "describe the map", imports.BpfMapGetInfoByFd)
	if err != nil {
		return nil, err
	}
	return &MapInfo{
		ID: MapID(info.id), Type: MapType(info.mapType), KeySize: info.keySize, ValueSize: info.valueSize,
		MaxEntries: info.maxEntries, Flags: info.flags, Name: CString(info.name[:]),
	}, nil
}

// Info describes the program.
func (p *Program) Info() (*ProgramInfo, error) {
	info, err := readInfo[programInfo](p.fd, "describe the program", imports.BpfProgGetInfoByFd)
	if err != nil {
		return nil, err
	}
	return &ProgramInfo{
		ID: ProgramID(info.id), Type: ProgramType(info.programType), Name: CString(info.name[:]), Tag: hex.EncodeToString(info.tag[:]),
	}, nil
}

// Stats returns how often the program ran, and for how long.
func (p *Program) Stats() (*ProgramStats, error) {
	info, err := readInfo[programInfo](p.fd, "describe the program", imports.BpfProgGetInfoByFd)
	if err != nil {
		return nil, err
	}
	return &ProgramStats{Runtime: time.Duration(info.runtime), RunCount: info.runCount, RecursionMisses: info.recursionMisses}, nil
}

// EnableStats makes the kernel count the runs of all programs until the result is closed. which is 0, BPF_STATS_RUN_TIME.
func EnableStats(which uint32) (io.Closer, error) {
	fd := imports.BpfEnableStats(int32(which))
	if err := failure.Check("enable statistics", fd); err != nil {
		return nil, err
	}
	return descriptor(fd), nil
}

// descriptor is closed by Close.
type descriptor int

func (d descriptor) Close() error { return syscall.Close(int(d)) }

// PossibleCPU returns the number of CPUs that the machine can have: the number of values of a per-CPU map's element.
func PossibleCPU() (int, error) {
	count := imports.LibbpfNumPossibleCpus()
	return int(count), failure.Check("count CPUs", count)
}

// MustPossibleCPU is as PossibleCPU, and panics after an error.
func MustPossibleCPU() int {
	count, err := PossibleCPU()
	if err != nil {
		panic(err)
	}
	return count
}

// CString returns the characters of a C array up to its NUL.
func CString[T ~int8 | ~uint8](characters []T) string {
	var text bytes.Buffer
	for _, character := range characters {
		if character == 0 {
			break
		}
		text.WriteByte(byte(character))
	}
	return text.String()
}
