internal import Glibc

/// A file without a name, for what does not fit into memory.
///
/// Its name is taken away right after it is made, so that it is gone when the process ends, however it ends.
public final class ScratchFile: Sendable {
  private let directory: String
  private let descriptor: Int32

  /// Creates a file on the file system of `directory`.
  ///
  /// - Throws: `FileError`.
  public init(in directory: String) throws(FileError) {
    self.directory = directory
    var template = Array((directory + "/.scratch-XXXXXX").utf8CString)
    descriptor = unsafe mkstemp(&template)
    guard descriptor >= 0 else { throw FileError(path: directory, operation: .create, code: errno) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unsafe unlink(template)
  }

  deinit { close(descriptor) }

  /// Writes the values of `array` at `offset`, as they lie in memory.
  ///
  /// - Throws: `FileError` naming the directory.
  public func write<T: BitwiseCopyable>(_ array: [T], at offset: Int) throws(FileError) {
    let span = array.span
    try unsafe span.withUnsafeBytes { buffer throws(FileError) in
      var written = 0
      while written < buffer.count {
        let count = unsafe pwrite(
          descriptor, buffer.baseAddress.map { unsafe $0 + written }, buffer.count - written, offset + written)
        if count < 0 {
          if errno == EINTR { continue }
          throw FileError(path: directory, operation: .write, code: errno)
        }
        written += count
      }
    }
  }

  /// Returns the file as it is now, for reading.
  public func contents() throws(FileError) -> InputFile {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw FileError(path: directory, operation: .read, code: errno) }
    return try InputFile(descriptor: copy, path: directory)
  }
}
