internal import CZstd

/// Packs and unpacks single buffers with zstd.
public enum Zstd {
  /// The levels that can be asked for.
  public static let levels = 1...22

  /// Returns `bytes` packed at `level`; the bytes depend on the library's version.
  public static func pack(_ bytes: [UInt8], level: Int) throws(ZstdError) -> [UInt8] {
    let bound = ZSTD_compressBound(bytes.count)
    var code = 0
    let packed = unsafe [UInt8](unsafeUninitializedCapacity: bound) { target, count in
      code = unsafe bytes.withUnsafeBytes { source in
        unsafe ZSTD_compress(target.baseAddress, bound, source.baseAddress, source.count, Int32(level))
      }
      count = ZSTD_isError(code) == 0 ? code : 0
    }
    guard ZSTD_isError(code) == 0 else { throw ZstdError(code) }
    return packed
  }

  /// Returns the `byteCount` bytes that `packed` holds.
  ///
  /// - Throws: `ZstdError` when it is damaged, or holds another number of bytes.
  public static func unpack(_ packed: Bytes, byteCount: Int) throws(ZstdError) -> [UInt8] {
    var code = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { target, count in
      code = unsafe packed.withUnsafeBytes { source in
        unsafe ZSTD_decompress(target.baseAddress, byteCount, source.baseAddress, source.count)
      }
      count = ZSTD_isError(code) == 0 ? min(code, byteCount) : 0
    }
    guard ZSTD_isError(code) == 0 else { throw ZstdError(code) }
    guard bytes.count == byteCount else {
      throw ZstdError(kind: .badData, description: "a zstd frame of \(bytes.count) bytes where \(byteCount) are due")
    }
    return bytes
  }
}

/// Why a buffer cannot be packed or unpacked.
public struct ZstdError: Failure, Equatable {
  public let kind: FailureKind
  public let description: String

  init(kind: FailureKind, description: String) {
    self.kind = kind
    self.description = description
  }

  fileprivate init(_ code: Int) {
    let name = unsafe ZSTD_getErrorName(code).map { unsafe String(cString: $0) } ?? "unknown"
    self.init(kind: .badData, description: "a damaged zstd frame: \(name)")
  }
}
