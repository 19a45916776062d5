/** Tests policies: a refused request never reaches libbpf. */

import { assertEquals, assertThrows } from "@std/assert";
import { BpfError } from "../errors/mod.ts";
import { MapType, ProgramType } from "../ffi/mod.ts";
import { compileSmall } from "../object/testdata/hostile.ts";
import { EMPTY_OBJECT, FakeGuest, makeAll } from "../tests/doubles/guest.ts";
import { Version2Guest } from "../tests/doubles/version2.ts";
import { assemble } from "../scripts/build_wat.ts";
import { recorded } from "../tests/doubles/recorder.ts";
import { Counters } from "./core/counters.ts";
import { policyRules } from "./core/policy/layers.ts";
import { DEFAULT_POLICY } from "./core/policy/guest_policy.ts";
import type { GuestEvents } from "./core/event_buffers.ts";
import type { GateRequest, Policy, RequestKind } from "./core/requests.ts";
import { LIBBPF_FUNCTIONS } from "../tests/doubles/libbpf_functions.ts";
import { shapeOf } from "./libbpf/shape.ts";
import { runGuestOn } from "./mod.ts";
import { SYS_TYPES } from "./sys/import_types.ts";
import { SYS_FUNCTIONS } from "./sys/mod.ts";
import { CALLBACK_WRAPPER_TYPES, WASM_BPF_TYPES } from "./wasm_bpf/import_types.ts";

const EPERM = -1;
const WASI_EPERM = -63;
const BPF_F_MMAPABLE = 1 << 10;
const LOOKUP = 1;
const UPDATE = 2;
const DELETE = 3;
const NEXT_KEY = 4;
const LOOKUP_AND_DELETE = 21;

const OBJECT = {
  programs: [
    { name: "program", sectionName: "tp/sched/sched_switch", type: ProgramType.TRACEPOINT },
    { name: "xdp", sectionName: "xdp", type: ProgramType.XDP },
    { name: "ops", sectionName: "sockops", type: ProgramType.SOCK_OPS },
  ],
  maps: [
    { name: "hash" },
    { name: "other" },
    { name: "ring", type: MapType.RINGBUF, keySize: 0 },
    { name: "array", type: MapType.ARRAY, flags: BPF_F_MMAPABLE },
    { name: "struct", type: MapType.STRUCT_OPS },
  ],
};

/** Refuses requests of these kinds. */
function refusing(...kinds: RequestKind[]): Policy {
  return { refusal: ({ kind }) => kinds.includes(kind) ? `no ${kind} here` : undefined };
}

const TABLE = new WebAssembly.Table({ element: "anyfunc", initial: 1 });

const SILENT_EVENTS: GuestEvents = {
  lost: 0,
  dataBytes: 4096,
  highWaterBytes: 0,
  poll: () => 3,
  [Symbol.dispose]: () => {},
};

/** The methods that only look up loaded things. */
const HARMLESS = new Set(["findProgram", "findMap", "programs", "maps"]);

/** A guest whose calls of libbpf are recorded. Its policy can be changed. */
class RecordedGuest extends FakeGuest {
  readonly calls: string[];
  /** The calls that are not {@link HARMLESS}. */
  get effects(): string[] {
    return this.calls.filter((call) => !HARMLESS.has(call));
  }

  static open(refuse: { request: (request: GateRequest) => string | undefined }): RecordedGuest {
    const calls: string[] = [];
    return new RecordedGuest(calls, { refusal: (request) => refuse.request(request) });
  }

  private constructor(calls: string[], policy: Policy) {
    super(OBJECT, {
      policy,
      directory: "/",
      table: TABLE,
      openBuffer: () => {
        calls.push("openBuffer");
        return SILENT_EVENTS;
      },
      wrapLibbpf: (libbpf) => recorded(libbpf, calls),
    });
    this.calls = calls;
  }
}

interface Loaded {
  readonly guest: RecordedGuest;
  readonly object: bigint;
  readonly fds: { readonly hash: number; readonly ring: number; readonly array: number };
}

