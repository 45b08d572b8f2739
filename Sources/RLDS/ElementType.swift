public import TensorFiles

/// The type of a feature's values: numbers of one kind, or byte strings.
public enum ElementType: Equatable, Sendable {
  case number(DType)
  case string

  /// Reads a type's name as NumPy and TFDS write it: `float32`, `bool`, `string`.
  init?(name: String) {
    switch name {
    case "bool", "bool_": self = .number(.bool)
    case "uint8": self = .number(.uint8)
    case "int8": self = .number(.int8)
    case "uint16": self = .number(.uint16)
    case "int16": self = .number(.int16)
    case "uint32": self = .number(.uint32)
    case "int32": self = .number(.int32)
    case "uint64": self = .number(.uint64)
    case "int64": self = .number(.int64)
    case "float16": self = .number(.float16)
    case "bfloat16": self = .number(.bfloat16)
    case "float32": self = .number(.float32)
    case "float64": self = .number(.float64)
    case "string", "object", "str", "bytes": self = .string
    default: return nil
    }
  }

  /// The type's name as NumPy writes it.
  public var name: String {
    switch self {
    case .string: "string"
    case .number(let dtype):
      switch dtype {
      case .bool: "bool"
      case .uint8: "uint8"
      case .int8: "int8"
      case .uint16: "uint16"
      case .int16: "int16"
      case .uint32: "uint32"
      case .int32: "int32"
      case .uint64: "uint64"
      case .int64: "int64"
      case .float16: "float16"
      case .bfloat16: "bfloat16"
      case .float32: "float32"
      case .float64: "float64"
      }
    }
  }
}
