// libc calls this for a path that is in none of the guest's directories. The host prints the option that gives it to the
// guest, if it has the path: a native program would have found it, and many tools print nothing about a missing file.
#include "sys.h"

void __wasm_bpf_missing_path(const char *path) {
    sys_missing_path(path);
    errno = ENOENT;
}
