internal import Glibc

/// A file open for reading at any offset, by system calls instead of a mapping.
public final class InputFile: Sendable {
  public let path: String
  /// The number of bytes when it was opened.
  public let byteCount: Int
  private let descriptor: Int32

  /// Opens the file at `path`.
  public convenience init(_ path: String) throws(FileError) {
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path: path, operation: .open, code: errno) }
    try self.init(descriptor: descriptor, path: path)
  }

  /// Takes over `descriptor`, which errors call `path`.
  init(descriptor: Int32, path: String) throws(FileError) {
    var status = stat()
    let result = unsafe fstat(descriptor, &status)
    let isDirectory = status.st_mode & S_IFMT == S_IFDIR
    guard result == 0, !isDirectory else {
      let code = isDirectory ? EISDIR : errno
      close(descriptor)
      throw FileError(path: path, operation: .open, code: code)
    }
    self.descriptor = descriptor
    self.path = path
    byteCount = status.st_size
  }

  deinit { close(descriptor) }

  /// Fills `buffer` from `offset` on and returns how many bytes there were; fewer only at the end of the file.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = unsafe pread(
        descriptor, buffer.baseAddress.map { unsafe $0 + filled }, buffer.count - filled, offset + filled)
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError(path: path, operation: .read, code: errno)
      }
      filled += count
    }
    return filled
  }

  /// Returns up to `count` bytes from `offset` on; fewer only at the end of the file.
  public func read(_ count: Int, at offset: Int) throws(FileError) -> [UInt8] {
    let available = max(0, min(count, byteCount - offset))
    var failure: FileError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: available) { buffer, filled in
      let target = unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<available])
      do throws(FileError) { filled = try unsafe read(into: target, at: offset) } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }
}

/// Returns the whole content of the file at `path`, which may have at most `limit` bytes.
///
/// - Throws: `FileError`; a file beyond the limit is reported as too large (`EFBIG`).
public func readFile(_ path: String, limit: Int = 1 << 30) throws(FileError) -> [UInt8] {
  let file = try InputFile(path)
  guard file.byteCount <= limit else { throw FileError(path: path, operation: .read, code: EFBIG) }
  return try file.read(file.byteCount, at: 0)
}
