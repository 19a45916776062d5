import { assertEquals } from "@std/assert";
import { openSystem } from "./system.ts";

Deno.test("readFile() reads files of every size whole", () => {
  using system = openSystem();
  const path = Deno.makeTempFileSync();
  const part = 1 << 16;
  try {
    for (const size of [0, 1, part - 1, part, part + 1, part + (1 << 20), part + (3 << 20) + 5]) {
      const bytes = Uint8Array.from({ length: size }, (_, i) => i * 7 + (i >> 12));
      Deno.writeFileSync(path, bytes);
      assertEquals(system.readFile(path), bytes, `${size} bytes`);
    }
  } finally {
    Deno.removeSync(path);
  }
});
