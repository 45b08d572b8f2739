/// The inflated content of a zlib or gzip file in memory, read from front to back.
public final class InflatingStream {
  private let source: Bytes
  private let inflater = Inflater(.zlibOrGzip)
  private let scratch = ScratchBuffer(byteCount: 1 << 18)
  private var consumed = 0
  private var pending = 0..<0

  /// Creates a stream over `source`, the whole compressed file.
  public init(_ source: Bytes) { self.source = source }

  /// Returns the next `count` bytes; fewer only at the end of the stream.
  ///
  /// Memory grows with what the stream really holds, not with `count`.
  public func read(_ count: Int) throws(InflateError) -> [UInt8] {
    var result: [UInt8] = []
    while result.count < count {
      if pending.isEmpty, try !refill() { break }
      let taken = min(pending.count, count - result.count)
      let range = pending.lowerBound..<pending.lowerBound + taken
      unsafe result.append(contentsOf: UnsafeRawBufferPointer(rebasing: scratch.bytes[range]))
      pending = range.upperBound..<pending.upperBound
    }
    return result
  }

  /// Inflates another piece; returns whether there was one.
  private func refill() throws(InflateError) -> Bool {
    while true {
      if inflater.isAtEnd {
        guard consumed < source.count, inflater.beginMember(startingWith: source[consumed]) else { return false }
      }
      let rest = source[consumed..<source.count]
      let (taken, produced) = try unsafe rest.withUnsafeBytes { input throws(InflateError) in
        try unsafe inflater.inflate(input, into: scratch.bytes)
      }
      consumed += taken
      if produced > 0 {
        pending = 0..<produced
        return true
      }
      guard inflater.isAtEnd || taken > 0 else { throw .truncated }
    }
  }
}
