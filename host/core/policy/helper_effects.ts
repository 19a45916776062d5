/**
 * The helpers that have an effect on the machine. All others up to {@link LAST_REVIEWED_HELPER} only read, or write to the maps and the
 * storage of the program itself.
 *
 * @module
 */

import type { Effect } from "./effect.ts";

/** The highest number of a helper that was reviewed: `bpf_cgrp_storage_delete`. Linux gets no new helpers, only kfuncs. */
export const LAST_REVIEWED_HELPER = 211;

/** A helper that has an effect. */
export interface HelperRow {
  readonly name: string;
  readonly effect: Effect;
}

const NETWORK: Readonly<Record<number, string>> = {
  9: "bpf_skb_store_bytes",
  10: "bpf_l3_csum_replace",
  11: "bpf_l4_csum_replace",
  13: "bpf_clone_redirect",
  18: "bpf_skb_vlan_push",
  19: "bpf_skb_vlan_pop",
  21: "bpf_skb_set_tunnel_key",
  23: "bpf_redirect",
  30: "bpf_skb_set_tunnel_opt",
  31: "bpf_skb_change_proto",
  32: "bpf_skb_change_type",
  38: "bpf_skb_change_tail",
  40: "bpf_csum_update",
  41: "bpf_set_hash_invalid",
  43: "bpf_skb_change_head",
  44: "bpf_xdp_adjust_head",
  48: "bpf_set_hash",
  49: "bpf_setsockopt",
  50: "bpf_skb_adjust_room",
  51: "bpf_redirect_map",
  52: "bpf_sk_redirect_map",
  53: "bpf_sock_map_update",
  54: "bpf_xdp_adjust_meta",
  59: "bpf_sock_ops_cb_flags_set",
  60: "bpf_msg_redirect_map",
  61: "bpf_msg_apply_bytes",
  62: "bpf_msg_cork_bytes",
  64: "bpf_bind",
  65: "bpf_xdp_adjust_tail",
  70: "bpf_sock_hash_update",
  71: "bpf_msg_redirect_hash",
  72: "bpf_sk_redirect_hash",
  73: "bpf_lwt_push_encap",
  74: "bpf_lwt_seg6_store_bytes",
  75: "bpf_lwt_seg6_adjust_srh",
  76: "bpf_lwt_seg6_action",
  82: "bpf_sk_select_reuseport",
  90: "bpf_msg_push_data",
  91: "bpf_msg_pop_data",
  97: "bpf_skb_ecn_set_ce",
  116: "bpf_tcp_send_ack",
  124: "bpf_sk_assign",
  135: "bpf_csum_level",
  143: "bpf_store_hdr_opt",
  144: "bpf_reserve_hdr_opt",
  152: "bpf_redirect_neigh",
  155: "bpf_redirect_peer",
  190: "bpf_xdp_store_bytes",
  192: "bpf_skb_set_tstamp",
};

const DENY: Readonly<Record<number, string>> = {
  104: "bpf_sysctl_set_new_value",
  159: "bpf_bprm_opts_set",
  187: "bpf_set_retval",
};

const KERNEL_CHANGE: Readonly<Record<number, string>> = {
  // They send keys and movements to input devices.
  77: "bpf_rc_repeat",
  78: "bpf_rc_keydown",
  92: "bpf_rc_pointer_rel",
  // They work on this process: bpf(2) past the host, new descriptors, and closing any descriptor.
  166: "bpf_sys_bpf",
  167: "bpf_btf_find_by_name_kind",
  168: "bpf_sys_close",
};

function rows(effect: Effect, names: Readonly<Record<number, string>>): [number, HelperRow][] {
  return Object.entries(names).map(([id, name]) => [Number(id), { name, effect }]);
}

/** The helpers with an effect, by number. */
export const HELPER_EFFECTS: ReadonlyMap<number, HelperRow> = new Map([
  ...rows("network", NETWORK),
  ...rows("deny", DENY),
  ...rows("kernel-change", KERNEL_CHANGE),
  ...rows("write-user", { 36: "bpf_probe_write_user" }),
  ...rows("override", { 58: "bpf_override_return" }),
  ...rows("signal", { 109: "bpf_send_signal", 117: "bpf_send_signal_thread" }),
]);
