import { assertEquals } from "@std/assert";
import { Libc } from "./libc.ts";
import { openLibrary } from "./library.ts";

Deno.test("Libc.readFile() reads files of every size whole", () => {
  using library = openLibrary();
  using libc = new Libc(library);
  const path = Deno.makeTempFileSync();
  const part = 1 << 16;
  try {
    for (const size of [0, 1, part - 1, part, part + 1, part + (1 << 20), part + (3 << 20) + 5]) {
      const bytes = Uint8Array.from({ length: size }, (_, i) => i * 7 + (i >> 12));
      Deno.writeFileSync(path, bytes);
      assertEquals(libc.readFile(path), bytes, `${size} bytes`);
    }
  } finally {
    Deno.removeSync(path);
  }
});
