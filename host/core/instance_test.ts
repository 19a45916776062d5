import { assertEquals, assertThrows } from "@std/assert";
import { GuestError } from "../../errors/mod.ts";
import { assemble } from "../../scripts/build_wat.ts";
import { GuestInstance, tableOf } from "./instance.ts";
import { type AddressBits, guestPtr, MemoryFault } from "./memory.ts";

/** A guest with functions at 1 and 2 of a table of five entries: they double a number, and negate one as wide as a pointer. */
function instanceOf(addressBits: AddressBits, tableBits: AddressBits = addressBits): GuestInstance {
  const bytes = assemble(`(module (memory (export "memory") i${addressBits} 1)
    (table (export "table") i${tableBits} 5 funcref) (elem (i${tableBits}.const 1) $double $negate)
    (func $double (export "double") (param i32) (result i32) (i32.add (local.get 0) (local.get 0)))
    (func $negate (param i${addressBits}) (result i${addressBits})
      (i${addressBits}.sub (i${addressBits}.const 0) (local.get 0))))`);
  const { memory, table, double } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  if (!(memory instanceof WebAssembly.Memory) || !(table instanceof WebAssembly.Table)) {
    throw new TypeError("no exports");
  }
  const instance = new GuestInstance(addressBits);
  const callback = typeof double === "function" ? double : undefined;
  const options = { window: { base: 0 }, onGrow: () => {} };
  instance.bind({ memory, table, callback, callbackName: "double" }, options);
  return instance;
}

for (const bits of [32, 64] as const) {
  const width = bits === 64 ? BigInt : Number;

  Deno.test(`GuestInstance.functionAt() finds callbacks in a table of ${bits}-bit indices, and nothing beside them`, () => {
    const instance = instanceOf(bits);
    assertEquals(instance.functionAt(guestPtr(width(1), bits))?.(21), 42);
    const negate = instance.functionAt(guestPtr(width(2), bits));
    assertEquals(negate?.(width(5)), width(-5));
    assertThrows(() => negate?.(bits === 64 ? 5 : 5n), TypeError);
    const beyond = bits === 64 ? [2 ** 32 + 1, 2 ** 53 - 1] : [0x7fff_ffff, 0x8000_0001];
    for (const index of [0, 3, 5, 6, 0xffff_ffff, ...beyond]) {
      assertEquals(instance.functionAt(guestPtr(width(index), bits)), undefined, `${index}`);
    }
  });

  Deno.test(`GuestInstance.callbackTable has ${bits}-bit indices in a guest with such addresses`, () => {
    const { callbackTable } = instanceOf(bits);
    const at = (index: number): unknown =>
      Reflect.apply(WebAssembly.Table.prototype.get, callbackTable, [width(index)]);
    const callback = at(0);
    assertEquals([callbackTable.length, typeof callback === "function" && callback(21)], [width(1), 42]);
    assertThrows(() => at(1), RangeError);
  });
}

Deno.test("GuestInstance.functionAt() finds nothing in a table whose indices have another width than addresses", () => {
  assertEquals(instanceOf(64, 32).functionAt(guestPtr(1n, 64)), undefined);
  assertEquals(instanceOf(32, 64).functionAt(guestPtr(1)), undefined);
});

Deno.test("GuestInstance has no memory and no functions before it is linked", () => {
  const instance = new GuestInstance(64);
  assertEquals([instance.addressBits, instance.isBound], [64, false]);
  assertThrows(() => instance.functionAt(guestPtr(1n, 64)), MemoryFault);
  assertThrows(() => instance.memory, MemoryFault);
});

Deno.test("GuestInstance without a table or callback has none", () => {
  const instance = new GuestInstance();
  const memory = new WebAssembly.Memory({ initial: 1 });
  const parts = { memory, table: undefined, callback: undefined, callbackName: "f" };
  instance.bind(parts, { window: { base: 0 }, onGrow: () => {} });
  assertEquals(instance.functionAt(guestPtr(0)), undefined);
  assertThrows(() => instance.callbackTable, GuestError, 'does not export "f"');
});

Deno.test("tableOf() makes a table that modules of its width can import", () => {
  for (const bits of [32, 64] as const) {
    const [same, other] = [bits, 96 - bits].map((width) =>
      new WebAssembly.Module(assemble(`(module (import "m" "t" (table i${width} 1 funcref)))`))
    );
    if (same === undefined || other === undefined) throw new TypeError("no module");
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble(`(module (func (export "f")))`)));
    const f = exports["f"];
    if (typeof f !== "function") throw new TypeError("no function");
    const imports = { m: { t: tableOf(f, bits) } };
    assertEquals(new WebAssembly.Instance(same, imports) instanceof WebAssembly.Instance, true);
    assertThrows(() => new WebAssembly.Instance(other, imports), WebAssembly.LinkError);
  }
});
