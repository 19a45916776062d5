// SPDX-License-Identifier: MIT

// Package features finds out what the kernel has. Names are those of github.com/cilium/ebpf/features.
package features

import (
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/failure"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/internal/imports"
)

// HaveProgramType returns nil if the kernel has the type, and otherwise an error that is ebpf.ErrNotSupported.
func HaveProgramType(programType ebpf.ProgramType) error {
	return answer(imports.LibbpfProbeBpfProgType(int32(programType), nil), "use program type %s", programType)
}

// HaveMapType returns nil if the kernel has the type, and otherwise an error that is ebpf.ErrNotSupported.
func HaveMapType(mapType ebpf.MapType) error {
	return answer(imports.LibbpfProbeBpfMapType(int32(mapType), nil), "use map type %s", mapType)
}

// HaveProgramHelper returns nil if programs of the type may call the helper with this number of linux/bpf.h, and otherwise an error
// that is ebpf.ErrNotSupported.
func HaveProgramHelper(programType ebpf.ProgramType, helper int32) error {
	result := imports.LibbpfProbeBpfHelper(int32(programType), helper, nil)
	return answer(result, "call helper %d in a program of type %s", helper, programType)
}

func answer(result int32, operation string, arguments ...any) error {
	if result == 0 {
		return failure.Of(failure.EOPNOTSUPP, "the kernel does not have it", operation, arguments...)
	}
	return failure.Checkf(result, operation, arguments...)
}
