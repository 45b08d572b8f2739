import Foundation
import TensorFiles
import Testing
import Torch

@Suite struct GradientTests {
  @Test func `a product's gradient is the other factor`() throws {
    let x = try Tensor([2, 3] as [Double], [2])
    try x.setRequiresGradient(true)
    try (x * x).sum().backward()
    #expect(try x.gradient?.values(Double.self) == [4, 6])
    try x.setGradient(nil)
    #expect(try x.gradient == nil)
  }

  @Test func `nothing is recorded inside withoutGradient, also after an error`() throws {
    let x = try Tensor([2] as [Double], [1])
    try x.setRequiresGradient(true)
    let silent = try withoutGradient { () throws(TorchError) in try x * x }
    #expect(!silent.requiresGradient)
    #expect(throws: TorchError.self) {
      try withoutGradient { () throws(TorchError) in try x.reshaped([7]) }
    }
    #expect(try (x * x).requiresGradient)
  }

  /// Central differences in float64 against the recorded gradient, for each kind of layer.
  @Test(arguments: ["linear", "convolution", "layer norm", "attention", "gelu", "silu", "cross-entropy", "embedding"])
  func `gradients equal central differences`(kind: String) throws {
    let random = try RandomSource(seed: 7)
    func draw(_ shape: [Int]) throws -> Tensor {
      let tensor = try Tensor.full(shape, 0, .float64)
      try random.fillNormal(tensor, deviation: 0.7)
      return tensor
    }
    let weight = try draw([3, 4])
    let image = try draw([2, 1, 2, 2])
    let other = try draw([1, 2, 3, 2])
    let targets = try Tensor([2, 0] as [Int64], [2])
    let scale = try draw([4])
    let direction = try draw([24])
    func value(_ x: Tensor) throws -> Tensor {
      let y: Tensor =
        switch kind {
        case "linear": try x.reshaped([6, 4]).linear(weight)
        case "convolution": try x.reshaped([6, 1, 2, 2]).convolution(image, nil, stride: 2)
        case "layer norm": try x.reshaped([6, 4]).layerNorm(scale, scale, epsilon: 1e-6)
        case "attention": try x.reshaped([2, 2, 3, 2]).attention(other, other, .causal)
        case "gelu": try x.gelu()
        case "silu": try x.silu()
        case "cross-entropy": try x.reshaped([2, 12]).crossEntropy(targets, ignoring: -100)
        default: try x.reshaped([6, 4]).embedding(Tensor([1, 1, 5] as [Int64], [3]))
        }
      let flat = try y.reshaped([-1])
      return try (flat * direction.slicing(0..<min(flat.elementCount, 24), 0)).sum()
    }
    let start = try draw([24]).values(Double.self)
    let x = try Tensor(start, [24])
    try x.setRequiresGradient(true)
    try value(x).backward()
    let gradient = try #require(try x.gradient).values(Double.self)
    for index in start.indices {
      var up = start
      var down = start
      up[index] += 1e-5
      down[index] -= 1e-5
      let slope = try (value(Tensor(up, [24])).scalar() - value(Tensor(down, [24])).scalar()) / 2e-5
      #expect(abs(slope - gradient[index]) < 1e-8 * max(1, abs(slope)) + 1e-9)
    }
    #expect(gradient.contains { $0 != 0 })
  }

  @Test func `one AdamW step by hand`() throws {
    let x = try Tensor([1] as [Double], [1])
    try x.setRequiresGradient(true)
    try (x * 3).sum().backward()
    var options = AdamW.Options()
    options.weightDecay = 0.5
    let optimizer = AdamW([x], options)
    try optimizer.step(learningRate: 0.1)
    // Decay: 1 − 0.1·0.5 = 0.95. The corrected moments are 3 and 9: step 0.1·3/(3 + 1e-8).
    #expect(abs(try x.scalar() - (0.95 - 0.1 * 3 / (3 + 1e-8))) < 1e-12)
    #expect(try optimizer.moments[0]?.step.scalar() == 1)
    #expect(abs(try #require(optimizer.moments[0]).first.scalar() - 0.3) < 1e-12)
    #expect(abs(try #require(optimizer.moments[0]).second.scalar() - 0.009) < 1e-12)
  }

  @Test func `a parameter without a gradient does not even decay`() throws {
    let x = try Tensor([1] as [Double], [1])
    try x.setRequiresGradient(true)
    try AdamW([x]).step(learningRate: 0.1)
    #expect(try x.scalar() == 1)
  }

  @Test func `gradients are clipped to the limit and their norm is returned`() throws {
    let x = try Tensor([0, 0] as [Double], [2])
    try x.setGradient(Tensor([3, 4] as [Double], [2]))
    #expect(try clipGradients(of: [x], to: nil) == 5)
    #expect(try x.gradient?.values(Double.self) == [3, 4])
    #expect(try clipGradients(of: [x], to: 1) == 5)
    // 1 / (5 + 1e-6)
    let factor = 1 / (5 + 1e-6)
    #expect(try x.gradient?.values(Double.self) == [3 * factor, 4 * factor])
    #expect(try clipGradients(of: [], to: 1) == 0)
  }
}

@Suite struct EngineTests {
  @Test func `the linked libtorch is the one that was tested`() {
    #expect(Engine.version.hasPrefix("2.13.0"))
  }

  @Test func `autocast computes products in bf16 and ends with its body`() throws {
    let a = try Tensor.full([2, 2], 1)
    let inside = try withAutocast(.bfloat16) { try a.linear(a) }
    #expect(try inside.dtype == .bfloat16)
    #expect(throws: TorchError.self) { try withAutocast(.bfloat16) { _ = try a.reshaped([3]) } }
    #expect(try a.linear(a).dtype == .float32)
  }

  @Test func `a seed fixes the numbers drawn`() throws {
    func draw(_ seed: UInt64) throws -> [Float] {
      let tensor = try Tensor.full([100], 0)
      try RandomSource(seed: seed).fillNormal(tensor, deviation: 1)
      return try tensor.values(Float.self)
    }
    #expect(try draw(1) == draw(1))
    #expect(try draw(1) != draw(2))
  }
}

@Suite struct ParameterStoreTests {
  @Test func `names keep their order, and scopes cut prefixes`() throws {
    var store = ParameterStore()
    store["b.w"] = try Tensor.full([2], 1)
    store["a.w"] = try Tensor.full([3], 2)
    store["b.w"] = try Tensor.full([4], 3)
    #expect(store.names == ["b.w", "a.w"])
    #expect(store.elementCount == 7)
    #expect(store.scope("a")["w"]?.shape == [3])
    let error = #expect(throws: TorchError.self) { try store.scope("a").scope("x").required("w") }
    #expect(error?.operation == "a.x.w")
    store["b.w"] = nil
    #expect(store.names == ["a.w"])
  }
}
