//! The file that the user runs: it has the program's files within, unpacks them once for each version, and starts them.

const builtin = @import("builtin");
const std = @import("std");
const contents = @import("contents.zig");
const folder = @import("folder.zig");

const NAME = "llama-desk";
const REPAIR = "--repair";

pub fn main(init: std.process.Init) u8 {
    return start(init) catch |err| {
        std.debug.print("llama-desk could not be started ({s}). Download it again.\n", .{@errorName(err)});
        return 1;
    };
}

fn start(init: std.process.Init) !u8 {
    const arena = init.arena.allocator();
    const wanted = try contents.contents(arena);
    const arguments = try init.minimal.args.toSlice(arena);
    const repairs = arguments.len == 2 and std.mem.eql(u8, arguments[1], REPAIR);
    const places = try placesOf(arena, init.environ_map);
    var first: ?anyerror = null;
    for (places) |place| {
        const ready = folder.ready(std.heap.smp_allocator, init.io, place, wanted, if (repairs) .thorough else .quick) catch |err| {
            if (first == null) first = err;
            continue;
        };
        if (repairs) return told(ready, wanted.entries.len);
        const program = try std.fs.path.join(arena, &.{ ready.path, wanted.program });
        const started = run(init.io, arena, program, arguments, ready.dir);
        if (started) |code| return code else |err| if (first == null) {
            first = err;
        }
    }
    complain(first orelse error.FileNotFound, places, wanted.bytes);
    return 1;
}

/// Where the program may be unpacked, best first: the user's cache, then the data folder.
fn placesOf(arena: std.mem.Allocator, environment: *std.process.Environ.Map) ![]const []const u8 {
    var places: std.ArrayList([]const u8) = .empty;
    const home = environment.get("HOME") orelse "";
    switch (builtin.os.tag) {
        .windows => if (environment.get("LOCALAPPDATA")) |local| {
            try places.append(arena, try std.fs.path.join(arena, &.{ local, NAME, "Cache", "program" }));
        },
        .macos => try append(arena, &places, home, &.{ "Library", "Caches", NAME }),
        else => if (environment.get("XDG_CACHE_HOME")) |cache| {
            try append(arena, &places, cache, &.{NAME});
        } else try append(arena, &places, home, &.{ ".cache", NAME }),
    }
    if (environment.get("LLAMA_DESK_HOME")) |data| {
        try append(arena, &places, data, &.{"program"});
    } else switch (builtin.os.tag) {
        .windows => {},
        .macos => try append(arena, &places, home, &.{ "Library", "Application Support", NAME, "program" }),
        else => if (environment.get("XDG_DATA_HOME")) |data| {
            try append(arena, &places, data, &.{ NAME, "program" });
        } else try append(arena, &places, home, &.{ ".local", "share", NAME, "program" }),
    }
    return places.items;
}

fn append(arena: std.mem.Allocator, places: *std.ArrayList([]const u8), base: []const u8, names: []const []const u8) !void {
    if (!std.fs.path.isAbsolute(base)) return;
    const below = try std.fs.path.join(arena, names);
    try places.append(arena, try std.fs.path.join(arena, &.{ base, below }));
}

/// Become the program. On Windows, where no process can become another, wait for it.
fn run(io: std.Io, arena: std.mem.Allocator, program: []const u8, arguments: []const [:0]const u8, dir: std.Io.Dir) !u8 {
    const command = try arena.alloc([]const u8, @max(arguments.len, 1));
    for (arguments, 0..) |argument, index| command[index] = argument;
    command[0] = program;
    // The program holds the lock of its folder. Zig's own library forgets what is to be inherited on Linux.
    if (builtin.os.tag == .linux) _ = std.os.linux.fcntl(dir.handle, std.os.linux.F.SETFD, 0);
    if (builtin.os.tag != .windows) return std.process.replace(io, .{ .argv = command, .inherit_dirs = &.{dir} });
    var child = try std.process.spawn(io, .{ .argv = command });
    return switch (try child.wait(io)) {
        .exited => |code| code,
        else => 1,
    };
}

fn told(ready: folder.Ready, files: usize) u8 {
    if (ready.repaired == 0) {
        std.debug.print("All {d} files of the program in {s} are as they were built.\n", .{ files, ready.path });
    } else {
        std.debug.print("{d} files of the program in {s} were not as they were built, and were unpacked again.\n", .{ ready.repaired, ready.path });
    }
    return 0;
}

fn complain(problem: anyerror, places: []const []const u8, bytes: u64) void {
    const place = if (places.len > 0) places[0] else "the home folder";
    const hint = "Name a folder of your own with LLAMA_DESK_HOME.";
    switch (problem) {
        error.NoSpaceLeft, error.DiskQuota => std.debug.print(
            "There is no room for the program's files in {s}: they take {d} MB. Make room there and start again.\n",
            .{ place, bytes / 1_000_000 + 1 },
        ),
        error.NotPrivate => std.debug.print(
            "{s} is a link, belongs to somebody else, or others may write there, so nothing is started from it. {s}\n",
            .{ place, hint },
        ),
        error.Damaged => std.debug.print("This file of llama-desk is damaged. Download it again.\n", .{}),
        error.AccessDenied, error.PermissionDenied, error.ReadOnlyFileSystem => std.debug.print(
            "The program's files can neither be unpacked into {s} and started there nor in the data folder. {s}\n",
            .{ place, hint },
        ),
        else => std.debug.print("The program's files cannot be unpacked into {s} ({s}). {s}\n", .{ place, @errorName(problem), hint }),
    }
}
