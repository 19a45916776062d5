// SPDX-License-Identifier: MIT

package link

import "github.com/wasm-bpf/wasm-bpf/wasm-include/go"

// The kernel's flags for places.
const (
	flagReplace = 1 << 2
	flagBefore  = 1 << 3
	flagAfter   = 1 << 4
	flagByID    = 1 << 5
	flagLink    = 1 << 13
)

// Anchor is a place among the programs of a hook.
type Anchor interface {
	anchor() (relative, flags uint32)
}

type place struct{ relative, flags uint32 }

func (p place) anchor() (relative, flags uint32) { return p.relative, p.flags }

// Head is the place before all others.
func Head() Anchor { return place{0, flagBefore} }

// Tail is the place after all others.
func Tail() Anchor { return place{0, flagAfter} }

// BeforeProgram is the place before a program.
func BeforeProgram(target *ebpf.Program) Anchor { return place{uint32(target.FD()), flagBefore} }

// AfterProgram is the place after a program.
func AfterProgram(target *ebpf.Program) Anchor { return place{uint32(target.FD()), flagAfter} }

// BeforeLink is the place before a link.
func BeforeLink(target Link) Anchor { return place{uint32(target.FD()), flagBefore | flagLink} }

// AfterLink is the place after a link.
func AfterLink(target Link) Anchor { return place{uint32(target.FD()), flagAfter | flagLink} }

// ReplaceProgram is the place of a program, which ends.
func ReplaceProgram(target *ebpf.Program) Anchor { return place{uint32(target.FD()), flagReplace} }

// BeforeProgramByID is the place before a program.
func BeforeProgramByID(target ebpf.ProgramID) Anchor {
	return place{uint32(target), flagBefore | flagByID}
}

// AfterProgramByID is the place after a program.
func AfterProgramByID(target ebpf.ProgramID) Anchor {
	return place{uint32(target), flagAfter | flagByID}
}

// BeforeLinkByID is the place before a link.
func BeforeLinkByID(target ID) Anchor { return place{uint32(target), flagBefore | flagLink | flagByID} }

// AfterLinkByID is the place after a link.
func AfterLinkByID(target ID) Anchor { return place{uint32(target), flagAfter | flagLink | flagByID} }
