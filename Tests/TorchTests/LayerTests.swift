import Foundation
import TensorFiles
import Testing
import Torch

/// Layers against values worked out by hand.
@Suite struct LayerTests {
  private func close(_ tensor: Tensor, _ expected: [Double], _ tolerance: Double = 1e-12) throws -> Bool {
    let values = try tensor.values(Double.self)
    return values.count == expected.count && zip(values, expected).allSatisfy { abs($0 - $1) <= tolerance }
  }

  @Test func `a linear layer multiplies by the transposed weight and adds the bias`() throws {
    let x = try Tensor([1, 2] as [Double], [1, 2])
    let weight = try Tensor([1, 2, 3, 4, 5, 6] as [Double], [3, 2])
    // 1·1 + 2·2 = 5, 1·3 + 2·4 = 11, 1·5 + 2·6 = 17
    #expect(try close(x.linear(weight), [5, 11, 17]))
    #expect(try close(x.linear(weight, Tensor([1, 1, 1] as [Double], [3])), [6, 12, 18]))
  }

  @Test func `a convolution cuts patches row by row`() throws {
    let image = try Tensor.range(16, .float64).reshaped([1, 1, 4, 4])
    let weight = try Tensor.full([1, 1, 2, 2], 1, .float64)
    // Patches of 2×2: 0+1+4+5, 2+3+6+7, 8+9+12+13, 10+11+14+15
    #expect(try close(image.convolution(weight, nil, stride: 2), [10, 18, 42, 50]))
  }

  @Test func `a layer norm centres and scales`() throws {
    let x = try Tensor([1, 3] as [Double], [2])
    // mean 2, variance 1: ±1/√(1 + 3) = ±0.5 with ε = 3
    let y = try x.layerNorm(Tensor([2, 2] as [Double], [2]), Tensor([1, 1] as [Double], [2]), epsilon: 3)
    #expect(try close(y, [0, 2]))
  }

  @Test func `activations at a point`() throws {
    let x = try Tensor([1] as [Double], [1])
    #expect(try close(x.gelu(), [0.5 * (1 + erf(1 / 2.0.squareRoot()))]))
    #expect(try close(x.silu(), [1 / (1 + exp(-1))]))
    #expect(try close(x.logSigmoid(), [-log(1 + exp(-1))]))
  }

  @Test func `attention weighs values by the softmax of the scores`() throws {
    // Two positions, one channel: scores of query 1 are 1·0 and 1·log 3, weights 1/4 and 3/4.
    let query = try Tensor([0, 1] as [Double], [1, 1, 2, 1])
    let key = try Tensor([0, log(3)] as [Double], [1, 1, 2, 1])
    let value = try Tensor([4, 8] as [Double], [1, 1, 2, 1])
    #expect(try close(query.attention(key, value, .none), [6, 7]))
    #expect(try close(query.attention(key, value, .causal), [4, 7]))
    let allowed = try Tensor([1, 1, 1, 0] as [UInt8], [1, 1, 2, 2]).converted(to: .bool)
    #expect(try close(query.attention(key, value, .allowed(allowed)), [6, 4]))
  }

  @Test func `each key head serves a run of query heads`() throws {
    let query = try Tensor([1, 2, 3, 4] as [Double], [1, 4, 1, 1])
    let key = try Tensor([1, 1] as [Double], [1, 2, 1, 1])
    let value = try Tensor([5, 7] as [Double], [1, 2, 1, 1])
    #expect(try close(query.attention(key, value, .causal), [5, 5, 7, 7]))
  }

  @Test func `cross-entropy is the mean over the rows that count`() throws {
    let logits = try Tensor([0, log(3), 5, 5] as [Double], [2, 2])
    let targets = try Tensor([1, -100] as [Int64], [2])
    // −log(3/4)
    #expect(try close(logits.crossEntropy(targets, ignoring: -100), [log(4.0 / 3)]))
  }

  @Test func `dropout keeps the expectation`() throws {
    let ones = try Tensor.full([10_000], 1, .float64)
    let kept = try ones.dropout(0.25)
    #expect(try Set(kept.values(Double.self)) == [0, 1 / 0.75])
    #expect(abs(try kept.mean().scalar() - 1) < 0.05)
  }
}
