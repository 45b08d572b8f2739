internal import ByteIO
internal import Glibc

/// A file that grows at its end, each piece by one write(2), so that a reader meanwhile sees whole pieces.
final class AppendFile {
  /// Whether the file may be there already.
  enum Mode {
    /// It is continued where it exists.
    case createOrContinue
    /// It must not exist.
    case createNew
  }

  let path: String
  private let descriptor: Int32

  /// Opens the file at `path`.
  init(_ path: String, _ mode: Mode) throws(FileError) {
    self.path = path
    let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (mode == .createNew ? O_EXCL : 0)
    descriptor = unsafe Glibc.open(path, flags, 0o644)
    guard descriptor >= 0 else {
      throw FileError(path: path, operation: mode == .createNew ? .create : .write, code: errno)
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Appends `bytes`; where that fails halfway, what was written of them is cut off again.
  func append(_ bytes: [UInt8]) throws(FileError) {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + written }, buffer.count - written)
      }
      if count < 0 {
        let code = errno
        if code == EINTR { continue }
        if written > 0 { cutBack(written) }
        throw FileError(path: path, operation: .write, code: code)
      }
      written += count
    }
  }

  /// Flushes what was appended to disk.
  func synchronize() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw FileError(path: path, operation: .synchronize, code: errno) }
  }

  private func cutBack(_ count: Int) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return }
    // Should this fail as well, the readers know what to do with an unfinished end.
    _ = ftruncate(descriptor, max(0, status.st_size - count))
  }
}
