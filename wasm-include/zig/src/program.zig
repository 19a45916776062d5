// SPDX-License-Identifier: MIT
//! Programs: settings before load, attaching, and runs without an attachment.

const errors = @import("errors.zig");
const imports = @import("imports.zig");
const Link = @import("link.zig").Link;
const options = @import("libbpf_options.zig");
const plain = @import("plain.zig");

const Error = errors.Error;

/// A program of an object. It is valid until the object is closed.
pub const Program = struct {
    handle: usize,
    /// The name in errors.
    name: []const u8,

    /// The number that names the program in other calls, such as a value of a program array; EINVAL before load.
    pub fn fd(program: Program) Error!i32 {
        const number = imports.bpf_program__fd(program.handle);
        return if (number < 0) errors.fail(error.EINVAL, "use program", program.name, "it is not in the kernel") else number;
    }

    /// True if the program is in the kernel.
    pub fn isLoaded(program: Program) bool {
        return imports.bpf_program__fd(program.handle) >= 0;
    }

    /// The section that says where the program attaches: "tp/sched/sched_switch". The text is in `buffer`.
    pub fn section(program: Program, buffer: []u8) Error![]const u8 {
        const result = imports.bpf_program__section_name(program.handle, @intFromPtr(buffer.ptr), buffer.len);
        _ = try errors.check(result, "read the section of program", program.name);
        return plain.text(buffer);
    }

    /// `enum bpf_prog_type`.
    pub fn programType(program: Program) u32 {
        return @bitCast(imports.bpf_program__type(program.handle));
    }

    /// Leaves the program out of the kernel, or not. Call it before load.
    pub fn setAutoload(program: Program, loads: bool) Error!void {
        const result = imports.bpf_program__set_autoload(program.handle, @intFromBool(loads));
        _ = try errors.check(result, "set program", program.name);
    }

    /// Leaves the program out of the attachments of a skeleton's `attach()`, or not.
    pub fn setAutoattach(program: Program, attaches: bool) void {
        imports.bpf_program__set_autoattach(program.handle, @intFromBool(attaches));
    }

    /// True if `attach()` of a skeleton attaches it.
    pub fn autoattach(program: Program) bool {
        return program.isLoaded() and imports.bpf_program__autoattach(program.handle) != 0;
    }

    /// Sets the function that a program of tracing or LSM attaches to, before load. `target` is the descriptor of a program for freplace
    /// and for the functions of programs, and 0 for the kernel's.
    pub fn setAttachTarget(program: Program, target: i32, function: [:0]const u8) Error!void {
        const result = imports.bpf_program__set_attach_target(program.handle, target, @intFromPtr(function.ptr));
        _ = try errors.check(result, "set the target of program", program.name);
    }

    /// Attaches the program as its section says. EOPNOTSUPP if the section does not say where.
    pub fn attach(program: Program) Error!Link {
        return program.link(imports.bpf_program__attach(program.handle));
    }

    /// As `attach()`; null if the section does not say where.
    pub fn attachIfPossible(program: Program) Error!?Link {
        const result = imports.bpf_program__attach(program.handle);
        return if (result == 0) null else try program.link(result);
    }

    /// Attaches to a kernel function at an offset, or to its return.
    pub fn attachKprobe(program: Program, function: [:0]const u8, with: struct {
        retprobe: bool = false,
        offset: u64 = 0,
        cookie: u64 = 0,
    }) Error!Link {
        const opts: options.Kprobe = .{
            .bpf_cookie = with.cookie,
            .offset = with.offset,
            .retprobe = @intFromBool(with.retprobe),
        };
        return program.link(imports.bpf_program__attach_kprobe_opts(program.handle, @intFromPtr(function.ptr), @intFromPtr(&opts)));
    }

    /// Attaches to all kernel functions whose names match a pattern with `*` and `?`.
    pub fn attachKprobeMulti(program: Program, pattern: [:0]const u8, with: struct {
        retprobe: bool = false,
        session: bool = false,
    }) Error!Link {
        const opts: options.KprobeMulti = .{ .retprobe = @intFromBool(with.retprobe), .session = @intFromBool(with.session) };
        const handle = program.handle;
        return program.link(imports.bpf_program__attach_kprobe_multi_opts(handle, @intFromPtr(pattern.ptr), @intFromPtr(&opts)));
    }

    /// Attaches to a system call by its name without a prefix, or to its return.
    pub fn attachKsyscall(program: Program, name: [:0]const u8, with: struct {
        retprobe: bool = false,
        cookie: u64 = 0,
    }) Error!Link {
        const opts: options.Ksyscall = .{ .bpf_cookie = with.cookie, .retprobe = @intFromBool(with.retprobe) };
        return program.link(imports.bpf_program__attach_ksyscall(program.handle, @intFromPtr(name.ptr), @intFromPtr(&opts)));
    }

    /// Attaches to a function of a binary by its name, or to an offset in the file, for one process or for all (-1).
    pub fn attachUprobe(program: Program, binary: [:0]const u8, with: struct {
        function: ?[:0]const u8 = null,
        offset: usize = 0,
        pid: i32 = -1,
        retprobe: bool = false,
        cookie: u64 = 0,
    }) Error!Link {
        const opts: options.Uprobe = .{
            .bpf_cookie = with.cookie,
            .retprobe = @intFromBool(with.retprobe),
            .func_name = if (with.function) |name| @intFromPtr(name.ptr) else 0,
        };
        const path = @intFromPtr(binary.ptr);
        return program.link(imports.bpf_program__attach_uprobe_opts(program.handle, with.pid, path, with.offset, @intFromPtr(&opts)));
    }

    /// Attaches to all functions of a binary whose names match a pattern with `*` and `?`.
    pub fn attachUprobeMulti(program: Program, binary: [:0]const u8, pattern: [:0]const u8, with: struct {
        pid: i32 = -1,
        retprobe: bool = false,
    }) Error!Link {
        const opts: options.UprobeMulti = .{ .retprobe = @intFromBool(with.retprobe) };
        const path = @intFromPtr(binary.ptr);
        const names = @intFromPtr(pattern.ptr);
        return program.link(imports.bpf_program__attach_uprobe_multi(program.handle, with.pid, path, names, @intFromPtr(&opts)));
    }

    /// Attaches to a static probe of a binary (USDT), for one process or for all (-1).
    pub fn attachUsdt(program: Program, binary: [:0]const u8, provider: [:0]const u8, name: [:0]const u8, with: struct {
        pid: i32 = -1,
        cookie: u64 = 0,
    }) Error!Link {
        const opts: options.Cookie = .{ .cookie = with.cookie };
        const names = [_]usize{ @intFromPtr(binary.ptr), @intFromPtr(provider.ptr), @intFromPtr(name.ptr) };
        return program.link(
            imports.bpf_program__attach_usdt(program.handle, with.pid, names[0], names[1], names[2], @intFromPtr(&opts)),
        );
    }

    /// Attaches to a tracepoint: "sched", "sched_switch".
    pub fn attachTracepoint(program: Program, category: [:0]const u8, name: [:0]const u8, with: struct { cookie: u64 = 0 }) Error!Link {
        const opts: options.Cookie = .{ .cookie = with.cookie };
        const names = [_]usize{ @intFromPtr(category.ptr), @intFromPtr(name.ptr) };
        return program.link(imports.bpf_program__attach_tracepoint_opts(program.handle, names[0], names[1], @intFromPtr(&opts)));
    }

    /// Attaches to a raw tracepoint: "sched_switch".
    pub fn attachRawTracepoint(program: Program, name: [:0]const u8) Error!Link {
        return program.link(imports.bpf_program__attach_raw_tracepoint(program.handle, @intFromPtr(name.ptr)));
    }

    /// Attaches a program of tracing (fentry, fexit, fmod_ret, tp_btf) to its target.
    pub fn attachTrace(program: Program) Error!Link {
        return program.link(imports.bpf_program__attach_trace(program.handle));
    }

    /// Attaches to a hook of LSM.
    pub fn attachLsm(program: Program) Error!Link {
        return program.link(imports.bpf_program__attach_lsm(program.handle));
    }

    /// Attaches to a perf event, whose descriptor the link takes.
    pub fn attachPerfEvent(program: Program, event: i32, with: struct { cookie: u64 = 0 }) Error!Link {
        const opts: options.PerfEvent = .{ .bpf_cookie = with.cookie };
        return program.link(imports.bpf_program__attach_perf_event_opts(program.handle, event, @intFromPtr(&opts)));
    }

    /// Attaches to a network interface (XDP).
    pub fn attachXdp(program: Program, ifindex: i32) Error!Link {
        return program.link(imports.bpf_program__attach_xdp(program.handle, ifindex));
    }

    /// The place of a program among others on the same hook.
    pub const Anchor = struct { flags: u32 = 0, relative_fd: u32 = 0, relative_id: u32 = 0, expected_revision: u64 = 0 };

    fn anchored(anchor: Anchor) options.Anchor {
        return .{
            .flags = anchor.flags,
            .relative_fd = anchor.relative_fd,
            .relative_id = anchor.relative_id,
            .expected_revision = anchor.expected_revision,
        };
    }

    /// Attaches a classifier to a network interface (TCX, Linux 6.6).
    pub fn attachTcx(program: Program, ifindex: i32, anchor: Anchor) Error!Link {
        const opts = anchored(anchor);
        return program.link(imports.bpf_program__attach_tcx(program.handle, ifindex, @intFromPtr(&opts)));
    }

    /// Attaches to a netkit device.
    pub fn attachNetkit(program: Program, ifindex: i32, anchor: Anchor) Error!Link {
        const opts = anchored(anchor);
        return program.link(imports.bpf_program__attach_netkit(program.handle, ifindex, @intFromPtr(&opts)));
    }

    /// Attaches to a hook of netfilter: NFPROTO_IPV4 is 2, NF_INET_LOCAL_IN is 1.
    pub fn attachNetfilter(program: Program, with: struct { pf: u32, hooknum: u32, priority: i32, flags: u32 = 0 }) Error!Link {
        const opts: options.Netfilter = .{
            .pf = with.pf,
            .hooknum = with.hooknum,
            .priority = with.priority,
            .flags = with.flags,
        };
        return program.link(imports.bpf_program__attach_netfilter(program.handle, @intFromPtr(&opts)));
    }

    /// Attaches to a cgroup, by the descriptor of its directory.
    pub fn attachCgroup(program: Program, directory: i32) Error!Link {
        return program.link(imports.bpf_program__attach_cgroup(program.handle, directory));
    }

    /// Attaches to a network namespace, by the descriptor of its file.
    pub fn attachNetns(program: Program, file: i32) Error!Link {
        return program.link(imports.bpf_program__attach_netns(program.handle, file));
    }

    /// Attaches to a map of sockets.
    pub fn attachSockmap(program: Program, map: i32) Error!Link {
        return program.link(imports.bpf_program__attach_sockmap(program.handle, map));
    }

    /// Replaces a function of another program (freplace).
    pub fn attachFreplace(program: Program, target: i32, function: [:0]const u8) Error!Link {
        return program.link(imports.bpf_program__attach_freplace(program.handle, target, @intFromPtr(function.ptr)));
    }

    /// The objects that an iterator visits: all by default.
    pub const IterTarget = union(enum) {
        all,
        /// The elements of a map, by its descriptor.
        map: i32,
        /// The threads of a process.
        process: u32,
        /// One thread.
        thread: u32,
    };

    /// Attaches an iterator; `iterate()` of its link runs it.
    pub fn attachIter(program: Program, target: IterTarget) Error!Link {
        var info: options.IterInfo = .{ .cgroup = .{ .order = 0, .cgroup_fd = 0, .cgroup_id = 0 } };
        switch (target) {
            .all => return program.link(imports.bpf_program__attach_iter(program.handle, 0)),
            .map => |number| info.map.map_fd = @bitCast(number),
            .process => |number| info.task.pid = number,
            .thread => |number| info.task.tid = number,
        }
        const opts: options.Iter = .{ .link_info = @intFromPtr(&info), .link_info_len = @sizeOf(options.IterInfo) };
        return program.link(imports.bpf_program__attach_iter(program.handle, @intFromPtr(&opts)));
    }

    /// The outcome of `testRun()`.
    pub const RunResult = struct {
        /// The result of the program.
        return_value: u32,
        /// The duration of one run, in nanoseconds.
        duration_ns: u32,
        /// The part of `data_out` that was written.
        data_out: []u8,
    };

    /// Runs the program without attaching it (BPF_PROG_TEST_RUN): with a packet in `data`, or with `context`.
    pub fn testRun(program: Program, with: struct {
        data: []const u8 = &.{},
        data_out: []u8 = &.{},
        context: []const u8 = &.{},
        repeat: i32 = 0,
        flags: u32 = 0,
    }) Error!RunResult {
        var opts: options.TestRun = .{ .repeat = with.repeat, .flags = with.flags };
        if (with.data.len > 0) {
            opts.data_in = @intFromPtr(with.data.ptr);
            opts.data_size_in = @intCast(with.data.len);
        }
        if (with.data_out.len > 0) {
            opts.data_out = @intFromPtr(with.data_out.ptr);
            opts.data_size_out = @intCast(with.data_out.len);
        }
        if (with.context.len > 0) {
            opts.ctx_in = @intFromPtr(with.context.ptr);
            opts.ctx_size_in = @intCast(with.context.len);
        }
        const result = imports.bpf_prog_test_run_opts(try program.fd(), @intFromPtr(&opts));
        _ = try errors.check(result, "run program", program.name);
        const written = @min(opts.data_size_out, with.data_out.len);
        return .{ .return_value = opts.retval, .duration_ns = opts.duration, .data_out = with.data_out[0..written] };
    }

    fn link(program: Program, result: isize) Error!Link {
        return Link.fromResult(result, "attach program", program.name);
    }
};
