import { assert, assertEquals } from "@std/assert";
import { AttachType, ProgramType } from "../../../object/bpf_numbers.ts";
import { HELPER } from "../../../object/helper_names.ts";
import { causedEffects, type ProgramFacts, typeEffect } from "./effects.ts";
import { HELPER_EFFECTS, LAST_REVIEWED_HELPER } from "./helper_effects.ts";
import { kfuncEffect } from "./kfunc_effects.ts";

/** The effects without their causes. */
const effectsOf = (facts: ProgramFacts) => causedEffects(facts).map(({ effect }) => effect);

const OBSERVER = { type: ProgramType.KPROBE, attachType: 0, helpers: [], kfuncs: [] };

Deno.test("typeEffect() has a decision for every program type of the headers", () => {
  const undecided = Object.entries(ProgramType).filter(([, type]) => typeEffect(type, 0) === "unknown");
  assertEquals(undecided, []);
  assertEquals(typeEffect(Math.max(...Object.values(ProgramType)) + 1, 0), "unknown");
});

Deno.test("typeEffect() lists the types that observe, one by one", () => {
  const observing = Object.entries(ProgramType).filter(([, type]) => typeEffect(type, 0) === undefined);
  assertEquals(observing.map(([name]) => name), [
    ...["UNSPEC", "SOCKET_FILTER", "KPROBE", "TRACEPOINT", "PERF_EVENT", "RAW_TRACEPOINT", "LIRC_MODE2", "SYSCALL"],
  ]);
});

Deno.test("typeEffect() lets tracing programs observe only with the attach types that cannot change a result", () => {
  const observing = Object.entries(AttachType).filter(([, type]) =>
    typeEffect(ProgramType.TRACING, type) === undefined
  );
  assertEquals(observing.map(([name]) => name), ["TRACE_RAW_TP", "TRACE_FENTRY", "TRACE_FEXIT", "TRACE_ITER"]);
  assertEquals(typeEffect(ProgramType.TRACING, undefined), "deny");
  assertEquals(typeEffect(ProgramType.TRACING, 1000), "deny");
});

Deno.test("every helper of the headers was reviewed, and the names are those of the headers", () => {
  assertEquals(Math.max(...Object.values(HELPER)), LAST_REVIEWED_HELPER);
  const names = new Map<number, string>(Object.entries(HELPER).map(([name, id]) => [id, `bpf_${name}`]));
  for (const [id, { name }] of HELPER_EFFECTS) assertEquals(name, names.get(id));
});

Deno.test("every helper whose name says that it changes something has an effect", () => {
  const changing = /^(?:set_|sock_map_update|sock_hash_update|override|send_|probe_write|.*redirect|.*_store|.*change)/;
  const without = Object.entries(HELPER).filter(([name, id]) => changing.test(name) && !HELPER_EFFECTS.has(id));
  assertEquals(without, []);
});

Deno.test("causedEffects() has the effects of the type and of each call", () => {
  assertEquals(effectsOf(OBSERVER), []);
  assertEquals(effectsOf({ ...OBSERVER, helpers: [HELPER.send_signal, HELPER.send_signal_thread] }), [
    "signal",
    "signal",
  ]);
  assertEquals(effectsOf({ ...OBSERVER, helpers: [HELPER.probe_write_user] }), ["write-user"]);
  assertEquals(effectsOf({ ...OBSERVER, helpers: [HELPER.override_return] }), ["override"]);
  assertEquals(effectsOf({ ...OBSERVER, type: ProgramType.XDP, helpers: [HELPER.redirect] }), ["network", "network"]);
  assertEquals(effectsOf({ ...OBSERVER, type: ProgramType.LSM }), ["deny"]);
  assertEquals(effectsOf({ ...OBSERVER, type: ProgramType.EXT }), ["replace"]);
  assertEquals(effectsOf({ ...OBSERVER, type: ProgramType.STRUCT_OPS }), ["struct-ops"]);
  assertEquals(effectsOf({ ...OBSERVER, kfuncs: ["bpf_sock_destroy", "bpf_task_acquire"] }), ["network"]);
});

Deno.test("causedEffects() does not trust calls and types that nobody has reviewed", () => {
  for (const helper of [LAST_REVIEWED_HELPER + 1, -1, 2 ** 31 - 1]) {
    assertEquals(effectsOf({ ...OBSERVER, helpers: [helper] }), ["unknown"]);
  }
  assertEquals(effectsOf({ ...OBSERVER, kfuncs: ["bpf_new_function"] }), ["unknown"]);
  assertEquals(effectsOf({ ...OBSERVER, type: 99 }), ["unknown"]);
});

Deno.test("kfuncEffect() observes with iterators and copies, and names the effects of the others", () => {
  const names = ["bpf_iter_task_new", "bpf_strncmp", "bpf_copy_from_user_str", "bpf_rcu_read_lock", "bpf_obj_new_impl"];
  for (const name of names) assertEquals(kfuncEffect(name), undefined, name);
  assertEquals(kfuncEffect("scx_bpf_dsq_insert"), "struct-ops");
  assertEquals(kfuncEffect("bpf_send_signal_task"), "signal");
  assertEquals(kfuncEffect("bpf_set_dentry_xattr"), "kernel-change");
  assertEquals(kfuncEffect("constructor"), "unknown");
  assert(kfuncEffect("bpf_probe_write_kernel") === "unknown");
});
