import { assertEquals } from "@std/assert";
import { readRecordLayouts } from "./record_layouts.ts";

Deno.test("readRecordLayouts() reads names, sizes and the offsets of direct members", () => {
  const output = `
*** Dumping AST Record Layout
         0 | struct event::(unnamed at /tmp/x.c:2:43)
         0 |   int * p
           | [sizeof=4, align=4]

*** Dumping AST Record Layout
         0 | struct event
         0 |   long a
         8 |   struct event::(unnamed at /tmp/x.c:2:43) in
         8 |     int * p
        16 |     char[3] n
    20:0-2 |   int bits
    20:3-7 |   int more
           | [sizeof=24, align=4]

*** Dumping AST Record Layout
         0 | empty_t (empty)
           | [sizeof=0, align=1]
`;
  assertEquals(readRecordLayouts(output), [
    { name: "struct event::(unnamed at /tmp/x.c:2:43)", sizeBytes: 4, bitOffsets: [0], memberNames: ["p"] },
    {
      name: "struct event",
      sizeBytes: 24,
      bitOffsets: [0, 64, 160, 163],
      memberNames: ["a", "in", "bits", "more"],
    },
    { name: "empty_t (empty)", sizeBytes: 0, bitOffsets: [], memberNames: [] },
  ]);
  assertEquals(readRecordLayouts("no layouts"), []);
});
