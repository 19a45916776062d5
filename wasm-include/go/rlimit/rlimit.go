// SPDX-License-Identifier: MIT

// Package rlimit exists for programs that were written for github.com/cilium/ebpf.
package rlimit

// RemoveMemlock does nothing: the host's libbpf raises the limit itself, on kernels that have it (before 5.11).
func RemoveMemlock() error { return nil }
