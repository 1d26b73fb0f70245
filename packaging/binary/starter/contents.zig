//! What the build put into this file: the program's files, each deflated by itself, and the list of them.

const std = @import("std");

const packed_files = @embedFile("files.bin");
const list = @embedFile("files.txt");

pub const Kind = enum { file, link };

pub const Entry = struct {
    kind: Kind,
    executable: bool,
    size: usize,
    crc: u32,
    /// The deflated bytes of a file.
    data: []const u8,
    /// What a link points to.
    target: []const u8,
    path: []const u8,
};

pub const Contents = struct {
    /// The hash of everything below: another version of the program has another one.
    key: []const u8,
    /// The name of the program among the files.
    program: []const u8,
    /// Every file gets this time of change, in seconds, so that one which was changed is noticed.
    time: i64,
    bytes: u64,
    folders: []const []const u8,
    entries: []const Entry,
};

/// Read the list. Its lines are KEY PROGRAM TIME BYTES, then a line for each folder, file and link, parents first.
pub fn contents(arena: std.mem.Allocator) !Contents {
    var lines = std.mem.splitScalar(u8, std.mem.trimEnd(u8, list, "\n"), '\n');
    var head = std.mem.splitScalar(u8, lines.first(), '\t');
    var folders: std.ArrayList([]const u8) = .empty;
    var entries: std.ArrayList(Entry) = .empty;
    var offset: usize = 0;
    const key = head.next() orelse return error.NoList;
    const program = head.next() orelse return error.NoList;
    const time = try std.fmt.parseInt(i64, head.next() orelse return error.NoList, 10);
    const bytes = try std.fmt.parseInt(u64, head.next() orelse return error.NoList, 10);
    while (lines.next()) |line| {
        var fields = std.mem.splitScalar(u8, line, '\t');
        const kind = fields.next() orelse return error.NoList;
        const path = fields.next() orelse return error.NoList;
        if (kind[0] == 'd') {
            try folders.append(arena, path);
        } else if (kind[0] == 'l') {
            const target = fields.next() orelse return error.NoList;
            try entries.append(arena, .{ .kind = .link, .executable = false, .size = 0, .crc = 0, .data = "", .target = target, .path = path });
        } else {
            const size = try std.fmt.parseInt(usize, fields.next() orelse return error.NoList, 10);
            const crc = try std.fmt.parseInt(u32, fields.next() orelse return error.NoList, 16);
            const length = try std.fmt.parseInt(usize, fields.next() orelse return error.NoList, 10);
            try entries.append(arena, .{ .kind = .file, .executable = kind[0] == 'x', .size = size, .crc = crc, .data = packed_files[offset..][0..length], .target = "", .path = path });
            offset += length;
        }
    }
    return .{ .key = key, .program = program, .time = time, .bytes = bytes, .folders = folders.items, .entries = entries.items };
}

/// The bytes of a file. The caller frees them. Fails with `error.Damaged` when they are not what was packed.
pub fn inflated(allocator: std.mem.Allocator, entry: Entry) ![]u8 {
    const bytes = try allocator.alloc(u8, entry.size);
    errdefer allocator.free(bytes);
    var input: std.Io.Reader = .fixed(entry.data);
    var output: std.Io.Writer = .fixed(bytes);
    var stream: std.compress.flate.Decompress = .init(&input, .raw, &.{});
    const length = stream.reader.streamRemaining(&output) catch return error.Damaged;
    if (length != entry.size or std.hash.Crc32.hash(bytes) != entry.crc) return error.Damaged;
    return bytes;
}
