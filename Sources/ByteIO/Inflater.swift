internal import CISAL
internal import CZlib

/// Why compressed data cannot be inflated.
public enum InflateError: Error, Equatable, Sendable {
  /// The data is no zlib or gzip stream, or it is damaged.
  case damaged
  /// The data ends before its stream does.
  case truncated
  /// The stream holds more than the caller allows.
  case tooLong(limit: Int)
}

/// A zlib (RFC 1950) or gzip (RFC 1952) stream being inflated piece by piece.
///
/// Gzip members that follow each other are one stream, as `gzip` itself reads them.
@safe
public final class Inflater {
  private let stream: UnsafeMutablePointer<z_stream>
  /// Whether the stream has come to its end.
  public private(set) var isAtEnd = false
  private var detectsMembers: Bool

  /// The most that one byte of deflated data can stand for (RFC 1951: 258 bytes in 2 bits).
  public static let maximumRatio = 1032

  /// What form the stream may have.
  public enum Form: Sendable { case zlib, zlibOrGzip }

  public init(_ form: Form = .zlibOrGzip) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    detectsMembers = form == .zlibOrGzip
    let status = unsafe czlib_inflate_start(stream, form == .zlibOrGzip ? 15 + 32 : 15)
    precondition(status == Z_OK, "zlib has no memory to start with")
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Inflates from `input` into `output` until one of them is used up or the stream ends.
  ///
  /// - Returns: how many bytes of the input were consumed and how many of the output filled.
  func inflate(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer)
    throws(InflateError) -> (consumed: Int, produced: Int)
  {
    let available = min(input.count, 1 << 30)
    let room = min(output.count, 1 << 30)
    unsafe stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    unsafe stream.pointee.avail_in = UInt32(available)
    unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = UInt32(room)
    let status = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
    let consumed = unsafe available - Int(stream.pointee.avail_in)
    let produced = unsafe room - Int(stream.pointee.avail_out)
    switch status {
    case Z_STREAM_END: isAtEnd = true
    case Z_OK, Z_BUF_ERROR: break
    default: throw .damaged
    }
    return (consumed, produced)
  }

  /// Prepares for another gzip member that begins with `byte`; returns whether there is one.
  func beginMember(startingWith byte: UInt8) -> Bool {
    guard isAtEnd, detectsMembers, byte == 0x1F else { return false }
    isAtEnd = unsafe inflateReset(stream) != Z_OK
    return !isAtEnd
  }

  /// Inflates all of `bytes`, a zlib stream, which must hold at most `limit` bytes.
  ///
  /// Bytes after the end of the stream are ignored, and a missing checksum at its end is accepted,
  /// as in TensorFlow's `decode_compressed`.
  public static func inflate(_ bytes: Bytes, limit: Int) throws(InflateError) -> [UInt8] {
    let inflater = Inflater(.zlib)
    var result: [UInt8] = []
    let piece = ScratchBuffer(byteCount: min(max(limit, 1), 1 << 16))
    var offset = 0
    while !inflater.isAtEnd {
      let rest = bytes[offset..<bytes.count]
      let (consumed, produced) = try unsafe rest.withUnsafeBytes { input throws(InflateError) in
        try unsafe inflater.inflate(input, into: piece.bytes)
      }
      guard result.count + produced <= limit else { throw .tooLong(limit: limit) }
      unsafe result.append(contentsOf: UnsafeRawBufferPointer(rebasing: piece.bytes[..<produced]))
      offset += consumed
      if consumed == 0, produced == 0 {
        // Nothing left to read: the stream is cut. With all data there only the checksum can be missing.
        if result.count == limit { return result }
        throw .truncated
      }
    }
    return result
  }

  /// Inflates all of `bytes`, a zlib stream of at most `limit` bytes whose checksum must be there and right, at once.
  ///
  /// - Throws: `InflateError.tooLong` beyond `limit`, `.damaged` for anything that is not a whole stream.
  /// - Complexity: O(output), by ISA-L, which is faster than zlib; memory for `limit` bytes.
  public static func inflateWhole(_ bytes: Bytes, limit: Int) throws(InflateError) -> [UInt8] {
    guard let count = UInt32(exactly: bytes.count), let room = UInt32(exactly: max(limit, 1)), count > 0 else {
      return try inflate(bytes, limit: limit)
    }
    var status: Int64 = -1
    let result = unsafe [UInt8](unsafeUninitializedCapacity: Int(room)) { output, filled in
      unsafe bytes.withUnsafeBytes { input in
        guard let from = unsafe input.bindMemory(to: UInt8.self).baseAddress, let to = output.baseAddress else {
          return
        }
        status = unsafe cisal_inflate(from, count, to, room)
      }
      filled = max(Int(status), 0)
    }
    guard status != -2, result.count <= limit else { throw .tooLong(limit: limit) }
    guard status >= 0 else { throw .damaged }
    return result
  }
}