/** A call of each import that reaches libbpf, on an object that is loaded. */
const REACHING: Readonly<Record<string, (loaded: Loaded) => unknown>> = {
  wasm_load_bpf_object: ({ guest }) => guest.call("wasm_load_bpf_object", 0xf000, 100),
  wasm_attach_bpf_program: ({ guest, object }) =>
    guest.call("wasm_attach_bpf_program", object, guest.put(0x100, "xdp"), guest.put(0x200, "lo")),
  wasm_attach_bpf_program_fd: ({ guest, object }) =>
    guest.call("wasm_attach_bpf_program_fd", object, guest.put(0x100, "ops"), 3),
  wasm_bpf_map_fd_by_name: ({ guest, object }) => guest.map(object, "other"),
  wasm_bpf_map_operate: ({ guest, fds }) => guest.operate(fds.hash, LOOKUP),
  wasm_bpf_buffer_poll: ({ guest, object, fds }) =>
    guest.call("wasm_bpf_buffer_poll", object, fds.ring, 0, 0, 0x100, 8, 0),
  libbpf_num_possible_cpus: ({ guest }) => makeAll(LIBBPF_FUNCTIONS, guest.context)["libbpf_num_possible_cpus"]?.(),
  bpf_map_mmap: ({ guest, fds }) => makeAll(LIBBPF_FUNCTIONS, guest.context)["bpf_map_mmap"]?.(fds.array, 0, 65536),
  sysconf: ({ guest }) => makeAll(SYS_FUNCTIONS, guest.context)["sysconf"]?.(83),
  perf_event_open: ({ guest }) =>
    makeAll(SYS_FUNCTIONS, guest.context)["perf_event_open"]?.(guest.put(0x100, new Array(64).fill(0)), -1, 0, -1, 0n),
  socket: ({ guest }) => makeAll(SYS_FUNCTIONS, guest.context)["socket"]?.(17, 3, 0),
};

/** The imports that never reach libbpf, or only to close something. */
const OTHERS = [
  "wasm_close_bpf_object",
  "bpf_map_munmap",
  ...Object.keys(SYS_TYPES).filter((name) => !Object.hasOwn(REACHING, name)),
];

/** The functions of module `libbpf` that guests of version 1 import too. */
const VERSION_1_AND_2 = ["libbpf_num_possible_cpus", "bpf_map_mmap", "bpf_map_munmap"];

/** The imports of version 2 that never reach libbpf, or only to close something. */
const REACHES_NOTHING: ReadonlySet<string> = new Set([
  "bpf_object__close",
  "bpf_link__destroy",
  "bpf_map_mmap", // the test above
  "bpf_map_munmap",
  "bpf_program__log_buf",
  "libbpf_set_print",
  "perf_buffer__new_raw", // refuses the event of this test
]);

/** True for functions of buffers that passed the gate when they were opened. */
function isOfOpenBuffer(name: string): boolean {
  const isOfBuffer = /^(ring|(user_)?ring_buffer|perf_buffer)__/.test(name);
  return isOfBuffer && !name.endsWith("__new") && !name.endsWith("__new_raw");
}

/** All kinds of requests. */
const EVERYTHING: RequestKind[] = [
  "open",
  "load",
  "pin",
  "attach",
  "struct_ops",
  "map",
  "element",
  "buffer",
  "share",
  "call",
  "query",
  "perf_event",
  "socket",
];

Deno.test("no import reaches libbpf when the policy refuses everything", () => {
  const tables = [WASM_BPF_TYPES, CALLBACK_WRAPPER_TYPES, SYS_TYPES];
  const names = new Set(tables.flatMap((table) => Object.keys(table)));
  assertEquals([...names, ...VERSION_1_AND_2].sort(), [...Object.keys(REACHING), ...OTHERS].sort());

  let refused: RequestKind[] = ["element"];
  using guest = RecordedGuest.open({ request: ({ kind }) => refused.includes(kind) ? "not now" : undefined });
  const object = guest.load();
  const fds = {
    hash: guest.map(object, "hash"),
    ring: guest.map(object, "ring"),
    array: guest.map(object, "array"),
  };
  refused = EVERYTHING;
  guest.calls.length = 0;
  const results = Object.entries(REACHING).map(([name, call]) => [name, call({ guest, object, fds })]);
  const expected = Object.keys(REACHING).map((name) => {
    if (name === "wasm_load_bpf_object") return [name, 0n];
    return [name, name.startsWith("wasm_") ? EPERM : WASI_EPERM];
  });
  assertEquals(results, expected);
  assertEquals(guest.effects, []);
  assertEquals(guest.problems.length, results.length);
  assertEquals(guest.problems.filter((problem) => !problem.endsWith(": EPERM: not now")), []);
});

