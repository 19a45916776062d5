/** Compiles guests that use the standard library of C++ (`scripts/build_sdk.sh --cpp`), and runs them. */

import { assertEquals, assertMatch } from "@std/assert";
import { directoryWith, runWasmBpf } from "./command.ts";

/** Compiles a guest and runs it in an empty directory. @returns its exit code, output, and the last lines of stderr. */
async function runCpp(source: string, options: readonly string[] = []) {
  await using folder = await directoryWith({ "a.cpp": source });
  const module = `${folder.path}/a.wasm`;
  const built = await runWasmBpf(["cc", "-Wall", "-Wextra", ...options, `${folder.path}/a.cpp`, "-o", module]);
  assertEquals([built.code, built.stdout, built.stderr], [0, "", ""]);
  const size = Deno.statSync(module).size;
  return { ...await runWasmBpf(["--dir", `${folder.path}::/`, module]), size };
}

const LIBRARY = `#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <format>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <print>
#include <random>
#include <ranges>
#include <span>
#include <thread>
#include <vector>

struct Loud {
  int number;
  ~Loud() { std::printf("~%d\\n", number); }
};
static Loud global{1};
static thread_local Loud of_thread{2};
static thread_local long counter = 40;
static std::mutex mutex;

int main() {
  std::map<std::string, int> ages{{"b", 2}, {"a", 1}};
  for (const auto &[name, age] : ages) std::cout << name << age << ' ';
  std::cout << 1.5 << ' ' << 2.25L << std::endl;
  std::print("{:>6}|{:#x}|{:.2f}\\n", "text", 255, 3.14159);
  std::vector<int> numbers{3, 1, 2};
  std::ranges::sort(numbers);
  std::function<int(int)> add = [&](int n) { return n + std::span(numbers).front(); };
  auto shared = std::make_shared<Loud>(add(6));
  std::atomic<long> total{5};
  total += 2;
  std::lock_guard lock(mutex);
  std::cout << total << ' ' << ++counter << ' ' << of_thread.number << ' ' << (std::random_device()() != std::random_device()())
            << ' ' << (std::chrono::system_clock::now().time_since_epoch() > std::chrono::hours(24 * 365 * 50)) << std::endl;
  std::ofstream("/file.txt") << "line " << 7 << std::endl;
  std::string line;
  std::ifstream in("/file.txt");
  std::getline(in, line);
  for (const auto &entry : std::filesystem::directory_iterator("/"))
    if (entry.path().extension() == ".txt") std::cout << entry.path().filename() << ' ' << entry.file_size() << std::endl;
  unsigned __int128 wide = 1;
  wide = (wide << 100) / 1000000007;
  std::cout << line << ' ' << static_cast<unsigned long>(wide % 1000) << std::endl;
  return 3;
}
`;

Deno.test("C++ guests have containers, streams, files, atomics, variables of threads, and destructors in order", async () => {
  const { code, stdout, stderr } = await runCpp(LIBRARY);
  assertEquals(stderr, "");
  assertEquals(stdout.split("\n"), [
    "a1 b2 1.5 2.25",
    "  text|0xff|3.14",
    "7 41 2 1 1",
    '"file.txt" 7',
    `line 7 ${(2n ** 100n / 1000000007n) % 1000n}`,
    "~7",
    "~2",
    "~1",
    "",
  ]);
  assertEquals(code, 3);
});

const THROWS = `#include <stdexcept>
#include <string>
#include <cstdio>
struct Loud { ~Loud() { std::puts("unwound"); } };
static void fail(int n) { Loud loud; throw std::runtime_error("number " + std::to_string(n)); }
int main() {
  try { fail(7); } catch (const std::exception &error) { std::puts(error.what()); }
  try { std::string("x").at(9); } catch (const std::out_of_range &) { std::puts("out of range"); }
  fail(8);
}
`;

