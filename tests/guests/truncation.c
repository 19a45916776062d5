// SPDX-License-Identifier: MIT
/* A record that is larger than the guest's buffer is truncated. The callback gets the truncated size. */
#include "events_guest.h"

enum { ROOM = 64, CANARY = 0x5a };

static size_t told;

static int note_size(void *ctx, void *data, size_t size) {
    (void)ctx, (void)data;
    told = size;
    return 0;
}

static void cut(struct events_bpf *skel, struct bpf_map *map, enum command_kind kind) {
    static char data[RECORD_SIZE_MAX];
    bpf_object_skel object = events_handle(skel);
    events_poll(object, map, note_size, NULL, data, ROOM, 0);

    memset(data, CANARY, sizeof(data));
    events_emit(skel, kind, 0, 1, 1000);
    check_equal("a record that is too large is delivered", events_poll(object, map, note_size, NULL, data, ROOM, 0), 1);
    check_equal("with the size that was copied", told, ROOM);
    int touched = 0;
    for (size_t i = ROOM; i < sizeof(data); i++) touched += data[i] != CANARY;
    check_equal("and nothing is written beyond it", touched, 0);

    events_emit(skel, kind, 0, 1, 40);
    events_poll(object, map, note_size, NULL, data, ROOM, 0);
    check("the next is whole", told >= 40 && told < 48); /* perf pads records to 8 bytes, including its own 4 */
}

/* The SDK's buffer has room for 64 KiB. The SDK delivers only whole records. */
static void sdk(struct events_bpf *skel) {
    struct bpf_buffer *buffer = bpf_buffer__open(skel->maps.ring_b, note_size, NULL);
    events_emit(skel, COMMAND_HUGE_B, 0, 1, 0);
    told = 0;
    check_equal("bpf_buffer__poll() refuses a record that is too large for it", bpf_buffer__poll(buffer, 0), -E2BIG);
    check_equal("the callback does not get it", told, 0);
    events_emit(skel, COMMAND_RING_B, 0, 1, RECORD_SIZE_MAX);
    check_equal("and continues with the next", bpf_buffer__poll(buffer, 0), 1);
    check_equal("which is whole", told, RECORD_SIZE_MAX);
    bpf_buffer__free(buffer);
}

int main(void) {
    struct events_bpf *skel = events_open_and_start();
    cut(skel, skel->maps.ring_a, COMMAND_RING_A);
    cut(skel, skel->maps.perf, COMMAND_PERF);
    sdk(skel);
    events_bpf__destroy(skel);
    return check_result();
}
