internal import ByteIO
public import Checkpoints
public import TensorFiles
public import Torch

/// Fresh weights, each a function of the seed and of its own name.
///
/// Vision towers as timm 0.9.10 begins them: matrices and positions N(0, 0.02), class token N(0, 1e-6), registers 0,
/// LayerScale 1e-5, the pool's latent N(0, 1/√width). The patch convolution is PyTorch's own, uniform within
/// 1/√inputs. Projector and decoder: N(0, initializer range), the padding row 0. Norms 1, biases 0.
public struct Initializer: Sendable {
  public let config: PolicyConfig
  public let seed: UInt64

  public init(_ config: PolicyConfig, seed: UInt64) {
    self.config = config
    self.seed = seed
  }

  /// Returns the fresh value of `parameter`, float32.
  public func tensor(_ parameter: ParameterShape) throws -> Tensor {
    let tensor = try Tensor.full(parameter.shape, constant(parameter))
    let source = try RandomSource(seed: NamedSeed(seed, parameter.name).value)
    if parameter.name.contains("patch_embed.proj.") {
      let inputs = 3 * patchArea(parameter.part)
      let bound = 1 / Double(inputs).squareRoot()
      try source.fillUniform(tensor, low: -bound, high: bound)
    } else if let deviation = deviation(parameter) {
      try source.fillNormal(tensor, deviation: deviation)
    }
    if parameter.name == "language_model.model.embed_tokens.weight", let row = config.decoder.padTokenID {
      try tensor.selecting(row, 0).fill(0)
    }
    return tensor
  }

  private func patchArea(_ part: PolicyPart) -> Int {
    let tower = config.towers[part == .fusedFeaturizer ? 1 : 0]
    return tower.patchSize * tower.patchSize
  }

  /// The value of parameters that are not drawn.
  private func constant(_ parameter: ParameterShape) -> Double {
    if parameter.name.hasSuffix(".scale_factor") { return 1e-5 }
    return parameter.shape.count == 1 && parameter.name.hasSuffix(".weight") ? 1 : 0
  }

  /// The standard deviation of parameters that are drawn from a normal distribution, or `nil`.
  private func deviation(_ parameter: ParameterShape) -> Double? {
    guard parameter.shape.count > 1, !parameter.name.hasSuffix(".reg_token") else { return nil }
    switch parameter.part {
    case .projector, .languageModel: return config.decoder.initializerRange
    case .featurizer, .fusedFeaturizer:
      if parameter.name.hasSuffix(".cls_token") { return 1e-6 }
      if parameter.name.hasSuffix(".latent") { return 1 / Double(parameter.shape.last ?? 1).squareRoot() }
      return 0.02
    }
  }

  /// Writes a whole fresh checkpoint in `dtype`, one weight at a time.
  public func write(_ writer: CheckpointWriter, _ dtype: DType, files: [CheckpointWriter.File]) throws {
    let parameters = config.parameters
    let byName = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0) })
    try writer.write(
      parameters.map { TensorDeclaration($0.name, dtype, $0.shape) },
      config: config.json(torchDType: dtype.torchName), files: files
    ) { declaration, file in
      guard let parameter = byName[declaration.name] else { return }
      try file.append(tensor(parameter).converted(to: dtype).bytes)
    }
  }
}
