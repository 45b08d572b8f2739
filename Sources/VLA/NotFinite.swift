internal import ByteIO
internal import TensorFiles

/// Finds NaN and infinite values in raw floating-point data.
enum NotFinite {
  /// The index of the first value that is no finite number, or `nil`: all bits of its exponent are set.
  static func first(_ bytes: Bytes, _ dtype: DType) -> Int? {
    switch dtype {
    case .bfloat16: bytes.firstWord(withBits: 0x7F80 as UInt16)
    case .float16: bytes.firstWord(withBits: 0x7C00 as UInt16)
    case .float32: bytes.firstWord(withBits: 0x7F80_0000 as UInt32)
    case .float64: bytes.firstWord(withBits: 0x7FF0_0000_0000_0000 as UInt64)
    default: nil
    }
  }
}
