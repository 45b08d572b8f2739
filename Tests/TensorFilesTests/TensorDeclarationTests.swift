import TensorFiles
import Testing

@Suite struct TensorDeclarationTests {
  static let products: [([Int], Int?)] = [
    ([], 1), ([0], 0), ([3, 4], 12), ([-1], nil), ([-1, 0], nil), ([0, -1], nil), ([.max, 2], nil), ([.max, 0], 0),
    ([.max, 2, 0], 0), ([.max], .max), ([1 << 32, 1 << 31], nil), ([1 << 31, 1 << 31], 1 << 62),
  ]

  @Test(arguments: products) func `products are checked`(_ shape: [Int], _ product: Int?) {
    #expect(checkedProduct(shape) == product)
    #expect(TensorDeclaration("a", .uint8, shape).elementCount == product)
  }

  @Test func `sizes in bytes are checked`() {
    #expect(TensorDeclaration("a", .float64, [2, 3]).byteCount == 48)
    #expect(TensorDeclaration("a", .float64, [1 << 61]).byteCount == nil)
    #expect(TensorDeclaration("a", .bfloat16, []).byteCount == 2)
  }

  @Test func `widths are those of the types`() {
    #expect(DType.allCases.map(\.byteCount) == [1, 1, 1, 2, 2, 4, 4, 8, 8, 2, 2, 4, 8])
    #expect(DType.allCases.filter(\.isFloatingPoint) == [.float16, .bfloat16, .float32, .float64])
  }
}
