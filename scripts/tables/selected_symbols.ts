/**
 * The native functions that the project calls. `scripts/generate_tables.ts` makes the tables in the `symbols/` folders of `ffi/`
 * from this list and the headers.
 *
 * The headers decide the types. A pointer to an opaque struct becomes "pointer", and any other pointer "buffer": the bytes of a
 * typed array. Beside a function are the parameters that need another type.
 *
 * @module
 */

/** Types for parameters, by name, in place of those that the headers suggest. */
export type Choices = Readonly<Record<string, "pointer" | "buffer" | "u64">>;

/** A table in a file of symbols. */
export interface SelectedTable {
  /** The name of the constant, and a sentence about it. */
  readonly name: string;
  readonly about: string;
  /**
   * "u64" when pointers to void and to numbers are addresses of guest memory. The caller has the address as a number, and the
   * call needs no view of the memory. Structs are still bytes.
   */
  readonly memory?: "u64";
  readonly functions: Readonly<Record<string, Choices>>;
}

/** A file of symbols. */
export interface SelectedFile {
  readonly path: string;
  readonly about: string;
  readonly tables: readonly SelectedTable[];
}

const ROWS = "Rows for `Deno.dlopen`.";

const LIBBPF: readonly SelectedFile[] = [
  {
    path: "ffi/libbpf/symbols/btf.ts",
    about: "libbpf: `struct btf` (btf.h).",
    tables: [{ name: "BTF_SYMBOLS", about: ROWS, functions: { btf__raw_data: {} } }],
  },
  {
    path: "ffi/libbpf/symbols/element.ts",
    about: "libbpf: the elements of a map, by descriptor (bpf.h). Keys and values are addresses in guest memory.",
    tables: [{
      name: "ELEMENT_SYMBOLS",
      about: ROWS,
      memory: "u64",
      functions: {
        bpf_map_lookup_elem_flags: {},
        bpf_map_update_elem: {},
        bpf_map_delete_elem_flags: {},
        bpf_map_get_next_key: {},
        bpf_map_lookup_and_delete_elem_flags: {},
        bpf_map_lookup_batch: {},
        bpf_map_lookup_and_delete_batch: {},
        bpf_map_update_batch: {},
        bpf_map_delete_batch: {},
      },
    }],
  },
  {
    path: "ffi/libbpf/symbols/libbpf.ts",
    about: "libbpf itself: version, log, errors (libbpf.h, libbpf_legacy.h).",
    tables: [
      {
        name: "LIBBPF_SYMBOLS",
        about: ROWS,
        functions: {
          libbpf_version_string: {},
          libbpf_num_possible_cpus: {},
          libbpf_set_print: {},
          libbpf_get_error: { ptr: "pointer" },
        },
      },
    ],
  },
  {
    path: "ffi/libbpf/symbols/link.ts",
    about: "libbpf: `struct bpf_link` (libbpf.h).",
    tables: [{ name: "LINK_SYMBOLS", about: ROWS, functions: { bpf_link__destroy: {}, bpf_link__fd: {} } }],
  },
  {
    path: "ffi/libbpf/symbols/map.ts",
    about: "libbpf: `struct bpf_map` (libbpf.h), and making a map (bpf.h).",
    tables: [{
      name: "MAP_SYMBOLS",
      about: ROWS,
      functions: {
        bpf_map__fd: {},
        bpf_map__name: {},
        bpf_map__type: {},
        bpf_map__key_size: {},
        bpf_map__value_size: {},
        bpf_map__max_entries: {},
        bpf_map__map_flags: {},
        bpf_map__autocreate: {},
        bpf_map__inner_map: {},
        bpf_map__set_map_flags: {},
        bpf_map_create: {},
        bpf_obj_get_info_by_fd: { info: "buffer" },
        bpf_map__attach_struct_ops: {},
        bpf_map__set_initial_value: {},
        bpf_map__set_max_entries: {},
        bpf_map__initial_value: {},
      },
    }],
  },
  {
    path: "ffi/libbpf/symbols/object.ts",
    about: "libbpf: `struct bpf_object` (libbpf.h).",
    tables: [{
      name: "OBJECT_SYMBOLS",
      about: ROWS,
      functions: {
        bpf_object__open_mem: {},
        bpf_object__load: {},
        bpf_object__close: {},
        bpf_object__next_program: {},
        bpf_object__next_map: {},
        bpf_object__find_program_by_name: {},
        bpf_object__find_map_by_name: {},
      },
    }],
  },
  {
    path: "ffi/libbpf/symbols/program.ts",
    about: "libbpf: `struct bpf_program` (libbpf.h), and attaching it.",
    tables: [{
      name: "PROGRAM_SYMBOLS",
      about: ROWS,
      functions: {
        bpf_program__name: {},
        bpf_program__section_name: {},
        bpf_program__type: {},
        bpf_program__expected_attach_type: {},
        bpf_program__fd: {},
        bpf_program__autoload: {},
        bpf_program__set_autoload: {},
        bpf_program__attach: {},
        bpf_program__attach_cgroup: {},
        bpf_program__attach_kprobe_opts: {},
        bpf_program__attach_kprobe_multi_opts: {},
        bpf_program__attach_ksyscall: {},
        bpf_program__attach_netfilter: {},
        bpf_program__attach_netkit: {},
        bpf_program__attach_netns: {},
        bpf_program__attach_perf_event_opts: {},
        bpf_program__attach_raw_tracepoint: {},
        bpf_program__attach_tcx: {},
        bpf_program__attach_tracepoint: {},
        bpf_program__attach_uprobe_multi: {},
        bpf_program__attach_uprobe_opts: {},
        bpf_program__attach_usdt: {},
        bpf_link_create: {},
        bpf_prog_attach: {},
        bpf_prog_detach2: {},
        bpf_prog_get_fd_by_id: {},
        bpf_xdp_attach: {},
        bpf_xdp_detach: {},
        bpf_xdp_query: {},
        bpf_tc_hook_create: {},
        bpf_tc_attach: {},
        bpf_tc_detach: {},
      },
    }],
  },
];

