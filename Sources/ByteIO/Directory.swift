internal import Glibc

/// What the programs need of directories; every failure names the path.
public enum Directory {
  /// What a path leads to.
  public enum Entry: Sendable { case file, directory, missing }

  /// Returns what lies at `path`, following links.
  public static func entry(_ path: String) -> Entry {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return .missing }
    return status.st_mode & S_IFMT == S_IFDIR ? .directory : .file
  }

  /// Returns the size of the file at `path` in bytes and its last change in nanoseconds since 1970.
  public static func status(_ path: String) throws(FileError) -> (byteCount: Int, modified: Int64) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw FileError(path: path, operation: .open, code: errno) }
    return (status.st_size, Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec))
  }

  /// Returns the names in the directory at `path`, sorted by their bytes, without `.` and `..`.
  public static func names(_ path: String) throws(FileError) -> [String] {
    guard let handle = unsafe opendir(path) else { throw FileError(path: path, operation: .list, code: errno) }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while let entry = unsafe readdir(handle) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Creates the directory at `path` and those above it, where they are missing.
  public static func create(_ path: String) throws(FileError) {
    guard entry(path) != .directory else { return }
    let above = parent(of: path)
    if above != path { try create(above) }
    guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST && entry(path) == .directory else {
      throw FileError(path: path, operation: .create, code: errno)
    }
  }

  /// Removes the file or the directory tree at `path`; nothing there is fine.
  public static func remove(_ path: String) throws(FileError) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
      for name in try names(path) { try remove(path + "/" + name) }
      guard unsafe rmdir(path) == 0 else { throw FileError(path: path, operation: .remove, code: errno) }
    } else {
      guard unsafe unlink(path) == 0 else { throw FileError(path: path, operation: .remove, code: errno) }
    }
  }

  /// Moves what lies at `path` to `target`.
  public static func move(_ path: String, to target: String) throws(FileError) {
    guard unsafe rename(path, target) == 0 else {
      throw FileError(path: target, operation: .rename, code: errno)
    }
  }

  /// Flushes the directory's own entries to disk, so that renames in it survive a loss of power.
  public static func synchronize(_ path: String) throws(FileError) {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path: path, operation: .synchronize, code: errno) }
    fsync(descriptor)  // Some file systems refuse it for directories; the rename itself is done.
    close(descriptor)
  }

  /// Flushes the content of the file at `path` to disk.
  public static func synchronizeFile(_ path: String) throws(FileError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path: path, operation: .synchronize, code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError(path: path, operation: .synchronize, code: errno) }
  }

  /// Returns the directory part of `path`.
  public static func parent(of path: String) -> String {
    var trimmed = Substring(path)
    while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  /// Returns the last part of `path`.
  public static func name(of path: String) -> String {
    var trimmed = Substring(path)
    while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return String(trimmed) }
    return String(trimmed[trimmed.index(after: slash)...])
  }
}
