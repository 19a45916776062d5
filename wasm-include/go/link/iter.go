// SPDX-License-Identifier: MIT

package link

import (
	"io"
	"syscall"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/memory"
)

// IterOptions says over what a program iterates.
type IterOptions struct {
	Program *ebpf.Program
	// Map is the map for iter/bpf_map_elem and iter/bpf_sk_storage_map; nil for others.
	Map *ebpf.Map
	// TaskID or ProcessID leave only one thread or one process for iter/task, since Linux 6.1.
	TaskID, ProcessID uint32
}

type iterOptions struct {
	size, info         uint64
	infoLength, unused uint32
}

// iterInfo is union bpf_iter_link_info: a map, or a thread and a process.
type iterInfo struct{ first, process, unusedDescriptor, unused uint32 }

// Iter is an attached iterator. Each Open runs it once.
type Iter struct{ Link }

// AttachIter attaches an iterator.
func AttachIter(options IterOptions) (*Iter, error) {
	attached, err := attach(options.Program, func(handle int32) int32 {
		var kept memory.Kept
		var chosen iterOptions
		var info iterInfo
		if options.Map != nil {
			info.first = uint32(options.Map.FD())
		} else {
			info.first, info.process = options.TaskID, options.ProcessID
		}
		if info != (iterInfo{}) {
			chosen.info, chosen.infoLength = memory.Address(&kept, &info), uint32(unsafe.Sizeof(info))
		}
		return memory.Options(&kept, chosen, func(at unsafe.Pointer) int32 {
			return imports.BpfProgram_AttachIter(handle, at)
		})
	})
	if err != nil {
		return nil, err
	}
	return &Iter{attached}, nil
}

// Open runs the iterator. Reading returns what the program writes with bpf_seq_write() and BPF_SEQ_PRINTF().
func (i *Iter) Open() (io.ReadCloser, error) {
	fd := imports.BpfIterCreate(int32(i.FD()))
	if err := failure.Check("run the iterator", fd); err != nil {
		return nil, err
	}
	return &descriptor{int(fd)}, nil
}

// descriptor reads a descriptor of the guest.
type descriptor struct{ fd int }

func (d *descriptor) Read(room []byte) (int, error) {
	if len(room) == 0 {
		return 0, nil
	}
	for {
		count, err := syscall.Read(d.fd, room)
		switch {
		case err == syscall.EAGAIN || err == syscall.EINTR:
			continue
		case err != nil:
			return 0, err
		case count == 0:
			return 0, io.EOF
		}
		return count, nil
	}
}

func (d *descriptor) Close() error { return syscall.Close(d.fd) }
