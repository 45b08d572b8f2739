/// The nonlinearity between the two layers of a vision block's MLP.
public enum VisionActivation: String, Sendable, CaseIterable {
  /// x · Φ(x), exact.
  case gelu
  /// x · sigmoid(1.702 x), as OpenAI's CLIP was trained.
  case quickGELU = "quick_gelu"
}

/// The shape of one vision transformer, as timm 0.9.10 builds it with `num_classes=0`.
public struct VisionTower: Equatable, Sendable {
  /// What the tower was trained as, by which its features are named.
  public enum Family: String, Sendable, CaseIterable {
    case dino, siglip, clip, in1k
  }

  /// timm's name, such as `vit_so400m_patch14_siglip_224`.
  public let modelID: String
  public let family: Family
  /// The side of the square image, in pixels.
  public var imageSize: Int
  /// The side of a patch, in pixels.
  public var patchSize: Int
  public var width: Int
  public var depth: Int
  public var heads: Int
  /// MLP width over `width`; the product is cut to an integer.
  public var mlpRatio: Double
  public let activation: VisionActivation

  public init(
    modelID: String, family: Family, imageSize: Int, patchSize: Int, width: Int, depth: Int, heads: Int,
    mlpRatio: Double, activation: VisionActivation
  ) {
    self.modelID = modelID
    self.family = family
    self.imageSize = imageSize
    self.patchSize = patchSize
    self.width = width
    self.depth = depth
    self.heads = heads
    self.mlpRatio = mlpRatio
    self.activation = activation
  }

  /// The tower of timm's `modelID` at its published size, or `nil` where it is none that OpenVLA's family uses.
  public init?(modelID: String, imageSize: Int, activation: VisionActivation = .gelu) {
    func make(_ family: Family, patch: Int = 14, _ width: Int, _ depth: Int, ratio: Double = 4) -> VisionTower {
      VisionTower(
        modelID: modelID, family: family, imageSize: imageSize, patchSize: patch, width: width, depth: depth, heads: 16,
        mlpRatio: ratio, activation: activation)
    }
    switch modelID {
    case "vit_large_patch14_reg4_dinov2.lvd142m": self = make(.dino, 1024, 24)
    case "vit_so400m_patch14_siglip_224", "vit_so400m_patch14_siglip_384":
      self = make(.siglip, 1152, 27, ratio: 3.7362)
    case "vit_large_patch14_clip_224.openai", "vit_large_patch14_clip_336.openai": self = make(.clip, 1024, 24)
    case "vit_large_patch16_224.augreg_in21k_ft_in1k": self = make(.in1k, patch: 16, 1024, 24)
    default: return nil
    }
  }

  public var mlpHidden: Int { Int(Double(width) * mlpRatio) }
  /// Patches along one side.
  public var grid: Int { imageSize / patchSize }
  public var patchCount: Int { grid * grid }
  public var classToken: Bool { family != .siglip }
  public var registers: Int { family == .dino ? 4 : 0 }
  /// Tokens before the patches.
  public var prefixTokens: Int { (classToken ? 1 : 0) + registers }
  /// Whether the class token has a position of its own.
  public var positionsCoverPrefix: Bool { family == .clip || family == .in1k }
  public var positionCount: Int { patchCount + (positionsCoverPrefix ? prefixTokens : 0) }
  public var layerScale: Bool { family == .dino }
  /// Whether a norm precedes the blocks; the patch convolution then has no bias.
  public var preNorm: Bool { family == .clip }
  public var normEpsilon: Double { family == .clip ? 1e-5 : 1e-6 }
  /// Whether there is an attention pool, whose weights are stored but never run.
  public var attentionPool: Bool { family == .siglip }
}
