//! The unpacked program in one folder of the user's: looked over at each start, unpacked where it is not as it should be.

const builtin = @import("builtin");
const std = @import("std");
const contents = @import("contents.zig");
const privacy = @import("privacy.zig");

const Dir = std.Io.Dir;
const Io = std.Io;
const LOCK = "lock";
const NEW = ".new";
const THREADS = 4;

/// Private to the user. A file that may be started keeps that bit; there is none on Windows.
const folder_mode: Dir.Permissions = if (builtin.os.tag == .windows) .default_dir else .fromMode(0o700);
const file_mode: Dir.Permissions = if (builtin.os.tag == .windows) .default_file else .fromMode(0o600);
const program_mode: Dir.Permissions = if (builtin.os.tag == .windows) .default_file else .fromMode(0o700);

pub const Care = enum { quick, thorough };

/// The folder of this version, ready to be run from. Its handle is locked: while that is held, no other version
/// removes it.
pub const Ready = struct { path: []const u8, dir: Dir, repaired: usize };

/// Have the program under `place`, a folder that is made if it is absent. Two that start at once do it one after the
/// other. A thorough look reads every file.
pub fn ready(gpa: std.mem.Allocator, io: Io, place: []const u8, wanted: contents.Contents, care: Care) !Ready {
    const home = try privacy.openPrivate(io, place, folder_mode);
    defer home.close(io);
    const path = try std.fs.path.join(gpa, &.{ place, wanted.key });
    if (try openLocked(io, home, wanted.key)) |dir| {
        if (care == .quick and looksRight(io, dir, wanted)) {
            try tidy(io, home, wanted.key);
            return .{ .path = path, .dir = dir, .repaired = 0 };
        }
        dir.close(io);
    }
    const lock = try home.createFile(io, LOCK, .{ .truncate = false, .permissions = file_mode, .lock = .exclusive });
    defer lock.close(io);
    var repaired: usize = 0;
    if (!try isFolder(io, home, wanted.key)) {
        try unpackWhole(gpa, io, home, wanted);
    } else {
        const dir = try home.openDir(io, wanted.key, .{ .follow_symlinks = false });
        defer dir.close(io);
        repaired = try unpack(gpa, io, dir, wanted, care);
    }
    const dir = try openLocked(io, home, wanted.key) orelse return error.FileNotFound;
    removeStale(io, home, wanted.key) catch {};
    return .{ .path = path, .dir = dir, .repaired = repaired };
}

/// Unpack beside and rename, so that a folder of that name is whole; what a killed one left is removed first.
fn unpackWhole(gpa: std.mem.Allocator, io: Io, home: Dir, wanted: contents.Contents) !void {
    const name = try std.mem.concat(gpa, u8, &.{ wanted.key, NEW });
    try home.deleteTree(io, name);
    errdefer home.deleteTree(io, name) catch {};
    try home.createDir(io, name, folder_mode);
    const dir = try home.openDir(io, name, .{ .follow_symlinks = false });
    defer dir.close(io);
    _ = try unpack(gpa, io, dir, wanted, .quick);
    try home.rename(name, home, wanted.key, io);
}

/// Open the folder with a lock that lasts until its handle is closed; null when there is none.
fn openLocked(io: Io, home: Dir, key: []const u8) !?Dir {
    while (true) {
        const dir = home.openDir(io, key, .{ .follow_symlinks = false, .iterate = true }) catch |err| switch (err) {
            error.FileNotFound => return null,
            // In the place of the folder stands something else, which nobody who may write here has put there by chance.
            error.NotDir, error.SymLinkLoop => {
                try home.deleteFile(io, key);
                return null;
            },
            else => return err,
        };
        errdefer dir.close(io);
        if (builtin.os.tag == .windows) return dir; // there no folder can be removed in which a program runs
        try asFile(dir).lock(io, .shared);
        // Another version may have removed it while this one waited for the lock.
        const now = home.statFile(io, key, .{ .follow_symlinks = false }) catch null;
        if (now != null and now.?.inode == (try dir.stat(io)).inode) return dir;
        dir.close(io);
    }
}

fn asFile(dir: Dir) Io.File {
    return .{ .handle = dir.handle, .flags = .{ .nonblocking = false } };
}

fn isFolder(io: Io, home: Dir, name: []const u8) !bool {
    const found = home.statFile(io, name, .{ .follow_symlinks = false }) catch |err| switch (err) {
        error.FileNotFound => return false,
        else => return err,
    };
    return found.kind == .directory;
}

/// Whether each file has its size and time, and each link its target.
fn looksRight(io: Io, dir: Dir, wanted: contents.Contents) bool {
    for (wanted.entries) |entry| if (!isRight(io, dir, entry, wanted.time)) return false;
    return true;
}

fn isRight(io: Io, dir: Dir, entry: contents.Entry, time: i64) bool {
    if (entry.kind == .link) {
        var buffer: [std.fs.max_path_bytes]u8 = undefined;
        const length = dir.readLink(io, entry.path, &buffer) catch return false;
        return std.mem.eql(u8, buffer[0..length], entry.target);
    }
    const found = dir.statFile(io, entry.path, .{ .follow_symlinks = false }) catch return false;
    return found.kind == .file and found.size == entry.size and found.mtime.nanoseconds == time * std.time.ns_per_s;
}

