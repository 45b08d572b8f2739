internal import Torch

/// A low-rank change to one layer (Hu et al., arXiv 2106.09685): s · B A x, as PEFT applies it.
struct LowRankAdapter {
  /// [rank, in], or [rank, 3, patch, patch] for a convolution.
  let a: Tensor
  /// [out, rank], or [out, rank, 1, 1].
  let b: Tensor
  let scale: Double
  private let module: String
  private let dropout: AdapterDropout?

  /// The adapter of the layer at `scope`, or `nil` where it has none.
  init?(_ scope: ParameterScope, _ adapters: AdapterScaling?) {
    guard let adapters, let a = scope["lora_A.weight"], let b = scope["lora_B.weight"] else { return nil }
    self.a = a
    self.b = b
    scale = adapters.scale(of: scope.prefix)
    module = scope.prefix
    dropout = adapters.dropout
  }

  /// Returns s · B A x, where `apply` applies a weight as the layer does.
  func change(
    _ x: Tensor, _ apply: (Tensor, Tensor) throws(TorchError) -> Tensor
  ) throws(TorchError) -> Tensor {
    var x = try x.converted(to: a.dtype)
    if let dropout { x = try dropout(x, module) }
    return try apply(apply(x, a), b) * scale
  }
}
