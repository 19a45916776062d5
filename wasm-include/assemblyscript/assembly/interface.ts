// SPDX-License-Identifier: MIT

import { checkedFor } from "./errors";
import { cString } from "./values";

@external("wasm_bpf_sys", "if_nametoindex")
declare function if_nametoindex(name: usize): i32;

/** The number of a network interface of the host: "eth0". */
export function interfaceIndex(name: string): i32 {
  const text = cString(name);
  return checkedFor("find interface", name, if_nametoindex(changetype<usize>(text)));
}