Deno.test("no import of version 2 reaches libbpf when the policy refuses everything", () => {
  // The policy decides about elements when the guest gets its map.
  let refused: RequestKind[] = ["element"];
  using guest = new FakeGuest(OBJECT, {
    table: TABLE,
    directory: "/",
    policy: { refusal: ({ kind }) => refused.includes(kind) ? "not now" : undefined },
  });
  const version2 = new Version2Guest(guest);
  refused = EVERYTHING;
  guest.libbpf.calls.made.length = 0;
  const names = Object.keys(LIBBPF_FUNCTIONS).filter((name) => !REACHES_NOTHING.has(name) && !isOfOpenBuffer(name));
  const passed = names.filter((name) => version2.call(name) !== WASI_EPERM && shapeOf(name).result !== "void");
  assertEquals(passed, []);
  assertEquals(guest.libbpf.calls.made, []);
});

Deno.test("a policy gets the object that a guest loads, and its refusal takes nothing from the allowances", () => {
  const seen: GateRequest[] = [];
  let refused = true;
  using guest = new FakeGuest(OBJECT, {
    policy: { refusal: (request) => (seen.push(request), refused ? "no objects" : undefined) },
  });
  for (let i = 0; i < 100; i++) {
    guest.put(0xf000, [0]);
    assertEquals(guest.call("wasm_load_bpf_object", 0xf000, 100), 0n);
  }
  assertEquals(seen[0], { kind: "open", object: "guest", sizeBytes: 100 });
  assertEquals(guest.problems[0], 'Cannot open object "guest": EPERM: no objects');
  refused = false;
  guest.load();
});

Deno.test("a policy can allow one place of a program and refuse others, before the host looks for them", () => {
  const places: string[] = [];
  using guest = new FakeGuest(OBJECT, {
    directory: "/",
    policy: {
      refusal: (request) => {
        if (request.kind !== "attach") return undefined;
        const { program, place, point } = request;
        const text = place.kind === "text" ? place.text : place.kind;
        const found = point?.kind === "interface" ? `, which is interface ${point.name}` : "";
        places.push(`${program.name} of section ${program.sectionName} to ${text}${found}`);
        return text === "lo" ? undefined : `${text} is not allowed`;
      },
    },
  });
  const object = guest.load();
  const attach = (name: string, target: string) =>
    guest.call("wasm_attach_bpf_program", object, guest.put(0x100, name), guest.put(0x200, target));
  assertEquals(attach("xdp", "lo"), 0);
  assertEquals(attach("xdp", "nosuch"), EPERM);
  assertEquals(attach("ops", "/cgroup/a"), EPERM);
  assertEquals(attach("program", ""), EPERM);
  assertEquals(guest.call("wasm_attach_bpf_program_fd", object, guest.put(0x100, "ops"), 3), EPERM);
  assertEquals(places, [
    "xdp of section xdp to lo",
    "xdp of section xdp to lo, which is interface lo",
    "xdp of section xdp to nosuch",
    "ops of section sockops to /cgroup/a",
    "program of section tp/sched/sched_switch to section",
    "ops of section sockops to directory",
  ]);
  assertEquals(guest.libbpf.attached.length, 1);
  assertEquals(guest.problems[0], 'Cannot attach "xdp": EPERM: nosuch is not allowed');
});

Deno.test("a policy can refuse struct_ops maps", () => {
  using guest = new FakeGuest(OBJECT, { policy: refusing("struct_ops") });
  const name = guest.put(0x100, "struct");
  assertEquals(guest.call("wasm_attach_bpf_program", guest.load(), name, 0), EPERM);
  assertEquals(guest.libbpf.attached, []);
  assertEquals(guest.problems, ['Cannot attach "struct": EPERM: no struct_ops here']);
});

