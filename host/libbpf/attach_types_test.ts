import { assertEquals } from "@std/assert";
import { AttachType } from "../../ffi/mod.ts";
import { isOnInterface, isOnMap } from "./attach_types.ts";

const namesOf = (matches: (type: number) => boolean) =>
  Object.entries(AttachType).flatMap(([name, type]) => matches(type) ? [name] : []);

Deno.test("isOnInterface() is true for exactly the attach types of devices", () => {
  assertEquals(namesOf(isOnInterface), ["XDP", "TCX_INGRESS", "TCX_EGRESS", "NETKIT_PRIMARY", "NETKIT_PEER"]);
});

Deno.test("isOnMap() is true for exactly the attach types of maps of sockets", () => {
  assertEquals(namesOf(isOnMap), [
    ...["SK_SKB_STREAM_PARSER", "SK_SKB_STREAM_VERDICT", "SK_MSG_VERDICT", "SK_SKB_VERDICT"],
  ]);
});
