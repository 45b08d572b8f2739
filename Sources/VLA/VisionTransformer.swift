internal import Checkpoints
internal import Torch

/// A vision tower (Dosovitskiy et al., arXiv 2010.11929) in the forms that timm builds for OpenVLA: DINOv2 with
/// registers and LayerScale, SigLIP, CLIP, and plain ViT.
struct VisionTransformer {
  let tower: VisionTower
  private let patches: PatchConvolution
  /// The class token and the registers, in the order in which they lead the sequence: [1, n, width] each.
  private let prefix: [Tensor]
  private let positions: Tensor
  private let preNorm: LayerNorm?
  private let blocks: [VisionBlock]

  init(_ tower: VisionTower, _ scope: ParameterScope, _ adapters: AdapterScaling?) throws(TorchError) {
    self.tower = tower
    patches = try PatchConvolution(scope.scope("patch_embed.proj"), adapters)
    var prefix: [Tensor] = []
    if tower.classToken { prefix.append(try scope.required("cls_token")) }
    if tower.registers > 0 { prefix.append(try scope.required("reg_token")) }
    self.prefix = prefix
    positions = try scope.required("pos_embed")
    preNorm = try tower.preNorm ? LayerNorm(scope.scope("norm_pre"), epsilon: tower.normEpsilon) : nil
    // The last block's output is not used, so it is not computed.
    var blocks: [VisionBlock] = []
    for index in 0..<tower.depth - 1 {
      blocks.append(try VisionBlock(tower, scope.scope("blocks.\(index)"), adapters))
    }
    self.blocks = blocks
  }

  /// Returns the output of the second-to-last block for `pixels` [image, 3, row, column], without the final norm and
  /// without class token and registers: [image, patch, width].
  func features(_ pixels: Tensor) throws(TorchError) -> Tensor {
    let tokens = try tokens(pixels)
    return try tokens.slicing(tower.prefixTokens..<tokens.size(1), 1)
  }

  /// As ``features(_:)``, still with class token and registers: [image, prefix + patch, width].
  func tokens(_ pixels: Tensor) throws(TorchError) -> Tensor {
    var x = try patches(pixels)
    let images = x.size(0)
    var prefix: [Tensor] = []
    for token in self.prefix { prefix.append(try token.expanded([images, -1, -1])) }
    if tower.positionsCoverPrefix {
      x = try Tensor.concatenating(prefix + [x], 1) + positions
    } else {
      x = try Tensor.concatenating(prefix + [x + positions], 1)
    }
    if let preNorm { x = try preNorm(x) }
    for block in blocks { x = try block(x) }
    return x
  }
}

/// x + ls₁ ⊙ attention(norm₁ x), then x + ls₂ ⊙ mlp(norm₂ x).
struct VisionBlock {
  private let heads: Int
  private let activation: VisionActivation
  private let norm1: LayerNorm
  private let norm2: LayerNorm
  private let qkv: Linear
  private let projection: Linear
  private let fc1: Linear
  private let fc2: Linear
  /// LayerScale, where the tower has it.
  private let scale1: Tensor?
  private let scale2: Tensor?

  init(_ tower: VisionTower, _ scope: ParameterScope, _ adapters: AdapterScaling?) throws(TorchError) {
    heads = tower.heads
    activation = tower.activation
    norm1 = try LayerNorm(scope.scope("norm1"), epsilon: tower.normEpsilon)
    norm2 = try LayerNorm(scope.scope("norm2"), epsilon: tower.normEpsilon)
    qkv = try Linear(scope.scope("attn.qkv"), adapters)
    projection = try Linear(scope.scope("attn.proj"), adapters)
    fc1 = try Linear(scope.scope("mlp.fc1"), adapters)
    fc2 = try Linear(scope.scope("mlp.fc2"), adapters)
    scale1 = try tower.layerScale ? scope.required("ls1.scale_factor") : nil
    scale2 = try tower.layerScale ? scope.required("ls2.scale_factor") : nil
  }

  func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
    let attended = try attention(norm1(x))
    let y = try x + (scale1.map { scale throws(TorchError) in try attended * scale } ?? attended)
    let mixed = try fc2(activated(fc1(norm2(y))))
    return try y + (scale2.map { scale throws(TorchError) in try mixed * scale } ?? mixed)
  }

  private func attention(_ x: Tensor) throws(TorchError) -> Tensor {
    let (images, tokens, width) = (x.size(0), x.size(1), x.size(2))
    // Rows of the weight: all of q, then k, then v; inside each, head by head.
    let parts = try qkv(x).reshaped([images, tokens, 3, heads, width / heads]).permuted([2, 0, 3, 1, 4])
    let query = try parts.selecting(0, 0)
    let output = try query.attention(parts.selecting(1, 0), parts.selecting(2, 0), .none)
    return try projection(output.transposed(1, 2).reshaped([images, tokens, width]))
  }

  private func activated(_ x: Tensor) throws(TorchError) -> Tensor {
    switch activation {
    case .gelu: try x.gelu()
    case .quickGELU: try x * (x * 1.702).sigmoid()
    }
  }
}
