/// A run of immutable bytes that keeps alive what it points into: a mapped file or an array.
///
/// Copying and slicing cost O(1) and move no data. All integers are read as little-endian.
@safe
public struct Bytes: Sendable {
  /// What keeps the memory alive.
  private let owner: any AnyObject & Sendable
  private nonisolated(unsafe) let start: UnsafeRawPointer
  /// The number of bytes.
  public let count: Int

  /// Wraps `count` bytes from `start`, which `owner` keeps alive and never changes.
  init(unsafeStart start: UnsafeRawPointer, count: Int, owner: any AnyObject & Sendable) {
    unsafe self.start = start
    self.count = count
    self.owner = owner
  }

  /// Copies `array`: O(*n*).
  public init(_ array: [UInt8]) { self.init(values: array) }

  /// Copies the memory of `array`, little-endian as all machines here: O(*n*).
  public init<T: BitwiseCopyable>(values array: [T]) {
    let storage = unsafe array.withUnsafeBytes { unsafe ByteStorage($0) }
    unsafe self.init(
      unsafeStart: UnsafeRawPointer(storage.start), count: array.count * MemoryLayout<T>.stride, owner: storage)
  }

  /// Returns the byte at `index`.
  ///
  /// - Precondition: `index` lies in `0..<count`.
  public subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count, "byte index out of range")
    return unsafe start.load(fromByteOffset: index, as: UInt8.self)
  }

  /// Returns the bytes of `range`, sharing the memory: O(1).
  ///
  /// - Precondition: `range` lies in `0...count`.
  public subscript(range: Range<Int>) -> Bytes {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "byte range out of range")
    return unsafe Bytes(unsafeStart: start + range.lowerBound, count: range.count, owner: owner)
  }

  /// Returns the little-endian integer whose first byte is at `offset`; alignment does not matter.
  ///
  /// - Precondition: the integer lies inside.
  public func integer<T: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: T.Type = T.self) -> T {
    precondition(offset >= 0 && offset <= count - MemoryLayout<T>.size, "integer out of range")
    return T(littleEndian: unsafe start.loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  /// Returns a copy: O(*n*).
  public var array: [UInt8] { unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count)) }

  /// Appends a copy to `array`: O(*n*).
  public func append(to array: inout [UInt8]) {
    unsafe array.append(contentsOf: UnsafeRawBufferPointer(start: start, count: count))
  }

  /// Calls `body` with the memory, which is valid only during the call.
  public func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    let buffer = unsafe UnsafeRawBufferPointer(start: start, count: count)
    return try unsafe body(buffer)
  }

  /// Calls `body` with the bytes as a span.
  public func withSpan<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    let span = unsafe UnsafeRawBufferPointer(start: start, count: count).bytes
    return try body(span)
  }

  /// Returns how far this run begins after the first byte of `whole`, if it lies inside it.
  public func offset(in whole: Bytes) -> Int? {
    let distance = unsafe start - whole.start
    return owner === whole.owner && distance >= 0 && distance + count <= whole.count ? distance : nil
  }

  /// Reads the bytes as little-endian values of `type`.
  ///
  /// - Precondition: `count` is a multiple of the size of `type`.
  public func values<T: BitwiseCopyable>(as type: T.Type) -> [T] {
    let stride = MemoryLayout<T>.stride
    precondition(count % stride == 0, "byte count is no multiple of the value's size")
    return unsafe [T](unsafeUninitializedCapacity: count / stride) { buffer, filled in
      if let target = buffer.baseAddress {
        unsafe UnsafeMutableRawPointer(target).copyMemory(from: start, byteCount: count)
      }
      filled = count / stride
    }
  }
}

extension Bytes: Equatable {
  public static func == (a: Bytes, b: Bytes) -> Bool {
    guard a.count == b.count else { return false }
    return unsafe UnsafeRawBufferPointer(start: a.start, count: a.count)
      .elementsEqual(UnsafeRawBufferPointer(start: b.start, count: b.count))
  }
}

extension String {
  /// Decodes `bytes` as UTF-8, or returns `nil` where they are not.
  public init?(utf8 bytes: Bytes) {
    guard let text = unsafe bytes.withUnsafeBytes({ unsafe String(validating: $0, as: UTF8.self) }) else { return nil }
    self = text
  }
}

/// Memory of its own for bytes that come from an array.
@safe
private final class ByteStorage: Sendable {
  nonisolated(unsafe) let start: UnsafeMutableRawPointer

  init(_ bytes: UnsafeRawBufferPointer) {
    unsafe start = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 16)
    unsafe UnsafeMutableRawBufferPointer(start: start, count: bytes.count).copyMemory(from: bytes)
  }

  deinit { unsafe start.deallocate() }
}
