internal import TensorFiles
internal import Torch

/// Centres and scales to unit variance over the last dimension.
struct LayerNorm {
  let weight: Tensor
  let bias: Tensor
  let epsilon: Double

  init(_ scope: ParameterScope, epsilon: Double) throws(TorchError) {
    weight = try scope.required("weight")
    bias = try scope.required("bias")
    self.epsilon = epsilon
  }

  func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor { try x.layerNorm(weight, bias, epsilon: epsilon) }
}

/// x · (mean x² + ε)^−½ in float32, rounded to the type of x, then scaled by the weight.
struct RootMeanSquareNorm {
  let weight: Tensor
  let epsilon: Double

  init(_ scope: ParameterScope, epsilon: Double) throws(TorchError) {
    weight = try scope.required("weight")
    self.epsilon = epsilon
  }

  func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
    let type = try x.dtype
    let wide = try type == .float64 ? x : x.converted(to: .float32)
    let factor = try (wide.squared().mean([-1], .kept) + epsilon).reciprocalSquareRoot()
    return try weight * (wide * factor).converted(to: type)
  }
}
