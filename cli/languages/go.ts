/**
 * Guests in Go, on top of the module in wasm-include/go/.
 *
 * @module
 */

import { stemOf } from "../../codegen/go/names.ts";
import { capitalized } from "../../codegen/source_text.ts";
import { MissingToolError, type Toolchain } from "../toolchain/toolchain.ts";
import { cacheVariables, findByMark, isOlder, writeSources } from "./build_tool.ts";
import type { GuestBuild, GuestName, GuestObject, GuestTemplate, Language } from "./language.ts";

/** The oldest version that can export the guest's callbacks. */
const OLDEST = "1.24";

const MODULE = "github.com/wasm-bpf/wasm-bpf/wasm-include/go";

/** The file that shows that a directory has a guest in Go. */
const MARK = "go.mod";

/** See the module's documentation. */
export const GO: Language = {
  name: "go",
  title: "Go",
  mark: MARK,
  template,
  find: findByMark(MARK, nameIn),
  compile,
};

/** The last part of the module's path, if a BPF program has this name. */
function nameIn(text: string, programs: readonly string[]): string | undefined {
  const module = /^module\s+"?(?:\S*\/)?([^\s"]+)"?/m.exec(text)?.[1];
  return programs.find((program) => program === module);
}

/** All files of a package of Go lie in one directory, so the skeletons are beside the guest's sources. */
function compile(build: GuestBuild, objects: readonly GuestObject[]): void {
  const { tools, directory, output, module, step } = build;
  const go = findGo(tools);
  const skeletonOf = (program: string) => `${directory}/${program}_bpf.go`;
  writeSources(build, objects, { language: "go", bindings: `${output}/go`, skeletonOf });
  step("guest", module, () =>
    tools.runIn({
      file: go,
      args: ["build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", module.slice(directory.length + 1), "."],
      directory,
      variables: ["GOOS=wasip1", "GOARCH=wasm", ...cacheVariables(tools, "GOCACHE", output)],
    }));
}

/** Go's own place is not in the PATH that sudo gives. */
const PLACES = ["/usr/local/go/bin/go", `/usr/lib/go-${OLDEST}/bin/go`];

/** @throws {MissingToolError} when there is no Go, or only an older one. */
function findGo(tools: Toolchain): string {
  const found = [tools.find("go"), ...PLACES].filter((path) => path !== undefined && tools.files.isProgram(path));
  let older: string | undefined;
  for (const path of found) {
    if (path === undefined) continue;
    const version = tools.outputOf(path, ["env", "GOVERSION"]).trim().replace(/^go/, "");
    if (!isOlder(version, OLDEST)) return path;
    older ??= version;
  }
  const reason = older === undefined ? `no Go in PATH, nor in ${PLACES[0]}` : `Go ${older} is older than ${OLDEST}`;
  throw new MissingToolError(`Cannot compile: ${reason} (hint: ${install(tools)})`);
}

function install({ files }: Toolchain): string {
  const elsewhere = `https://go.dev/dl has Go ${OLDEST} and newer`;
  return files.exists("/etc/debian_version") ? `apt install golang-go on Debian 13; ${elsewhere}` : elsewhere;
}

function template({ name, identifier }: GuestName): GuestTemplate {
  return {
    files: { [MARK]: moduleText(name), "main.go": source(name, identifier) },
    main: "main.go",
    about:
      `It uses the module in \`.output/go\`, whose names are those of cilium/ebpf. After the first build, \`GOOS=wasip1 GOARCH=wasm go build -o ${name}.wasm\` builds it too.`,
    ignored: ["*_bpf.go"],
  };
}

function moduleText(name: string): string {
  return `module example.com/${name}

go ${OLDEST}

require ${MODULE} v0.0.0

// wasm-bpf build puts it there.
replace ${MODULE} => ./.output/go
`;
}

function source(name: string, identifier: string): string {
  const stem = stemOf(`${identifier}_bpf`);
  const load = /^[A-Z]/.test(stem) ? `Load${stem}` : `load${capitalized(stem)}`;
  return `// Runs in WebAssembly: loads the program of ${name}.bpf.c and prints its events.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"

	ebpf "${MODULE}"
	"${MODULE}/link"
	"${MODULE}/ringbuf"
	"${MODULE}/signals"
)

func run(onlyUID uint32) error {
	ctx, cancel, err := signals.NotifyContext(context.Background(), signals.Interrupt, signals.Terminate)
	if err != nil {
		return err
	}
	defer cancel()

	spec, err := ${load}()
	if err != nil {
		return err
	}
	if err := spec.Variables["only_uid"].Set(onlyUID); err != nil {
		return err
	}
	var objects ${stem}Objects
	if err := spec.LoadAndAssign(&objects, nil); err != nil {
		return err
	}
	defer objects.Close()

	attached, err := link.Attach(objects.HandleExec)
	if err != nil {
		return err
	}
	defer attached.Close()

	reader, err := ringbuf.NewReader(objects.Events)
	if err != nil {
		return err
	}
	defer reader.Close()

	fmt.Println("Programs that start, until Ctrl-C:")
	for {
		record, err := reader.ReadContext(ctx)
		if errors.Is(err, context.Canceled) {
			return nil
		}
		if err != nil {
			return err
		}
		var event ${stem}Event
		if err := binary.Read(bytes.NewReader(record.RawSample), binary.LittleEndian, &event); err != nil {
			return err
		}
		fmt.Printf("%-16s pid %-7d ppid %-7d uid %d\\n", ebpf.CString(event.Comm[:]), event.Pid, event.Ppid, event.Uid)
	}
}

func main() {
	onlyUID := uint64(0)
	if len(os.Args) > 1 {
		var err error
		if onlyUID, err = strconv.ParseUint(os.Args[1], 10, 32); err != nil {
			fmt.Fprintln(os.Stderr, "usage: ${name} [UID]")
			os.Exit(2)
		}
	}
	if err := run(uint32(onlyUID)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
`;
}
