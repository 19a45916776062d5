import { assertEquals } from "@std/assert";
import { WASI_ERRNO } from "../../errors/mod.ts";
import { AttachType } from "../../ffi/mod.ts";
import { openVersion2 } from "../../tests/doubles/version2.ts";
import { KernelDescriptor } from "../core/descriptors.ts";

Deno.test("attachments without a link end with the guest, also when its numbers are those of other things by then", () => {
  const { guest, version2, made } = openVersion2({ directory: "/" });
  using stack = new DisposableStack();
  stack.use(guest);
  const { descriptors } = guest.context;
  const { program = 0 } = version2.sources.fds;
  const attach = (target: number, type: number) => version2.number("bpf_prog_attach", program, target, type, 0);
  assertEquals(attach(3, AttachType.CGROUP_DEVICE), 0);
  descriptors.remove(program);
  descriptors.set(program, new KernelDescriptor("program", 2));
  assertEquals(attach(3, AttachType.CGROUP_DEVICE), 0);
  assertEquals(attach(77, AttachType.TCX_INGRESS), 0);
  made.length = 0;
  stack.dispose();
  const detached = made.filter(({ name }) => name === "bpf_prog_detach2");
  assertEquals(detached.map(({ args }) => args[2]), [
    AttachType.TCX_INGRESS,
    AttachType.CGROUP_DEVICE,
    AttachType.CGROUP_DEVICE,
  ]);
  assertEquals(detached[0]?.args[1], 77);
});

Deno.test("bpf_prog_detach2() ends what bpf_prog_attach() made", () => {
  const { guest, version2, made } = openVersion2({ directory: "/" });
  using stack = new DisposableStack();
  stack.use(guest);
  const { program = 0 } = version2.sources.fds;
  assertEquals(version2.number("bpf_prog_attach", program, 3, AttachType.CGROUP_DEVICE, 0), 0);
  assertEquals(version2.number("bpf_prog_detach2", program, 3, AttachType.CGROUP_DEVICE), 0);
  made.length = 0;
  stack.dispose();
  assertEquals(made.filter(({ name }) => name === "bpf_prog_detach2"), []);
});

Deno.test("attachments without a link count against the allowance of links", () => {
  const { guest, version2 } = openVersion2({ directory: "/", maxLinks: 2 });
  using _guest = guest;
  const { program = 0 } = version2.sources.fds;
  const attach = (target: number) => version2.number("bpf_prog_attach", program, target, AttachType.TCX_INGRESS, 0);
  // The guest has one link of struct_ops.
  assertEquals([attach(1), attach(2)], [0, -WASI_ERRNO.EMFILE]);
  // The same place again replaces the first.
  assertEquals(version2.number("bpf_prog_detach2", program, 1, AttachType.TCX_INGRESS), 0);
  assertEquals(attach(2), 0);
});