Deno.test("a map whose elements a policy restricts is never called directly, and each call is a request", () => {
  const asked: string[] = [];
  const policy: Policy = {
    refusal: (request) => {
      if (request.kind !== "element" || request.map.name !== "hash") return undefined;
      asked.push(request.access);
      return request.access === "write" ? "it is read-only" : undefined;
    },
  };
  using guest = new FakeGuest(OBJECT, { policy });
  const object = guest.load();
  const [hash, other] = [guest.map(object, "hash"), guest.map(object, "other")];
  asked.length = 0;
  for (let i = 0; i < 5; i++) {
    assertEquals(guest.operate(hash, UPDATE), EPERM);
    assertEquals(guest.operate(hash, DELETE), EPERM);
    assertEquals(guest.operate(hash, LOOKUP_AND_DELETE), EPERM);
    assertEquals(guest.operate(hash, LOOKUP), -2);
    assertEquals(guest.operate(hash, NEXT_KEY), -2);
  }
  assertEquals(guest.libbpf.directCalls, 0);
  assertEquals(asked.length, 5 * 6);
  assertEquals(guest.problems[0], 'Cannot write map "hash": EPERM: it is read-only');
  // The first call is JavaScript's, and opens the direct path.
  for (let i = 0; i < 5; i++) assertEquals(guest.operate(other, UPDATE), 0);
  assertEquals(guest.libbpf.directCalls, 4);
  assertEquals(guest.operate(hash, UPDATE), EPERM);
  assertEquals(guest.libbpf.directCalls, 4);
});

Deno.test("a guest cannot share a map whose elements the policy restricts", () => {
  const policy: Policy = {
    refusal: (request) =>
      request.kind === "element" && request.access === "write" && request.map.name === "array"
        ? "it is read-only"
        : undefined,
  };
  using guest = new FakeGuest(OBJECT, { policy });
  const fd = guest.map(guest.load(), "array");
  assertEquals(makeAll(LIBBPF_FUNCTIONS, guest.context)["bpf_map_mmap"]?.(fd, 0, 65536), WASI_EPERM);
  assertEquals(guest.problems, ['Cannot write map "array": EPERM: it is read-only']);
});

Deno.test("a description of a map has none of its calls", () => {
  using guest = new FakeGuest(OBJECT);
  const map = guest.context.objects.find(guest.load())?.describeMap("hash");
  assertEquals(Object.keys(map ?? {}), ["name", "type", "keySize", "valueSize", "maxEntries", "flags", "fd"]);
});

Deno.test("Counters count requests by kind, and events", () => {
  const policy: Policy = {
    refusal: (request) => request.kind === "attach" && request.program.name === "ops" ? "no" : undefined,
  };
  using guest = new FakeGuest(OBJECT, { policy, table: TABLE, openBuffer: () => SILENT_EVENTS });
  const { counters } = guest.context;
  const object = guest.load();
  const ring = guest.map(object, "ring");
  guest.map(object, "ring");
  guest.call("wasm_attach_bpf_program", object, guest.put(0x100, "program"), 0);
  guest.call("wasm_attach_bpf_program", object, guest.put(0x100, "xdp"), guest.put(0x200, "nosuch"));
  guest.call("wasm_attach_bpf_program", object, guest.put(0x100, "ops"), guest.put(0x200, "/cgroup"));
  for (let i = 0; i < 2; i++) guest.call("wasm_bpf_buffer_poll", object, ring, 0, 0, 0x100, 8, 0);
  const { allowed, refused, delivered, lost } = counters;
  const counted = Object.entries(allowed).filter(([, count]) => count > 0);
  assertEquals(Object.fromEntries(counted), { open: 1, load: 1, map: 1, attach: 2, buffer: 1 });
  assertEquals([refused, delivered, lost], [1, 6, 0]);
});

