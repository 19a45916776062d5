// SPDX-License-Identifier: MIT

// Prints the whole command line of every program that starts, and its parent, as the example execve does in C.
// Shows: records of any length, whose head is a generated type, and goroutines: one reads the ring, and another prints.
// The BPF program is that of execve.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"
	"unsafe"

	ebpf "github.com/wasm-bpf/wasm-bpf/wasm-include/go"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/link"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/ringbuf"
	"github.com/wasm-bpf/wasm-bpf/wasm-include/go/signals"
)

const usage = `usage: go-execve

Prints the command line of every program that starts, until Ctrl-C.`

// headSize is the size of a record without its command line.
const headSize = int(unsafe.Offsetof(execveEvent{}.Arguments))

// quoted returns arguments, separated by spaces. Like a shell, it quotes arguments that are empty or contain unusual bytes.
func quoted(arguments []byte) string {
	var words []string
	for argument := range bytes.SplitSeq(bytes.TrimSuffix(arguments, []byte{0}), []byte{0}) {
		word := strings.Map(func(character rune) rune {
			if character < ' ' {
				return '?'
			}
			return character
		}, string(argument))
		if word == "" || strings.ContainsFunc(string(argument), func(character rune) bool { return character <= ' ' }) {
			word = "'" + word + "'"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// line returns the text of a record, which ends with the last byte of its command line.
func line(record []byte) (string, error) {
	if len(record) < headSize {
		return "", fmt.Errorf("a record has %d bytes, not at least %d", len(record), headSize)
	}
	var event execveEvent
	arguments := record[headSize:]
	whole := make([]byte, unsafe.Sizeof(event))
	copy(whole, record)
	if err := binary.Read(bytes.NewReader(whole), binary.LittleEndian, &event); err != nil {
		return "", err
	}
	end := ""
	if len(arguments) < int(event.ArgumentsSize) {
		end = " ..."
	}
	return fmt.Sprintf("%-7d %-7d %-6d %-16s %s%s\n",
		event.Pid, event.Ppid, event.Uid, ebpf.CString(event.Comm[:]), quoted(arguments), end), nil
}

// printLines prints lines, and shows them at once when no more follow.
func printLines(lines <-chan string) error {
	out := bufio.NewWriter(os.Stdout)
	for text := range lines {
		out.WriteString(text)
		if len(lines) == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

// readLines sends a line for each record, until the context ends.
func readLines(ctx context.Context, reader *ringbuf.Reader, lines chan<- string) error {
	defer close(lines)
	for {
		record, err := reader.ReadContext(ctx)
		if errors.Is(err, context.Canceled) {
			return nil
		}
		if err != nil {
			return err
		}
		text, err := line(record.RawSample)
		if err != nil {
			return err
		}
		lines <- text
	}
}

func run() error {
	ctx, cancel, err := signals.NotifyContext(context.Background(), signals.Interrupt, signals.Terminate)
	if err != nil {
		return err
	}
	defer cancel()

	var objects execveObjects
	if err := loadExecveObjects(&objects, nil); err != nil {
		return err
	}
	defer objects.Close()
	attached, err := link.AttachRawTracepoint(link.RawTracepointOptions{
		Name: "sched_process_exec", Program: objects.HandleExec,
	})
	if err != nil {
		return err
	}
	defer attached.Close()
	reader, err := ringbuf.NewReader(objects.Events)
	if err != nil {
		return err
	}
	defer reader.Close()

	fmt.Printf("%-7s %-7s %-6s %-16s %s\n", "PID", "PPID", "UID", "PARENT", "COMMAND")
	lines := make(chan string, 1000)
	printed := make(chan error, 1)
	go func() {
		printed <- printLines(lines)
		cancel() // also when stdout is closed
	}()
	if err := readLines(ctx, reader, lines); err != nil {
		return err
	}
	return <-printed
}

func main() {
	if len(os.Args) > 1 {
		if os.Args[1] == "-h" || os.Args[1] == "--help" {
			fmt.Println(usage)
			return
		}
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
