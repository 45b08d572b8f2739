internal import CTorch
internal import TensorFiles

extension DType {
  /// The shim's number of this type.
  ///
  /// - Throws: `TorchError` for unsigned types wider than a byte, which the engine does not compute with.
  func code(_ operation: StaticString) throws(TorchError) -> ctorch_dtype {
    switch self {
    case .bool: CTORCH_BOOL
    case .uint8: CTORCH_UINT8
    case .int8: CTORCH_INT8
    case .int16: CTORCH_INT16
    case .int32: CTORCH_INT32
    case .int64: CTORCH_INT64
    case .float16: CTORCH_FLOAT16
    case .bfloat16: CTORCH_BFLOAT16
    case .float32: CTORCH_FLOAT32
    case .float64: CTORCH_FLOAT64
    case .uint16, .uint32, .uint64: throw TorchError(.typeUnknown(rawValue), operation: "\(operation)")
    }
  }

  init?(code: ctorch_dtype) {
    switch code {
    case CTORCH_BOOL: self = .bool
    case CTORCH_UINT8: self = .uint8
    case CTORCH_INT8: self = .int8
    case CTORCH_INT16: self = .int16
    case CTORCH_INT32: self = .int32
    case CTORCH_INT64: self = .int64
    case CTORCH_FLOAT16: self = .float16
    case CTORCH_BFLOAT16: self = .bfloat16
    case CTORCH_FLOAT32: self = .float32
    case CTORCH_FLOAT64: self = .float64
    default: return nil
    }
  }
}
