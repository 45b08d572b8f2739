internal import Torch

/// y = x Wᵀ + b, and where there is an adapter, + s · B A x.
struct Linear {
  /// [out, in].
  let weight: Tensor
  /// [out].
  let bias: Tensor?
  let adapter: LowRankAdapter?

  init(_ scope: ParameterScope, _ adapters: AdapterScaling?) throws(TorchError) {
    weight = try scope.required("weight")
    bias = scope["bias"]
    adapter = LowRankAdapter(scope, adapters)
  }

  func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
    let y = try x.linear(weight, bias)
    guard let adapter else { return y }
    return try y + adapter.change(x) { x, weight throws(TorchError) in try x.linear(weight) }
  }
}

/// A convolution that cuts an image into patches: kernel and stride are the patch's side.
struct PatchConvolution {
  /// [width, 3, patch, patch].
  let weight: Tensor
  let bias: Tensor?
  let adapter: LowRankAdapter?

  init(_ scope: ParameterScope, _ adapters: AdapterScaling?) throws(TorchError) {
    weight = try scope.required("weight")
    bias = scope["bias"]
    adapter = LowRankAdapter(scope, adapters)
  }

  /// Returns the patches of `pixels` [image, 3, row, column] as [image, patch, width], row by row.
  func callAsFunction(_ pixels: Tensor) throws(TorchError) -> Tensor {
    let stride = weight.size(-1)
    var grid = try pixels.convolution(weight, bias, stride: stride)
    if let adapter {
      // A cuts the patches as the weight does; B is a 1 × 1 convolution.
      grid =
        try grid
        + adapter.change(pixels) { x, weight throws(TorchError) in
          try x.convolution(weight, nil, stride: weight.size(-1) == 1 ? 1 : stride)
        }
    }
    return try grid.reshaped([grid.size(0), grid.size(1), -1]).transposed(1, 2)
  }
}
