internal import CTorch

extension Tensor {
  private func unary(_ name: StaticString, _ operation: ctorch_unary) throws(TorchError) -> Tensor {
    try unsafe made(name) { out, error in unsafe ctorch_apply_unary(operation, handle, out, error) }
  }

  private static func binary(
    _ name: StaticString, _ operation: ctorch_binary, _ a: Tensor, _ b: Tensor
  ) throws(TorchError) -> Tensor {
    try unsafe made(name) { out, error in unsafe ctorch_apply_binary(operation, a.handle, b.handle, out, error) }
  }

  private static func scalar(
    _ name: StaticString, _ operation: ctorch_binary, _ a: Tensor, _ b: Double
  ) throws(TorchError) -> Tensor {
    try unsafe made(name) { out, error in unsafe ctorch_apply_scalar(operation, a.handle, b, out, error) }
  }

  public static func + (a: Tensor, b: Tensor) throws(TorchError) -> Tensor { try binary("add", CTORCH_ADD, a, b) }
  public static func - (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try binary("subtract", CTORCH_SUBTRACT, a, b)
  }
  public static func * (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try binary("multiply", CTORCH_MULTIPLY, a, b)
  }
  public static func / (a: Tensor, b: Tensor) throws(TorchError) -> Tensor { try binary("divide", CTORCH_DIVIDE, a, b) }
  public static func + (a: Tensor, b: Double) throws(TorchError) -> Tensor { try scalar("add", CTORCH_ADD, a, b) }
  public static func - (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try scalar("subtract", CTORCH_SUBTRACT, a, b)
  }
  public static func * (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try scalar("multiply", CTORCH_MULTIPLY, a, b)
  }
  public static func / (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try scalar("divide", CTORCH_DIVIDE, a, b)
  }
  public static prefix func - (a: Tensor) throws(TorchError) -> Tensor { try a.unary("negate", CTORCH_NEGATE) }

  /// The matrix product over the last two dimensions, the others broadcast.
  public func multiplied(by other: Tensor) throws(TorchError) -> Tensor {
    try Tensor.binary("matrix product", CTORCH_MATRIX_PRODUCT, self, other)
  }

  public func absolute() throws(TorchError) -> Tensor { try unary("absolute", CTORCH_ABSOLUTE) }
  public func squared() throws(TorchError) -> Tensor { try unary("square", CTORCH_SQUARE) }
  public func squareRoot() throws(TorchError) -> Tensor { try unary("square root", CTORCH_SQUARE_ROOT) }
  public func reciprocalSquareRoot() throws(TorchError) -> Tensor {
    try unary("reciprocal square root", CTORCH_RECIPROCAL_SQUARE_ROOT)
  }
  public func exponential() throws(TorchError) -> Tensor { try unary("exponential", CTORCH_EXPONENTIAL) }
  public func logarithm() throws(TorchError) -> Tensor { try unary("logarithm", CTORCH_LOGARITHM) }
  public func sine() throws(TorchError) -> Tensor { try unary("sine", CTORCH_SINE) }
  public func cosine() throws(TorchError) -> Tensor { try unary("cosine", CTORCH_COSINE) }
  public func sigmoid() throws(TorchError) -> Tensor { try unary("sigmoid", CTORCH_SIGMOID) }
  public func logSigmoid() throws(TorchError) -> Tensor { try unary("log sigmoid", CTORCH_LOG_SIGMOID) }
  /// x · sigmoid(x).
  public func silu() throws(TorchError) -> Tensor { try unary("silu", CTORCH_SILU) }
  /// The exact form, x · Φ(x).
  public func gelu() throws(TorchError) -> Tensor { try unary("gelu", CTORCH_GELU) }

  /// Whether each element is neither infinite nor NaN.
  public func isFinite() throws(TorchError) -> Tensor { try unary("is finite", CTORCH_IS_FINITE) }
  /// Whether each element is false or 0.
  public func negated() throws(TorchError) -> Tensor { try unary("not", CTORCH_LOGICAL_NOT) }
  /// The elements on and below the diagonal of the last two dimensions; the others 0 or false.
  public func lowerTriangle() throws(TorchError) -> Tensor { try unary("lower triangle", CTORCH_LOWER_TRIANGLE) }

  public func equals(_ other: Tensor) throws(TorchError) -> Tensor {
    try Tensor.binary("equal", CTORCH_EQUAL, self, other)
  }
  public func isGreater(than other: Double) throws(TorchError) -> Tensor {
    try Tensor.scalar("greater", CTORCH_GREATER, self, other)
  }
  public func and(_ other: Tensor) throws(TorchError) -> Tensor {
    try Tensor.binary("and", CTORCH_LOGICAL_AND, self, other)
  }

  /// These elements where `condition` holds, `value` elsewhere.
  public func keeping(where condition: Tensor, else value: Double) throws(TorchError) -> Tensor {
    try unsafe made("where") { out, error in unsafe ctorch_where(condition.handle, handle, value, out, error) }
  }
}
