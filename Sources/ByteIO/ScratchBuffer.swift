/// Memory of a fixed size that one owner fills again and again.
@safe
final class ScratchBuffer {
  let bytes: UnsafeMutableRawBufferPointer
  /// The number of bytes.
  let count: Int

  init(byteCount: Int) {
    count = max(byteCount, 1)
    unsafe bytes = .allocate(byteCount: count, alignment: 4096)
  }

  deinit { unsafe bytes.deallocate() }

  /// Returns a copy of the first `count` bytes.
  func array(_ count: Int) -> [UInt8] { unsafe [UInt8](UnsafeRawBufferPointer(rebasing: bytes[..<count])) }
}
