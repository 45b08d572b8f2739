internal import Glibc

/// The right to work in a directory, held by one process at a time; the system takes it back when it ends.
public final class DirectoryLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock of the directory at `path`, or throws when another process has it.
  ///
  /// - Throws: `FileError` with the code `EAGAIN` when it is taken.
  public init(_ path: String) throws(FileError) {
    let file = path + "/lock"
    descriptor = unsafe open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(path: file, operation: .create, code: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw FileError(path: file, operation: .lock, code: EAGAIN)
    }
  }

  deinit { close(descriptor) }
}
