internal import TensorFiles
internal import Torch

/// The keys and values of the positions seen so far, for decoding one token at a time.
///
/// Room for all positions is taken at once; a step writes its own part only.
final class KeyValueCache {
  /// The positions filled.
  private(set) var length = 0
  private let capacity: Int
  private var layers: [(keys: Tensor, values: Tensor)?]

  init(layers: Int, capacity: Int) {
    self.capacity = capacity
    self.layers = Array(repeating: nil, count: layers)
  }

  /// Adds the keys and values [batch, head, position, channel] of `layer`, and returns those of all positions.
  func append(_ keys: Tensor, _ values: Tensor, layer: Int) throws(TorchError) -> (keys: Tensor, values: Tensor) {
    let store: (keys: Tensor, values: Tensor)
    if let known = layers[layer] {
      store = known
    } else {
      let shape = [keys.size(0), keys.size(1), capacity, keys.size(3)]
      store = (
        try Tensor.full(shape, 0, keys.dtype, on: keys.device),
        try Tensor.full(shape, 0, values.dtype, on: values.device)
      )
      layers[layer] = store
    }
    let end = length + keys.size(2)
    try store.keys.slicing(length..<end, 2).assign(keys)
    try store.values.slicing(length..<end, 2).assign(values)
    return (try store.keys.slicing(0..<end, 2), try store.values.slicing(0..<end, 2))
  }

  /// Counts `count` positions as filled, after every layer has appended them.
  func advance(_ count: Int) { length += count }
}
