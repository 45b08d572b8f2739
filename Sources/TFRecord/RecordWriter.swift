public import ByteIO

/// Writes a TFRecord file, which appears under its name only when complete.
public final class RecordWriter {
  private let file: AtomicFile
  private let deflater: Deflater?

  /// Creates the file at `path`.
  public init(_ path: String, compression: Compression = .none) throws(FileError) {
    file = try AtomicFile(path)
    switch compression {
    case .none: deflater = nil
    case .gzip: deflater = Deflater(.gzip)
    case .zlib: deflater = Deflater(.zlib)
    }
  }

  /// Appends one record.
  public func append(_ payload: [UInt8]) throws(FileError) {
    try write(Self.header(payloadByteCount: payload.count))
    try write(payload)
    try write(Self.littleEndian(CRC32C.mask(CRC32C.checksum(payload))))
  }

  /// Ends the file, moves it to its name and returns its SHA-256 digest in hexadecimal.
  @discardableResult
  public func commit() throws(FileError) -> String {
    if let deflater { try file.append(deflater.finish()) }
    return try file.commit()
  }

  /// Returns the 12 bytes before a payload of `payloadByteCount` bytes.
  public static func header(payloadByteCount: Int) -> [UInt8] {
    let length = littleEndian(UInt64(payloadByteCount))
    return length + littleEndian(CRC32C.mask(CRC32C.checksum(length)))
  }

  /// Returns `payload` framed as one record.
  public static func framed(_ payload: [UInt8]) -> [UInt8] {
    header(payloadByteCount: payload.count) + payload + littleEndian(CRC32C.mask(CRC32C.checksum(payload)))
  }

  private func write(_ bytes: [UInt8]) throws(FileError) {
    if let deflater { try file.append(deflater.deflate(bytes)) } else { try file.append(bytes) }
  }

  private static func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
