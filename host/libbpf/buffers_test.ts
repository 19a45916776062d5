import { assertEquals } from "@std/assert";
import { FakeGuest } from "../../tests/doubles/guest.ts";
import { BufferDescriptors } from "./buffers.ts";

Deno.test("a descriptor of a buffer ends with the buffer, also when the guest moved it", () => {
  using guest = new FakeGuest();
  const { descriptors } = guest.context;
  const own = new BufferDescriptors(guest.context);
  const fd = own.numberOf(77, "epoll");
  assertEquals([own.numberOf(77, "epoll"), descriptors.find(fd)?.hostFd], [fd, 77]);
  const moved = descriptors.remove(fd);
  if (moved === undefined) throw new TypeError("no entry");
  descriptors.set(50, moved);
  assertEquals(own.numberOf(77, "epoll"), 50);
  own[Symbol.dispose]();
  assertEquals(descriptors.find(50), undefined);
});

Deno.test("a buffer that ends leaves another descriptor alone which got its number", () => {
  using guest = new FakeGuest();
  const { descriptors } = guest.context;
  const [first, second] = [new BufferDescriptors(guest.context), new BufferDescriptors(guest.context)];
  const fd = first.numberOf(77, "epoll");
  descriptors.remove(fd);
  assertEquals(second.numberOf(78, "epoll"), fd);
  first[Symbol.dispose]();
  assertEquals(descriptors.find(fd)?.hostFd, 78);
});
