internal import ByteIO

/// What a LoRA adapter changes and how strongly (Hu et al., arXiv 2106.09685), with the meaning PEFT 0.11.1 gives it.
public struct AdapterConfig: Equatable, Sendable {
  public var rank: Int
  public var alpha: Double
  /// The probability with which training drops an element of an adapted layer's input.
  public var dropout: Double
  /// How fresh factors A begin; B begins at 0.
  public var start: Start
  /// Names of layers, or ends of names; `nil` for every linear layer, the head and the patch convolutions.
  public var targets: [String]?
  /// Ranks and alphas of single layers, by their names or ends of names; the first that fits counts.
  public var ranks: [Override<Int>]
  public var alphas: [Override<Double>]
  /// Whether the factor is alpha / √rank rather than alpha / rank.
  public var isRootScaled: Bool
  /// The base model's name or path, for people.
  public var base: String

  /// How the factor A begins.
  public enum Start: String, Sendable, CaseIterable {
    /// N(0, 1/rank²): the standard deviation is 1/rank.
    case gaussian
    /// Uniform within 1/√inputs (Kaiming, with a slope of √5).
    case kaiming
  }

  /// A value for the layers that a name fits.
  public struct Override<Value: Equatable & Sendable>: Equatable, Sendable {
    public var name: String
    public var value: Value

    public init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// OpenVLA's fine-tuning defaults for `rank`: alpha at most 16, no dropout, gaussian, every linear layer.
  public init(rank: Int = 32) {
    self.rank = rank
    alpha = Double(min(rank, 16))
    dropout = 0
    start = .gaussian
    targets = nil
    (ranks, alphas) = ([], [])
    isRootScaled = false
    base = ""
  }

  /// The rank of the layer `module`.
  public func rank(of module: String) -> Int {
    ranks.first { Self.matches(module, $0.name) }?.value ?? rank
  }

  /// The factor s of the layer `module`, of the rank `moduleRank`.
  public func scale(of module: String) -> Double {
    let alpha = alphas.first { Self.matches(module, $0.name) }?.value ?? alpha
    let rank = Double(rank(of: module))
    return alpha / (isRootScaled ? rank.squareRoot() : rank)
  }

  /// Whether `module` is, or ends in, `pattern`, as PEFT matches names without special characters.
  private static func matches(_ module: String, _ pattern: String) -> Bool {
    module == pattern || module.hasSuffix(".\(pattern)")
  }

  /// The layers of `config` that get factors, with the shapes of A and B, in the model's order.
  ///
  /// - Throws: `CheckpointError` where a target names no layer.
  public func modules(of config: PolicyConfig) throws(CheckpointError) -> [AdaptedModule] {
    let layers = config.adaptableLayers
    if let targets {
      for target in targets where !layers.contains(where: { Self.matches($0.module, target) }) {
        throw CheckpointError(.usage, place: "adapter targets", "the model has no linear layer `\(target)`")
      }
    }
    for name in ranks.map(\.name) + alphas.map(\.name) where !layers.contains(where: { Self.matches($0.module, name) })
    {
      throw CheckpointError(.usage, place: "adapter patterns", "the model has no linear layer `\(name)`")
    }
    return layers.compactMap { layer in
      guard targets?.contains(where: { Self.matches(layer.module, $0) }) ?? true else { return nil }
      let rank = rank(of: layer.module)
      return AdaptedModule(
        module: layer.module, a: [rank] + layer.shape.dropFirst(),
        b: [layer.shape[0], rank] + layer.shape.dropFirst(2).map { _ in 1 }, scale: scale(of: layer.module))
    }
  }
}

/// A layer with an adapter.
public struct AdaptedModule: Equatable, Sendable {
  /// The layer's name in the model.
  public let module: String
  /// The shapes of the factors: [rank, in…] and [out, rank…].
  public let a: [Int]
  public let b: [Int]
  /// The factor s of the product.
  public let scale: Double

  static let suffixOfA = ".lora_A.weight"
  static let suffixOfB = ".lora_B.weight"

  public var nameOfA: String { module + Self.suffixOfA }
  public var nameOfB: String { module + Self.suffixOfB }

  /// Whether the parameter `name` is a factor of an adapter.
  public static func isFactor(_ name: String) -> Bool { name.hasSuffix(suffixOfA) || name.hasSuffix(suffixOfB) }

  /// The elements of both factors.
  public var elementCount: Int { a.reduce(1, *) + b.reduce(1, *) }
}

extension PolicyConfig {
  /// The layers that can have adapters: all linear ones and the patch convolutions, with the shapes of their weights.
  var adaptableLayers: [(module: String, shape: [Int])] {
    parameters.compactMap { parameter in
      guard parameter.name.hasSuffix(".weight"), parameter.shape.count >= 2, !parameter.name.contains("embed_tokens")
      else { return nil }
      return (String(parameter.name.dropLast(".weight".count)), parameter.shape)
    }
  }
}
