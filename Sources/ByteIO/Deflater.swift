internal import CZlib

/// A zlib or gzip stream being made piece by piece, at zlib's default level.
@safe
public final class Deflater {
  /// The container around the deflated data.
  public enum Form: Sendable { case zlib, gzip }

  private let stream: UnsafeMutablePointer<z_stream>

  public init(_ form: Form) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let status = unsafe czlib_deflate_start(stream, Z_DEFAULT_COMPRESSION, form == .gzip ? 15 + 16 : 15)
    precondition(status == Z_OK, "zlib has no memory to start with")
  }

  deinit {
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Returns what adding `bytes` makes ready for writing.
  public func deflate(_ bytes: [UInt8]) -> [UInt8] { run(bytes, Z_NO_FLUSH) }

  /// Ends the stream and returns its last bytes.
  public func finish() -> [UInt8] { run([], Z_FINISH) }

  private func run(_ bytes: [UInt8], _ flush: Int32) -> [UInt8] {
    var result: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    unsafe bytes.withUnsafeBytes { input in
      unsafe stream.pointee.next_in = UnsafeMutablePointer(
        mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
      unsafe stream.pointee.avail_in = UInt32(input.count)
      repeat {
        let produced = unsafe piece.withUnsafeMutableBytes { output in
          unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
          unsafe stream.pointee.avail_out = UInt32(output.count)
          unsafe CZlib.deflate(stream, flush)
          return unsafe output.count - Int(stream.pointee.avail_out)
        }
        result.append(contentsOf: piece[..<produced])
      } while unsafe stream.pointee.avail_out == 0
    }
    return result
  }
}
