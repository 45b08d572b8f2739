internal import ByteIO
public import Checkpoints
public import JSON
public import TensorFiles
internal import Torch

extension AdapterFolder {
  /// Writes `base` with this adapter merged into its weights, in `dtype`, one weight at a time: W + s · B A.
  ///
  /// In float32 the product is computed in float32. In bfloat16 base and factors are rounded first, and the product,
  /// its scaling and the sum each round again, as PEFT 0.11.1 does with a bfloat16 model; the last bit of the product
  /// may depend on the processor.
  ///
  /// - Throws: `PolicyError` where a weight is no number; `CheckpointError`, `FileError`.
  public func merge(
    into base: CheckpointFolder, _ writer: CheckpointWriter, _ dtype: DType, statistics: JSONValue? = nil
  ) throws {
    let factors = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
    let layers = Dictionary(uniqueKeysWithValues: modules.map { ("\($0.module).weight", $0) })
    try base.rewrite(writer, dtype, statistics: statistics) { stored, type in
      guard let layer = layers[stored.name], let a = factors[layer.nameOfA], let b = factors[layer.nameOfB] else {
        return nil
      }
      let weight = try Policy.tensor(stored, type, on: .cpu)
      let product = try Self.product(
        Policy.tensor(a, type, on: .cpu), Policy.tensor(b, type, on: .cpu))
      return try weight + product.reshaped(stored.shape) * layer.scale
    }
  }

  /// B A over all inputs: [out, in…] flattened.
  private static func product(_ a: Tensor, _ b: Tensor) throws(TorchError) -> Tensor {
    try b.reshaped([b.size(0), -1]).multiplied(by: a.reshaped([a.size(0), -1]))
  }
}
