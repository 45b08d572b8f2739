internal import Glibc

/// A file being written under a temporary name, which appears under its own name only when complete.
///
/// Bytes go through a buffer of 1 MiB. ``commit()`` flushes to disk, renames and returns the
/// digest; a value that is dropped before leaves nothing but the temporary file, which is removed.
@safe
public final class AtomicFile {
  /// The path that the file will have.
  public let path: String
  /// How many bytes were appended so far.
  public private(set) var byteCount = 0
  private let temporaryPath: String
  private let descriptor: Int32
  private var digest: SHA256Digest?
  private var isCommitted = false
  private let scratch = ScratchBuffer(byteCount: 1 << 20)
  private var buffer: UnsafeMutableRawBufferPointer { unsafe scratch.bytes }
  private var filled = 0

  /// What a file is for.
  public enum Purpose: Sendable {
    /// It stays: it is flushed to disk, and its SHA-256 digest computed as it is written.
    case output
    /// It is removed again soon: neither.
    case scratch
  }

  /// Creates `path` under its temporary name.
  public init(_ path: String, purpose: Purpose = .output) throws(FileError) {
    self.path = path
    temporaryPath = path + ".partial"
    descriptor = unsafe Glibc.open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    digest = purpose == .output ? SHA256Digest() : nil
    guard descriptor >= 0 else { throw FileError(path: path, operation: .create, code: errno) }
  }

  deinit {
    if descriptor >= 0, !isCommitted {
      close(descriptor)
      unsafe unlink(temporaryPath)
    }
  }

  /// Appends `bytes`.
  public func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = unsafe bytes
    while rest.count > 0 {
      let count = min(rest.count, scratch.count - filled)
      unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + count])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
      unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      try advance(count)
    }
  }

  /// Appends `bytes`.
  public func append(_ bytes: [UInt8]) throws(FileError) { try append(values: bytes) }

  /// Appends `bytes`.
  public func append(_ bytes: Bytes) throws(FileError) {
    try unsafe bytes.withUnsafeBytes { buffer throws(FileError) in try unsafe append(buffer) }
  }

  /// Appends the values of `array` as they lie in memory (little-endian here).
  public func append<T: BitwiseCopyable>(values array: [T]) throws(FileError) {
    let span = array.span
    try unsafe span.withUnsafeBytes { buffer throws(FileError) in try unsafe append(buffer) }
  }

  /// Appends `count` bytes of `file` from `offset` on without a second copy in memory.
  ///
  /// - Throws: `FileError`; a file that ends before is reported as a failed read.
  public func append(_ count: Int, from file: InputFile, at offset: Int) throws(FileError) {
    var done = 0
    while done < count {
      let piece = min(count - done, scratch.count - filled)
      let target = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + piece])
      guard try unsafe file.read(into: target, at: offset + done) == piece else {
        throw FileError(path: file.path, operation: .read, code: ENODATA)
      }
      done += piece
      try advance(piece)
    }
  }

  private func advance(_ count: Int) throws(FileError) {
    filled += count
    byteCount += count
    if filled == scratch.count { try flush() }
  }

  private func flush() throws(FileError) {
    let pending = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<filled])
    unsafe digest?.update(pending)
    var written = 0
    while written < filled {
      let count = unsafe Glibc.write(descriptor, pending.baseAddress.map { unsafe $0 + written }, filled - written)
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError(path: path, operation: .write, code: errno)
      }
      written += count
    }
    filled = 0
  }

  /// Flushes everything to disk, moves the file to its own name and returns the SHA-256 digest in
  /// hexadecimal (an empty string for a scratch file).
  @discardableResult
  public func commit() throws(FileError) -> String {
    try flush()
    guard digest == nil || fsync(descriptor) == 0 else {
      throw FileError(path: path, operation: .synchronize, code: errno)
    }
    isCommitted = true
    close(descriptor)
    guard unsafe rename(temporaryPath, path) == 0 else {
      let code = errno
      unsafe unlink(temporaryPath)
      throw FileError(path: path, operation: .rename, code: code)
    }
    guard let digest else { return "" }
    try Directory.synchronize(Directory.parent(of: path))
    return digest.hexadecimal()
  }

  /// Writes `bytes` to `path` in one step and returns their digest.
  @discardableResult
  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) -> String {
    let file = try AtomicFile(path)
    try file.append(bytes)
    return try file.commit()
  }
}
