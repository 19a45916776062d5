/**
 * The uses of an object as data: its programs with the helpers and kernel functions that they call, and its maps.
 *
 * @module
 */

/** The uses of one object: everything that it would do if it were loaded. */
export interface ObjectUses {
  /** Sorted by section and offset. */
  readonly programs: readonly ProgramUses[];
  readonly maps: readonly MapUses[];
}

/** The uses of one program. */
export interface ProgramUses {
  readonly name: string;
  /** Its section without a leading `?`: "kprobe/do_unlinkat". */
  readonly section: string;
  /** A value of {@link ProgramType}; 0 if the section names none. */
  readonly type: number;
  /** A value of {@link AttachType}; undefined if the section leaves it open. */
  readonly attachType: number | undefined;
  /** The target in the section's name: "do_unlinkat", "sched/sched_switch". */
  readonly target: string | undefined;
  readonly isSleepable: boolean;
  /** The numbers of the helpers that the program and the functions it reaches call, sorted. */
  readonly helpers: readonly number[];
  /** The names of the kernel functions that they call, sorted. */
  readonly kfuncs: readonly string[];
  /** False if libbpf leaves the program out by default, because its section begins with `?`. */
  readonly autoload: boolean;
}

/** One map, as libbpf creates it. */
export interface MapUses {
  /** Its name; ".bss" and the like for global variables, "outer.inner" for the inner maps of "outer". */
  readonly name: string;
  /** A value of {@link MapType}. */
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** True if loading the object pins the map (LIBBPF_PIN_BY_NAME). */
  readonly isPinned: boolean;
  /** An estimate of the kernel memory that it takes when it is full. */
  readonly bytes: number;
  /** The name of the kernel's struct for a map of type struct_ops. */
  readonly structOps: string | undefined;
}
