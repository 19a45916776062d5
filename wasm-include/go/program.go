// SPDX-License-Identifier: MIT

package ebpf

import (
	"fmt"
	"syscall"
	"unsafe"

	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/cstring"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
)

// LogLevel says what the verifier writes.
type LogLevel uint32

// Levels of the verifier's log, which can be combined.
const (
	LogLevelBranch LogLevel = 1 << iota
	LogLevelInstruction
	LogLevelStats
)

// ProgramOptions changes how programs are loaded.
type ProgramOptions struct {
	// LogLevel is the verifier's level for programs that it accepts. Those that it refuses always have a log.
	LogLevel LogLevel
}

// ProgramSpec is a program before load.
type ProgramSpec struct {
	Name        string
	SectionName string
	Type        ProgramType
	AttachType  AttachType
	// AttachTo is the function that a tracing program attaches to instead of the one in its section, if it is not "".
	AttachTo string
	// AttachTarget is the program that contains AttachTo; nil for a function of the kernel.
	AttachTarget *Program
	// Flags are BPF_F_SLEEPABLE and others.
	Flags uint32
	// Autoload is false for a program that is not loaded with the object: at first, if its section begins with "?".
	Autoload bool
	original *ProgramSpec
}

func newProgramSpec(handle int32) *ProgramSpec {
	spec := ProgramSpec{
		Name:        nameOfProgram(handle),
		SectionName: sectionOf(handle),
		Type:        ProgramType(imports.BpfProgram_Type(handle)),
		AttachType:  AttachType(imports.BpfProgram_ExpectedAttachType(handle)),
		Flags:       uint32(imports.BpfProgram_Flags(handle)),
		Autoload:    imports.BpfProgram_Autoload(handle) != 0,
	}
	changed := spec
	changed.original = &spec
	return &changed
}

// Copy returns a copy.
func (s *ProgramSpec) Copy() *ProgramSpec {
	copied := *s
	return &copied
}

func (s *ProgramSpec) apply(handle int32, options ProgramOptions) error {
	autoload := int32(0)
	if s.Autoload {
		autoload = 1
	}
	results := []int32{imports.BpfProgram_SetAutoload(handle, autoload)}
	if original := s.original; s.Autoload && original != nil {
		if s.Type != original.Type {
			results = append(results, imports.BpfProgram_SetType(handle, int32(s.Type)))
		}
		if s.AttachType != original.AttachType {
			results = append(results, imports.BpfProgram_SetExpectedAttachType(handle, int32(s.AttachType)))
		}
		if s.Flags != original.Flags {
			results = append(results, imports.BpfProgram_SetFlags(handle, int32(s.Flags)))
		}
		if s.AttachTo != "" {
			target := int32(0)
			if s.AttachTarget != nil {
				target = s.AttachTarget.fd
			}
			results = append(results, imports.BpfProgram_SetAttachTarget(handle, target, cstring.Of(s.AttachTo)))
		}
		if options.LogLevel != 0 {
			results = append(results, imports.BpfProgram_SetLogLevel(handle, int32(options.LogLevel)))
		}
	}
	return failure.Checkf(min(0, minimum(results)), "prepare program %q", s.Name)
}

func minimum(results []int32) int32 {
	least := int32(0)
	for _, result := range results {
		least = min(least, result)
	}
	return least
}

func sectionOf(handle int32) string {
	return cstring.Read(func(buffer unsafe.Pointer, size uint32) int32 {
		return imports.BpfProgram_SectionName(handle, buffer, size)
	})
}

// Program is a program in the kernel.
type Program struct {
	name, section string
	programType   ProgramType
	attachType    AttachType
	fd            int32
	// handle is libbpf's program, or 0 for a pinned one, which has no owner either.
	handle   int32
	owner    *object
	pin      string
	isClosed bool
}

// newProgramOfObject returns nil for a program that was not loaded.
func newProgramOfObject(handle int32, owner *object) *Program {
	fd := imports.BpfProgram_Fd(handle)
	if fd < 0 {
		return nil
	}
	owner.references++
	return &Program{
		name:        nameOfProgram(handle),
		section:     sectionOf(handle),
		programType: ProgramType(imports.BpfProgram_Type(handle)),
		attachType:  AttachType(imports.BpfProgram_ExpectedAttachType(handle)),
		fd:          fd,
		handle:      handle,
		owner:       owner,
	}
}

// LoadPinnedProgram opens a pinned program. options may be nil. The host needs --pin or --allow-pin for the directory.
func LoadPinnedProgram(fileName string, options *LoadPinOptions) (*Program, error) {
	fd := imports.BpfObjGet(cstring.Of(fileName))
	if err := failure.Checkf(fd, "open pinned program %q", fileName); err != nil {
		return nil, err
	}
	program := &Program{fd: fd, pin: fileName}
	info, err := program.Info()
	if err != nil {
		program.Close()
		return nil, err
	}
	program.name, program.programType = info.Name, info.Type
	return program, nil
}

// FD returns the number that names the program in other calls.
func (p *Program) FD() int { return int(p.fd) }

// LibbpfProgram returns the host's handle of libbpf's program, for package link; 0 for a pinned program.
func (p *Program) LibbpfProgram() int32 { return p.handle }

// Name returns the name of the program's function.
func (p *Program) Name() string { return p.name }

// Section returns the section, which says where the program attaches.
func (p *Program) Section() string { return p.section }

// Type returns the type.
func (p *Program) Type() ProgramType { return p.programType }

// AttachType returns the type of attachment for which the program was loaded.
func (p *Program) AttachType() AttachType { return p.attachType }

// String describes the program for messages.
func (p *Program) String() string { return fmt.Sprintf("%s(%s)#%d", p.programType, p.name, p.fd) }

// Close closes the program. Its links keep it in the kernel.
func (p *Program) Close() error {
	if p == nil || p.isClosed {
		return nil
	}
	p.isClosed = true
	return closePart(p.owner, p.fd)
}

// closePart releases a part of an object, or closes a descriptor.
func closePart(owner *object, fd int32) error {
	if owner == nil {
		return syscall.Close(int(fd))
	}
	owner.release()
	return nil
}

// Pin gives the program a name in the BPF file system, under which it stays when the guest ends.
func (p *Program) Pin(fileName string) error {
	if err := failure.Checkf(imports.BpfObjPin(p.fd, cstring.Of(fileName)), "pin program %q", p.name); err != nil {
		return err
	}
	p.pin = fileName
	return nil
}

// Unpin removes the program's pin.
func (p *Program) Unpin() error {
	if p.handle == 0 {
		return failure.Of(failure.EOPNOTSUPP, "only a program of an object can", "unpin program %q", p.name)
	}
	result := imports.BpfProgram_Unpin(p.handle, cstring.Of(p.pin))
	if err := failure.Checkf(result, "unpin program %q", p.name); err != nil {
		return err
	}
	p.pin = ""
	return nil
}

// IsPinned reports if this value pinned the program, or was opened by its pin.
func (p *Program) IsPinned() bool { return p.pin != "" }

// BindMap keeps a map in the kernel as long as the program.
func (p *Program) BindMap(m *Map) error {
	return failure.Checkf(imports.BpfProgBindMap(p.fd, m.fd, nil), "bind map %q to program %q", m.name, p.name)
}

// LoadPinOptions has no fields yet.
type LoadPinOptions struct{}
