//! A folder from which a program is started has to be the user's alone, and to lie where nobody else can exchange it.

const builtin = @import("builtin");
const std = @import("std");

const Dir = std.Io.Dir;
const Io = std.Io;

/// Open the folder, made if it is absent with all above it. Fails with `error.NotPrivate` when it is a link, or
/// somebody else owns it, may write in it, or may exchange it.
pub fn openPrivate(io: Io, path: []const u8, mode: Dir.Permissions) !Dir {
    const above = std.fs.path.dirname(path) orelse return error.NotPrivate;
    const parent = try Dir.cwd().createDirPathOpen(io, above, .{ .permissions = mode });
    defer parent.close(io);
    if (!try isSafeToEnter(parent)) return error.NotPrivate;
    const name = std.fs.path.basename(path);
    parent.createDir(io, name, mode) catch |err| if (err != error.PathAlreadyExists) return err;
    const dir = parent.openDir(io, name, .{ .follow_symlinks = false, .iterate = true }) catch |err| switch (err) {
        error.NotDir, error.SymLinkLoop => return error.NotPrivate, // whoever put a link there chooses where it leads
        else => return err,
    };
    errdefer dir.close(io);
    if (!try isOursAlone(dir)) return error.NotPrivate;
    return dir;
}

const Owned = struct { user: u32, mode: u32 };

/// Whether others cannot rename what is in the folder: they may not write in it, or the sticky bit keeps them from it.
fn isSafeToEnter(dir: Dir) !bool {
    if (builtin.os.tag == .windows) return true;
    const found = try owned(dir);
    return found.mode & 0o002 == 0 or found.mode & 0o1000 != 0;
}

fn isOursAlone(dir: Dir) !bool {
    if (builtin.os.tag == .windows) return true; // the profile's access list holds there
    const found = try owned(dir);
    return found.user == user() and found.mode & 0o022 == 0;
}

fn owned(dir: Dir) !Owned {
    if (builtin.os.tag == .linux) {
        const linux = std.os.linux;
        var found: linux.Statx = undefined;
        const result = linux.statx(dir.handle, "", linux.AT.EMPTY_PATH, .{ .UID = true, .MODE = true }, &found);
        if (linux.errno(result) != .SUCCESS) return error.Unexpected;
        return .{ .user = found.uid, .mode = found.mode };
    }
    var found: std.c.Stat = undefined;
    if (std.c.fstat(dir.handle, &found) != 0) return error.Unexpected;
    return .{ .user = found.uid, .mode = found.mode };
}

fn user() u32 {
    return if (builtin.os.tag == .linux) std.os.linux.geteuid() else std.c.geteuid();
}