Deno.test("C++ guests have exceptions with -fexceptions, and an exception that nobody catches ends them", async () => {
  const { code, stdout, stderr } = await runCpp(THROWS, ["-fexceptions"]);
  assertEquals([code, stdout], [134, "unwound\\nnumber 7\\nout of range\\nunwound\\n".replaceAll("\\n", "\n")]);
  assertMatch(stderr, /uncaught exception/);
});

Deno.test("without -fexceptions, the library prints the reason and aborts", async () => {
  const source = `#include <string>
int main(int count, char **) { return std::string("x").at(count + 8); }`;
  const { code, stderr } = await runCpp(source);
  assertEquals(code, 134);
  assertMatch(stderr, /^out_of_range was thrown in -fno-exceptions mode with message "basic_string"\n/);
});

Deno.test("std::thread fails, and what a guest does not use costs nothing", async () => {
  const { code, stderr } = await runCpp("#include <thread>\nint main() { std::thread([] {}).join(); }");
  assertEquals(code, 134);
  assertMatch(
    stderr,
    /^system_error was thrown in -fno-exceptions mode with error \d+ and message "thread constructor failed"\n/,
  );
  const { size } = await runCpp('#include <cstdio>\n#include <vector>\nint main() { std::puts("x"); }');
  assertEquals([size > 1000, size < 5000], [true, true]);
});

Deno.test("atomic operations of C++ guests are instructions for shared memory", async () => {
  await using folder = await directoryWith({
    "a.cpp": "#include <atomic>\nlong count;\nlong add() { return std::atomic_ref(count).fetch_add(1); }",
  });
  const { code } = await runWasmBpf(["cc", "-S", `${folder.path}/a.cpp`, "-o", `${folder.path}/a.s`]);
  assertEquals(code, 0);
  assertMatch(Deno.readTextFileSync(`${folder.path}/a.s`), /i64\.atomic\.rmw\.add/);
});

Deno.test("`cc` compiles C beside C++, links objects of C++, and names a missing library or compiler", async () => {
  await using folder = await directoryWith({
    "a.cpp": '#include <iostream>\nextern "C" int twice(int);\nint main() { std::cout << twice(21) << std::endl; }',
    "b.c": "#include <stdlib.h>\nint twice(int x) { int *p = malloc(4); *p = 2; return x * *p; }",
  });
  const path = (name: string) => `${folder.path}/${name}`;
  for (
    const steps of [
      [["cc", path("a.cpp"), path("b.c"), "-o", path("a.wasm")]],
      [
        ["cc", "-c", path("a.cpp"), "-o", path("a.o")],
        ["cc", "-c", path("b.c"), "-o", path("b.o")],
        ["cc", path("a.o"), path("b.o"), "-lstdc++", "-o", path("a.wasm")],
      ],
    ]
  ) {
    for (const step of steps) assertEquals(await runWasmBpf(step), { code: 0, stdout: "", stderr: "" });
    assertEquals((await runWasmBpf([path("a.wasm")])).stdout, "42\n");
    Deno.removeSync(path("a.wasm"));
  }
  Deno.writeTextFileSync(path("zig"), "#!/bin/sh\necho 0.14.1\n", { mode: 0o755 });
  const zig = await runWasmBpf(["cc", path("a.cpp")], { env: { PATH: folder.path } });
  assertEquals(zig.code, 127);
  assertMatch(zig.stderr, /^wasm-bpf: Cannot compile C\+\+ with zig: .* \(hint: .*clang.*\)\n$/);
  Deno.mkdirSync(path("sdk/lib"), { recursive: true });
  Deno.writeTextFileSync(path("sdk/lib/libc.a"), "");
  const { code, stderr } = await runWasmBpf(["cc", path("a.cpp")], { env: { WASM_BPF_SDK: path("sdk") } });
  assertEquals(code, 127);
  assertMatch(
    stderr,
    /^wasm-bpf: Cannot compile C\+\+: no libc\+\+ in \S+\/sdk \(hint: scripts\/build_sdk\.sh --cpp .*\)\n$/,
  );
});
