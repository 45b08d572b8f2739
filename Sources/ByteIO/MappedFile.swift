internal import Glibc

/// A whole file mapped read-only into memory.
///
/// Pages are read when they are first touched. A reader that walks a large file forwards calls
/// ``releasePages(_:)`` behind itself, so that the process's resident memory stays bounded. The
/// file must not be cut short while it is mapped: the system then ends the process.
@safe
public final class MappedFile: Sendable {
  /// The path that the file was opened by.
  public let path: String
  /// The number of bytes.
  public let byteCount: Int
  /// The time of the last change, in nanoseconds since 1970.
  public let modificationTime: Int64
  private nonisolated(unsafe) let start: UnsafeMutableRawPointer?

  /// Maps the file at `path`.
  ///
  /// - Throws: `FileError` if it is missing, unreadable or not a regular file.
  public init(_ path: String) throws(FileError) {
    // Without O_NONBLOCK, opening a pipe would wait for its writer.
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path: path, operation: .open, code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileError(path: path, operation: .read, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(path: path, operation: .open, code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
    }
    self.path = path
    byteCount = status.st_size
    modificationTime = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    guard byteCount > 0 else {
      unsafe start = nil
      return
    }
    let address = unsafe mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0)
    guard unsafe address != MAP_FAILED, let address = unsafe address else {
      throw FileError(path: path, operation: .map, code: errno)
    }
    unsafe start = address
    unsafe madvise(address, byteCount, MADV_SEQUENTIAL)
  }

  deinit {
    if let start = unsafe start { unsafe munmap(start, byteCount) }
  }

  /// The file's content.
  public var bytes: Bytes {
    guard let start = unsafe start else { return Bytes([]) }
    return unsafe Bytes(unsafeStart: UnsafeRawPointer(start), count: byteCount, owner: self)
  }

  /// Gives the whole pages inside `range` back to the system; touching them again reads them again.
  public func releasePages(_ range: Range<Int>) {
    guard let start = unsafe start else { return }
    let page = 4096
    let first = (max(range.lowerBound, 0) + page - 1) / page * page
    let end = min(range.upperBound, byteCount) / page * page
    if end > first { unsafe madvise(start + first, end - first, MADV_DONTNEED) }
  }
}
