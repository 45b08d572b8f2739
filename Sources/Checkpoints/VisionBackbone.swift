/// The vision backbones that OpenVLA's config names, and the timm models behind each.
public struct VisionBackbone: Equatable, Sendable {
  /// `vision_backbone_id`.
  public let id: String
  /// The side of the square image, in pixels.
  public let imageSize: Int
  /// timm's names, one per tower.
  public let modelIDs: [String]
  /// The activation that replaces timm's own, one per tower; `nil` leaves it.
  public let activations: [VisionActivation?]

  private init(_ id: String, _ imageSize: Int, _ modelIDs: [String], _ activations: [VisionActivation?]? = nil) {
    self.id = id
    self.imageSize = imageSize
    self.modelIDs = modelIDs
    self.activations = activations ?? Array(repeating: nil, count: modelIDs.count)
  }

  private static let dino = "vit_large_patch14_reg4_dinov2.lvd142m"

  /// Source: OpenVLA, prismatic/extern/hf/configuration_prismatic.py.
  public static let all = [
    VisionBackbone("clip-vit-l", 224, ["vit_large_patch14_clip_224.openai"], [.quickGELU]),
    VisionBackbone("clip-vit-l-336px", 336, ["vit_large_patch14_clip_336.openai"], [.quickGELU]),
    VisionBackbone("dinov2-vit-l", 224, [dino]),
    VisionBackbone("in1k-vit-l", 224, ["vit_large_patch16_224.augreg_in21k_ft_in1k"]),
    VisionBackbone("siglip-vit-so400m", 224, ["vit_so400m_patch14_siglip_224"]),
    VisionBackbone("siglip-vit-so400m-384px", 384, ["vit_so400m_patch14_siglip_384"]),
    VisionBackbone(
      "dinoclip-vit-l-336px", 336, [dino, "vit_large_patch14_clip_336.openai"], [nil, .quickGELU]),
    VisionBackbone("dinosiglip-vit-so-224px", 224, [dino, "vit_so400m_patch14_siglip_224"]),
    VisionBackbone("dinosiglip-vit-so-384px", 384, [dino, "vit_so400m_patch14_siglip_384"]),
  ]

  /// The backbone named `id`, or `nil`.
  public static func named(_ id: String) -> VisionBackbone? { all.first { $0.id == id } }
}