Deno.test("lost events are counted and reported once", () => {
  let lost = 0;
  const events: GuestEvents = {
    get lost() {
      return lost;
    },
    dataBytes: 4096,
    highWaterBytes: 0,
    poll: () => (lost += 4, 1),
    [Symbol.dispose]: () => {},
  };
  const definition = { maps: [{ name: "events", type: MapType.PERF_EVENT_ARRAY }] };
  using guest = new FakeGuest(definition, { table: TABLE, openBuffer: () => events });
  const object = guest.load();
  const ring = guest.map(object, "events");
  for (let i = 0; i < 2; i++) guest.call("wasm_bpf_buffer_poll", object, ring, 0, 0, 0x100, 8, 0);
  guest.context.losses.finish();
  assertEquals([guest.context.counters.lost, guest.context.counters.delivered], [8, 2]);
});

Deno.test("a policy's refusal is a BpfError that names the request", () => {
  using guest = new FakeGuest(OBJECT, { policy: refusing("open") });
  try {
    guest.context.gate.load(new Uint8Array(10));
  } catch (error) {
    if (!(error instanceof BpfError)) throw error;
    const { operation, kind, subject, code, reason } = error;
    assertEquals({ operation, kind, subject, code, reason }, {
      operation: "open",
      kind: "object",
      subject: "guest",
      code: "EPERM",
      reason: "no open here",
    });
    return;
  }
  throw new Error("nothing was thrown");
});

Deno.test("runGuestOn() applies the policy, and counts for its caller", () => {
  const module = `(import "libbpf" "libbpf_num_possible_cpus" (func $cpus (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (func (export "_start") (drop (call $cpus)) (call $exit (call $cpus)))`;
  const counters = new Counters();
  const problems: string[] = [];
  const code = runGuestOn(assemble(`(module ${module})`), {
    rules: refusing("query"),
    counters,
    onProblem: (problem) => problems.push(typeof problem === "string" ? problem : problem.message),
  });
  assertEquals([code | 0, counters.refused, counters.allowed.query], [WASI_EPERM, 2, 0]);
  assertEquals(new Set(problems), new Set(["Cannot count CPUs: EPERM: no query here"]));
});

Deno.test("a policy decides about an attachment of version 2 before the host looks for its path", () => {
  const places: string[] = [];
  using guest = new FakeGuest(OBJECT, {
    directory: "/",
    policy: {
      refusal: (request) => {
        if (request.kind !== "attach") return undefined;
        const { place } = request;
        places.push(place.kind === "call" ? `${place.function} ${place.target}` : place.kind);
        return "not here";
      },
    },
  });
  const version2 = new Version2Guest(guest);
  const path = guest.put(0x700, "/no/such/binary");
  const attach = version2.number(
    "bpf_program__attach_uprobe",
    version2.sources.handles["bpf_program"] ?? 0,
    0,
    -1,
    path,
    0,
  );
  assertEquals([attach, places], [WASI_EPERM, ["bpf_program__attach_uprobe uprobe -1:/no/such/binary"]]);
});

Deno.test("a program of version 1 is decided before libbpf gets the object", () => {
  const calls: string[] = [];
  using guest = new FakeGuest(OBJECT, {
    policy: policyRules([{ policy: DEFAULT_POLICY }]),
    wrapLibbpf: (libbpf) => recorded(libbpf, calls),
  });
  const object = compileSmall(`SEC("xdp") int pass(void *ctx) { return 2; }`);
  const { message } = assertThrows(() => guest.context.gate.load(object), BpfError);
  assertEquals(
    [message, calls],
    [
      'Cannot load object "guest": EPERM: program "pass" (xdp) changes network traffic ' +
      "(hint: --allow-network=INTERFACE allows it)",
      [],
    ],
  );
});

Deno.test("a program of libbpf that the object's bytes do not show is refused", () => {
  const policy = policyRules([{ policy: DEFAULT_POLICY }]);
  using guest = new FakeGuest({ programs: OBJECT.programs.slice(0, 1) }, { policy });
  guest.put(0xf000, [0]);
  new Uint8Array(guest.memory.buffer).set(EMPTY_OBJECT, 0xf000);
  assertEquals(guest.call("wasm_load_bpf_object", 0xf000, EMPTY_OBJECT.length), 0n);
  assertEquals(guest.problems, [
    'Cannot load object "guest": EPERM: the instructions of program "program" (tp/sched/sched_switch) are not known ' +
    "(hint: --allow-all allows it)",
  ]);
});