fn holdsRight(gpa: std.mem.Allocator, io: Io, dir: Dir, entry: contents.Entry) bool {
    if (entry.kind == .link) return true;
    const bytes = dir.readFileAlloc(io, entry.path, gpa, .limited(entry.size + 1)) catch return false;
    defer gpa.free(bytes);
    return bytes.len == entry.size and std.hash.Crc32.hash(bytes) == entry.crc;
}

const Work = struct {
    gpa: std.mem.Allocator,
    io: Io,
    dir: Dir,
    wanted: contents.Contents,
    care: Care,
    next: std.atomic.Value(usize) = .init(0),
    written: std.atomic.Value(usize) = .init(0),
    failed: ?anyerror = null,

    fn run(work: *Work) void {
        while (true) {
            const index = work.next.fetchAdd(1, .monotonic);
            if (index >= work.wanted.entries.len) return;
            work.have(work.wanted.entries[index]) catch |err| {
                work.failed = err;
                return;
            };
        }
    }

    fn have(work: *Work, entry: contents.Entry) !void {
        if (isRight(work.io, work.dir, entry, work.wanted.time)) {
            if (work.care == .quick or holdsRight(work.gpa, work.io, work.dir, entry)) return;
        }
        try write(work.gpa, work.io, work.dir, entry, work.wanted.time);
        _ = work.written.fetchAdd(1, .monotonic);
    }
};

/// Write what is not as it should be, the files beside their places first. Returns how many there were.
fn unpack(gpa: std.mem.Allocator, io: Io, dir: Dir, wanted: contents.Contents, care: Care) !usize {
    for (wanted.folders) |folder| {
        dir.createDir(io, folder, folder_mode) catch |err| if (err != error.PathAlreadyExists) return err;
    }
    var work: Work = .{ .gpa = gpa, .io = io, .dir = dir, .wanted = wanted, .care = care };
    var threads: [THREADS]std.Thread = undefined;
    const count = @min(THREADS, std.Thread.getCpuCount() catch 1) - 1;
    var started: usize = 0;
    while (started < count) : (started += 1) threads[started] = std.Thread.spawn(.{}, Work.run, .{&work}) catch break;
    work.run();
    for (threads[0..started]) |thread| thread.join();
    if (work.failed) |err| return err;
    return work.written.load(.monotonic);
}

fn write(gpa: std.mem.Allocator, io: Io, dir: Dir, entry: contents.Entry, time: i64) !void {
    const name = try std.mem.concat(gpa, u8, &.{ entry.path, NEW });
    defer gpa.free(name);
    dir.deleteFile(io, name) catch |err| if (err != error.FileNotFound) return err;
    if (entry.kind == .link) {
        try dir.symLink(io, entry.target, name, .{});
    } else {
        const bytes = try contents.inflated(gpa, entry);
        defer gpa.free(bytes);
        const mode = if (entry.executable) program_mode else file_mode;
        const file = try dir.createFile(io, name, .{ .exclusive = true, .permissions = mode });
        defer file.close(io);
        try file.writeStreamingAll(io, bytes);
        try file.setTimestamps(io, .{ .modify_timestamp = .{ .new = .{ .nanoseconds = @as(i96, time) * std.time.ns_per_s } } });
    }
    try dir.rename(name, dir, entry.path, io);
}

/// Remove other versions that nobody runs, if there are any.
fn tidy(io: Io, home: Dir, key: []const u8) !void {
    var names = home.iterateAssumeFirstIteration();
    while (names.next(io) catch return) |found| {
        if (isOurs(found.name, key)) continue;
        const lock = home.createFile(io, LOCK, .{ .truncate = false, .permissions = file_mode, .lock = .exclusive, .lock_nonblocking = true }) catch return;
        defer lock.close(io);
        return removeStale(io, home, key) catch {};
    }
}

fn removeStale(io: Io, home: Dir, key: []const u8) !void {
    var names = home.iterate();
    while (try names.next(io)) |found| {
        if (isOurs(found.name, key)) continue;
        if (builtin.os.tag == .windows) {
            // It cannot be renamed while a program in it runs, and so it is not removed in part.
            if (!std.mem.endsWith(u8, found.name, NEW)) {
                home.rename(found.name, home, "removed" ++ NEW, io) catch continue;
                home.deleteTree(io, "removed" ++ NEW) catch continue;
                continue;
            }
        } else {
            const dir = home.openDir(io, found.name, .{ .follow_symlinks = false, .iterate = true }) catch continue;
            defer dir.close(io);
            if (!try asFile(dir).tryLock(io, .exclusive)) continue;
            home.deleteTree(io, found.name) catch continue;
            continue;
        }
        home.deleteTree(io, found.name) catch continue;
    }
}

fn isOurs(name: []const u8, key: []const u8) bool {
    return std.mem.eql(u8, name, key) or std.mem.eql(u8, name, LOCK);
}
