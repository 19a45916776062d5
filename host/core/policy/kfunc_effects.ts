/**
 * The effects of kfuncs: functions of the kernel that programs call by name. Linux adds some with each version, so every name that is not
 * in these lists is unknown.
 *
 * @module
 */

import type { Effect } from "./effect.ts";

/** Beginnings of names of kfuncs that only read: iterators, comparisons of strings, copies from other memory. */
const OBSERVING_BEGINNINGS = ["bpf_iter_", "bpf_str", "bpf_probe_read_", "bpf_copy_from_user_", "bpf_cpumask_"];

/** Kfuncs that only read, or work on what belongs to the program. */
const OBSERVING: ReadonlySet<string> = new Set([
  "__bpf_trap",
  "bpf_arena_alloc_pages",
  "bpf_arena_free_pages",
  "bpf_arena_reserve_pages",
  "bpf_cast_to_kern_ctx",
  "bpf_cgroup_acquire",
  "bpf_cgroup_ancestor",
  "bpf_cgroup_from_id",
  "bpf_cgroup_read_xattr",
  "bpf_cgroup_release",
  "bpf_crypto_ctx_acquire",
  "bpf_crypto_ctx_create",
  "bpf_crypto_ctx_release",
  "bpf_crypto_decrypt",
  "bpf_crypto_encrypt",
  "bpf_ct_release",
  "bpf_dynptr_adjust",
  "bpf_dynptr_clone",
  "bpf_dynptr_copy",
  "bpf_dynptr_from_file",
  "bpf_dynptr_from_skb",
  "bpf_dynptr_from_skb_meta",
  "bpf_dynptr_from_xdp",
  "bpf_dynptr_is_null",
  "bpf_dynptr_is_rdonly",
  "bpf_dynptr_memset",
  "bpf_dynptr_size",
  "bpf_dynptr_slice",
  "bpf_dynptr_slice_rdwr",
  "bpf_get_dentry_xattr",
  "bpf_get_file_xattr",
  "bpf_get_fsverity_digest",
  "bpf_get_kmem_cache",
  "bpf_get_task_exe_file",
  "bpf_key_put",
  "bpf_list_back",
  "bpf_list_front",
  "bpf_list_pop_back",
  "bpf_list_pop_front",
  "bpf_list_push_back_impl",
  "bpf_list_push_front_impl",
  "bpf_local_irq_restore",
  "bpf_local_irq_save",
  "bpf_lookup_system_key",
  "bpf_map_sum_elem_count",
  "bpf_obj_drop_impl",
  "bpf_obj_new_impl",
  "bpf_path_d_path",
  "bpf_percpu_obj_drop_impl",
  "bpf_percpu_obj_new_impl",
  "bpf_preempt_disable",
  "bpf_preempt_enable",
  "bpf_put_file",
  "bpf_rbtree_add_impl",
  "bpf_rbtree_first",
  "bpf_rbtree_left",
  "bpf_rbtree_remove",
  "bpf_rbtree_right",
  "bpf_rbtree_root",
  "bpf_rcu_read_lock",
  "bpf_rcu_read_unlock",
  "bpf_rdonly_cast",
  "bpf_refcount_acquire_impl",
  "bpf_res_spin_lock",
  "bpf_res_spin_lock_irqsave",
  "bpf_res_spin_unlock",
  "bpf_res_spin_unlock_irqrestore",
  "bpf_session_cookie",
  "bpf_session_is_return",
  "bpf_skb_ct_lookup",
  "bpf_skb_get_fou_encap",
  "bpf_skb_get_xfrm_info",
  "bpf_stream_vprintk_impl",
  "bpf_task_acquire",
  "bpf_task_from_pid",
  "bpf_task_from_vpid",
  "bpf_task_get_cgroup1",
  "bpf_task_release",
  "bpf_task_under_cgroup",
  "bpf_task_work_schedule_resume_impl",
  "bpf_task_work_schedule_signal_impl",
  "bpf_throw",
  "bpf_verify_pkcs7_signature",
  "bpf_wq_init",
  "bpf_wq_set_callback_impl",
  "bpf_wq_start",
  "bpf_xdp_ct_lookup",
  "bpf_xdp_get_xfrm_state",
  "bpf_xdp_metadata_rx_hash",
  "bpf_xdp_metadata_rx_timestamp",
  "bpf_xdp_metadata_rx_vlan_tag",
  "bpf_xdp_xfrm_state_release",
  "cgroup_rstat_flush",
  "cgroup_rstat_updated",
  "css_rstat_flush",
  "css_rstat_updated",
]);

/** Kfuncs with an effect. */
const EFFECTS: ReadonlyMap<string, Effect> = new Map<string, Effect>([
  ["bpf_ct_change_status", "network"],
  ["bpf_ct_change_timeout", "network"],
  ["bpf_ct_insert_entry", "network"],
  ["bpf_ct_set_nat_info", "network"],
  ["bpf_ct_set_status", "network"],
  ["bpf_ct_set_timeout", "network"],
  ["bpf_sk_assign_tcp_reqsk", "network"],
  ["bpf_skb_ct_alloc", "network"],
  ["bpf_skb_set_fou_encap", "network"],
  ["bpf_skb_set_xfrm_info", "network"],
  ["bpf_sock_addr_set_sun_path", "network"],
  ["bpf_sock_destroy", "network"],
  ["bpf_sock_ops_enable_tx_tstamp", "network"],
  ["bpf_xdp_ct_alloc", "network"],
  ["bpf_xdp_pull_data", "network"],
  ["bpf_send_signal_task", "signal"],
  ["bpf_lookup_user_key", "kernel-change"],
  ["bpf_remove_dentry_xattr", "kernel-change"],
  ["bpf_set_dentry_xattr", "kernel-change"],
  ["crash_kexec", "kernel-change"],
  ["hid_bpf_allocate_context", "kernel-change"],
  ["hid_bpf_get_data", "kernel-change"],
  ["hid_bpf_hw_output_report", "kernel-change"],
  ["hid_bpf_hw_request", "kernel-change"],
  ["hid_bpf_input_report", "kernel-change"],
  ["hid_bpf_release_context", "kernel-change"],
  ["hid_bpf_try_input_report", "kernel-change"],
]);

/** Names of kfuncs that work for parts of the kernel that struct_ops replace: schedulers, congestion control, queueing. */
const STRUCT_OPS = /^(?:scx_bpf_|bpf_qdisc_|(?:bbr|cubictcp|dctcp|tcp_reno)_|tcp_(?:cong_avoid_ai|slow_start)$)/;

/** The effect of a kfunc; "unknown" for a name that nobody has reviewed, undefined for one that observes. */
export function kfuncEffect(name: string): Effect | "unknown" | undefined {
  const effect = EFFECTS.get(name);
  if (effect !== undefined) return effect;
  if (STRUCT_OPS.test(name)) return "struct-ops";
  const observes = OBSERVING.has(name) || OBSERVING_BEGINNINGS.some((beginning) => name.startsWith(beginning));
  return observes ? undefined : "unknown";
}