const LIBC: SelectedFile = {
  path: "ffi/system/symbols/libc.ts",
  about: "libc.",
  tables: [
    {
      name: "LIBC_SYMBOLS",
      about: ROWS,
      functions: {
        secure_getenv: {},
        if_nametoindex: {},
        if_indextoname: {},
        signal: {},
        __errno_location: {},
        memfd_create: {},
        write: {},
        close: {},
      },
    },
    {
      name: "PROCESS_SYMBOLS",
      about: "Functions that run other programs.",
      functions: {
        getenv: {},
        posix_spawnp: { file_actions: "buffer", attrp: "buffer", envp: "pointer" },
        posix_spawn_file_actions_init: { file_actions: "buffer" },
        posix_spawn_file_actions_adddup2: { file_actions: "buffer" },
        posix_spawn_file_actions_destroy: { file_actions: "buffer" },
        posix_spawnattr_init: { attr: "buffer" },
        posix_spawnattr_setflags: { _attr: "buffer" },
        posix_spawnattr_setsigdefault: { attr: "buffer", sigdefault: "buffer" },
        posix_spawnattr_destroy: { attr: "buffer" },
        raise: {},
        signal: {},
        waitpid: {},
      },
    },
    {
      name: "VSNPRINTF_SYMBOLS",
      about: "The function for the log of a libbpf without the shim.",
      functions: { vsnprintf: { format: "pointer" } },
    },
    {
      name: "DLFCN_SYMBOLS",
      about: "Functions that find the other functions.",
      functions: { dlopen: {}, dlsym: { handle: "pointer" }, dlclose: { handle: "pointer" }, dlerror: {} },
    },
  ],
};

const SHIM: SelectedFile = {
  path: "ffi/system/symbols/shim.ts",
  about:
    "The C code of this project (`ffi/libbpf/shim.c`, `ffi/system/*.c`), which only the library of this project has.",
  tables: [
    {
      name: "SHIM_SYMBOLS",
      about: ROWS,
      functions: {
        wasm_bpf_log_install: {},
        wasm_bpf_map_element: {},
        wasm_bpf_btf_prefetch: {},
        wasm_bpf_btf_discard: {},
        wasm_bpf_log_take: {},
        wasm_bpf_process_prepare: {},
        wasm_bpf_confinement_open: {},
        wasm_bpf_confinement_allow: {},
        wasm_bpf_confinement_names: {},
        wasm_bpf_confine: {},
        wasm_bpf_confine_finish: {},
        wasm_bpf_deadline_interrupt: {},
        wasm_bpf_deadline_end: {},
        wasm_bpf_deadline_close: {},
        wasm_bpf_signals_open: {},
        wasm_bpf_signals_pending: {},
        wasm_bpf_signals_flush: {},
        wasm_bpf_signals_block: {},
        wasm_bpf_signals_take: {},
        wasm_bpf_signals_claim: {},
        wasm_bpf_signals_waiting: {},
        wasm_bpf_signals_close: {},
        wasm_bpf_signal_set: {},
        wasm_bpf_signal_act: {},
      },
    },
    {
      name: "MAP_CALL_SYMBOLS",
      about: "The function that WebAssembly calls.",
      functions: { wasm_bpf_map_call: {} },
    },
  ],
};

/** The file of all system calls. */
export const SYSTEM_CALLS_PATH = "ffi/system/symbols/system_calls.ts";

export const SELECTED_SYMBOLS: readonly SelectedFile[] = [...LIBBPF, LIBC, SHIM];

/**
 * The system calls, whose prototypes are in `system_calls.h`. Sizes, counts and flags are 32 bits wide here, so that Deno passes numbers: none of them reaches 2^32.
 * Signed offsets are 64 bits wide.
 */
export const SELECTED_SYSTEM_CALLS: Readonly<Record<string, Choices>> = {
  bind: {},
  capget: {},
  clock_getres: {},
  clock_gettime: {},
  close: {},
  epoll_create1: {},
  epoll_ctl: {},
  epoll_pwait: { sigmask: "pointer" },
  eventfd2: {},
  faccessat: {},
  fadvise64: {},
  fallocate: {},
  fcntl: {},
  fdatasync: {},
  fstatfs: {},
  fsync: {},
  ftruncate: {},
  getdents64: {},
  getegid: {},
  geteuid: {},
  getgid: {},
  getitimer: {},
  getpgid: {},
  getppid: {},
  getrandom: {},
  getsid: {},
  gettid: {},
  getuid: {},
  ioctl: {},
  kill: {},
  linkat: {},
  lseek: {},
  memfd_create: {},
  mkdirat: {},
  mmap: { addr: "u64", length: "u64", offset: "u64" },
  munmap: { addr: "u64", length: "u64" },
  openat: {},
  openat2: {},
  perf_event_open: {},
  ppoll: { sigmask: "pointer" },
  pread64: { offset: "u64" },
  preadv: {},
  prlimit64: {},
  pwritev: {},
  read: {},
  readlinkat: {},
  readv: {},
  renameat2: {},
  sched_yield: {},
  setitimer: {},
  setsockopt: {},
  socket: {},
  statx: {},
  symlinkat: {},
  sysinfo: {},
  uname: {},
  unlinkat: {},
  utimensat: {},
  write: {},
  writev: {},
};
