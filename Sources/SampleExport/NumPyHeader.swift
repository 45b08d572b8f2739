internal import TensorFiles

/// What a `.npy` file has before its elements: format 1.0 of `numpy.lib.format`.
///
/// The bytes 93 4E 55 4D 50 59 01 00, the length of the rest as U16, and the description as a Python dictionary, padded
/// with spaces and ended with a newline so that elements begin at a multiple of 64.
enum NumPyHeader {
  /// Returns the header of an array in row-major order.
  static func bytes(_ dtype: DType, _ shape: [Int]) -> [UInt8] {
    let type =
      switch dtype {
      case .float32: "<f4"
      case .uint8: "|u1"
      default: preconditionFailure("samples have no tensors of \(dtype.rawValue)")
      }
    let dimensions = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(dimensions)), }".utf8)
    while (10 + text.count + 1) % 64 != 0 { text.append(UInt8(ascii: " ")) }
    text.append(UInt8(ascii: "\n"))
    return [0x93] + Array("NUMPY".utf8)
      + [1, 0, UInt8(truncatingIfNeeded: text.count), UInt8(truncatingIfNeeded: text.count >> 8)] + text
  }
}
