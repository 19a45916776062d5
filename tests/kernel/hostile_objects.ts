/** Opens and loads objects without the checks before libbpf. A test checks how the process ends. */

import { compileObject } from "../../object/testdata/compile.ts";
import { validateObject } from "../../object/validation/validate_object.ts";
import { openLibbpf, openSystem } from "../../ffi/mod.ts";
import { compileArena, compileChain, compileSmall, HOSTILE_OBJECTS } from "../../object/testdata/hostile.ts";
import { MMAP } from "../../ffi/system/linux_numbers.ts";
import { mapMemory } from "../../ffi/system/memory_map.ts";
import { address } from "../../ffi/system/pointers.ts";
import { damage, Random, soreSpots } from "../../object/testdata/damage.ts";

/** Attaches the program of the hostile object `title` to the USDT probe of `binary`. @returns the message, or "attached". */
function attachUsdt(title: string, binary: string): string {
  using system = openSystem();
  using libbpf = openLibbpf(system);
  try {
    using opened = libbpf.openObject(hostileObject(title));
    opened.load();
    const target = { kind: "usdt", binary, pid: -1, provider: "wasm_bpf", name: "tick" } as const;
    using _link = opened.findProgram("on_tick")?.attach(target);
    return "attached";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function hostileObject(wanted: string): Uint8Array<ArrayBuffer> {
  const found = HOSTILE_OBJECTS.find(({ title }) => title === wanted);
  if (found === undefined) throw new Error(`no object ${wanted}`);
  return found.object();
}

/** Opens and loads an object. @returns the error's message, or "loaded". */
function load(object: Uint8Array<ArrayBuffer>): string {
  using system = openSystem();
  using libbpf = openLibbpf(system);
  try {
    using opened = libbpf.openObject(object, { pinRootPath: "/none" });
    opened.load();
    return "loaded";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Loads an object with a kernel configuration whose text has no end. @returns the message, or the variable's first bytes. */
function loadUnendedText(): string {
  using system = openSystem();
  using libbpf = openLibbpf(system);
  const object = compileSmall(`extern char CONFIG_TEXT[64] __attribute__((section(".kconfig")));
    SEC("socket") int only(void *ctx) { return CONFIG_TEXT[1]; }`);
  try {
    using opened = libbpf.openObject(object, { kconfig: `#${"x".repeat(100)}\nCONFIG_TEXT="\n` });
    opened.load();
    return opened.findMap(".kconfig")?.initialValue()?.subarray(0, 8).join(" ") ?? "no map";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Loads an arena at an address in this process's memory. @returns the message, and the content of that memory afterwards. */
function loadOverOwnMemory(): string {
  const at = 0x100000000000;
  const system = openSystem();
  const flags = MMAP.PRIVATE | MMAP.ANONYMOUS | MMAP.FIXED;
  const protection = MMAP.PROT_READ | MMAP.PROT_WRITE;
  const mapped = mapMemory(system.calls, address(at), 1 << 16, { protection, flags });
  const view = new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(pointerTo(mapped), 8));
  view.fill(42);
  return `${load(compileArena(`0x${at.toString(16)}ull`, 0, false))}\n${view.join(" ")}`;
}

function pointerTo(at: number): Deno.PointerObject {
  const pointer = Deno.UnsafePointer.create(BigInt(at));
  if (pointer === null) throw new Error("no memory");
  return pointer;
}

/** Opens `count` damaged objects, with and without the checks before libbpf. @returns the number that libbpf opened. */
function openDamaged(name: string, count: number): string {
  using system = openSystem();
  using libbpf = openLibbpf(system);
  const object = compileObject(name);
  const random = new Random(1);
  const opened = { checked: 0, unchecked: 0 };
  const open = (bytes: Uint8Array<ArrayBuffer>, kind: keyof typeof opened) => {
    try {
      using _object = libbpf.openObject(bytes, { pinRootPath: "/none" });
      opened[kind]++;
    } catch {
      // Nearly all objects are refused.
    }
  };
  const spots = soreSpots(object);
  for (let i = 0; i < count; i++) {
    const { from, to } = spots[i % spots.length] ?? { from: 0, to: object.length };
    const bytes = damage(object, from, to, random);
    open(bytes, "unchecked");
    try {
      validateObject(bytes);
    } catch {
      continue;
    }
    open(bytes, "checked");
  }
  return JSON.stringify(opened);
}

const [what = "", argument = "", binary = ""] = Deno.args;
switch (what) {
  case "hostile":
    console.log(load(hostileObject(argument)));
    break;
  case "usdt":
    console.log(attachUsdt(argument, binary));
    break;
  case "chain":
    console.log(load(compileChain(300)));
    break;
  case "unended-text":
    console.log(loadUnendedText());
    break;
  case "free-arena":
    console.log(load(compileArena("0x100000000000ull", 0, true)));
    break;
  case "arena":
    console.log(loadOverOwnMemory());
    break;
  case "damaged":
    console.log(openDamaged(argument, 1500));
    break;
}
