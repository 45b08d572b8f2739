/// A tensor's name, element type and shape.
public struct TensorDeclaration: Equatable, Sendable {
  public let name: String
  public let dtype: DType
  public let shape: [Int]

  public init(_ name: String, _ dtype: DType, _ shape: [Int]) {
    self.name = name
    self.dtype = dtype
    self.shape = shape
  }

  /// The number of elements, or `nil` where it does not fit an `Int` or a dimension is negative.
  public var elementCount: Int? { checkedProduct(shape) }

  /// The number of bytes, or `nil` where it does not fit an `Int`.
  public var byteCount: Int? {
    guard let elementCount else { return nil }
    let (product, overflow) = elementCount.multipliedReportingOverflow(by: dtype.byteCount)
    return overflow ? nil : product
  }
}

/// Returns the product of `dimensions`, or `nil` where one is negative or the product overflows.
public func checkedProduct(_ dimensions: [Int]) -> Int? {
  if dimensions.contains(0), dimensions.allSatisfy({ $0 >= 0 }) { return 0 }
  var product = 1
  for dimension in dimensions {
    guard dimension >= 0 else { return nil }
    let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
    if overflow { return nil }
    product = next
  }
  return product
}
