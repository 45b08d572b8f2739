internal import Checkpoints
internal import Torch

/// Brings patch features to the decoder's width: linear layers with exact GELU between them.
struct Projector {
  private let layers: [Linear]

  init(_ config: PolicyConfig, _ scope: ParameterScope, _ adapters: AdapterScaling?) throws(TorchError) {
    var layers: [Linear] = []
    for name in config.architecture.layers { layers.append(try Linear(scope.scope(name), adapters)) }
    self.layers = layers
  }

  /// [image, patch, features] to [image, patch, hidden].
  func callAsFunction(_ features: Tensor) throws(TorchError) -> Tensor {
    var x = features
    for (index, layer) in layers.enumerated() { x = try layer(index == 0 ? x : x.gelu()) }
    return x
  }
}
