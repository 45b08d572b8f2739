internal import ImageCodec
internal import JSON
internal import ManifestSyntax

/// A named architecture, without weights: `manifests/models/NAME.yaml`.
///
/// `docs/models.md` describes the keys. Sizes that are left out are those of the backbones.
public struct ModelPreset: Sendable {
  public let name: String
  public let description: String?
  /// The model that it describes; no statistics, no weights.
  public let config: PolicyConfig

  /// Reads the preset at `path`.
  ///
  /// - Throws: `ManifestError` with line and column.
  public init(path: String) throws { try self.init(ManifestText(path: path)) }

  /// Reads a preset from `text`.
  init(_ text: ManifestText) throws {
    let root = try text.root().mapping(allowing: ["name", "about", "vision", "language", "vocabulary", "resize"])
    name = try root.required("name", "the preset's name").string()
    description = try root["about"]?.mapping(allowing: ["description", "source"])["description"]?.string()

    let vision = try root.required("vision", "give `backbone`").mapping(allowing: ["backbone", "image", "towers"])
    let backboneNode = try vision.required("backbone", "the vision backbone's id")
    let visionID = try backboneNode.string()
    guard let backbone = VisionBackbone.named(visionID) else {
      throw backboneNode.unknown(visionID, among: VisionBackbone.all.map(\.id))
    }
    let towers = try Self.towers(vision, backbone)

    let language = try root.required("language", "give `model`").mapping(allowing: [
      "model", "hidden", "intermediate", "layers", "heads", "key_value_heads", "rms_epsilon", "rope_theta",
      "max_positions",
    ])
    let modelNode = try language.required("model", "the language model's id")
    let languageID = try modelNode.string()
    guard let model = LanguageBackbone.named(languageID) else {
      throw modelNode.unknown(languageID, among: LanguageBackbone.all.map(\.id))
    }
    guard model.architecture != .phi else { throw modelNode.error("Phi models are not supported") }
    var decoder = model.architecture == .mistral ? DecoderConfig.mistralDefaults : .llamaDefaults
    let sizes = 1...1 << 24
    decoder.hidden = try language["hidden"]?.integer(in: sizes) ?? decoder.hidden
    decoder.intermediate = try language["intermediate"]?.integer(in: sizes) ?? decoder.intermediate
    decoder.layers = try language["layers"]?.integer(in: 1...4096) ?? decoder.layers
    if let heads = language["heads"] {
      decoder.heads = try heads.integer(in: 1...4096)
      if model.architecture == .llama { decoder.keyValueHeads = decoder.heads }
    }
    decoder.keyValueHeads = try language["key_value_heads"]?.integer(in: 1...4096) ?? decoder.keyValueHeads
    decoder.rmsEpsilon = try language["rms_epsilon"]?.positive() ?? decoder.rmsEpsilon
    decoder.ropeTheta = try language["rope_theta"]?.positive() ?? decoder.ropeTheta
    decoder.maxPositions = try language["max_positions"]?.integer(in: sizes) ?? decoder.maxPositions
    guard decoder.hidden % decoder.heads == 0, decoder.headDim % 2 == 0, decoder.heads % decoder.keyValueHeads == 0
    else {
      throw ManifestError(
        place: language.place,
        "\(decoder.hidden) channels do not make \(decoder.heads) heads of even width for \(decoder.keyValueHeads) keys")
    }

    let vocabulary = try root.required("vocabulary", "give `rows`").mapping(allowing: [
      "rows", "padding", "pad_token", "empty_token",
    ])
    let rows = try vocabulary.required("rows", "the embedding's rows, padding rows included")
    decoder.vocabularySize = try rows.integer(in: 1...1 << 24)
    let padding = try vocabulary["padding"]?.integer(in: 0...decoder.vocabularySize) ?? 64
    guard decoder.vocabularySize - padding >= PolicyConfig.actionBinCount else {
      throw rows.error("\(decoder.vocabularySize) rows less \(padding) have no room for 256 action tokens")
    }
    let ids = 0...decoder.vocabularySize - 1
    let padToken = try vocabulary["pad_token"]?.integer(in: ids) ?? decoder.vocabularySize - padding
    decoder.padTokenID = padToken

    config = PolicyConfig(
      visionBackboneID: visionID, languageBackboneID: languageID,
      architecture: towers.count > 1 ? .fused : .single, towers: towers, decoder: decoder, padToMultipleOf: padding,
      padTokenID: padToken, maxTextLength: min(2048, decoder.maxPositions),
      resizeStrategy: try root["resize"]?.choice(of: ResizeStrategy.self) ?? .naive,
      emptyTokenID: try vocabulary["empty_token"]?.integer(in: 0...1 << 24) ?? PolicyConfig.llamaEmptyTokenID,
      normStats: .object([]), torchDType: "float32", document: nil)
  }

  private static func towers(_ vision: ManifestMapping, _ backbone: VisionBackbone) throws -> [VisionTower] {
    let size = try vision["image"]?.integer(in: 1...4096) ?? backbone.imageSize
    let replaced = try vision["towers"]?.list() ?? []
    guard replaced.isEmpty || replaced.count == backbone.modelIDs.count else {
      throw ManifestError(
        place: vision.place, "\(replaced.count) towers for a backbone of \(backbone.modelIDs.count)")
    }
    var towers: [VisionTower] = []
    for (index, id) in backbone.modelIDs.enumerated() {
      guard
        var tower = VisionTower(
          modelID: id, imageSize: size, activation: backbone.activations[index] ?? .gelu)
      else { throw ManifestError(place: vision.place, "the vision model `\(id)` is not supported") }
      if !replaced.isEmpty {
        let node = replaced[index]
        let sizes = try node.mapping(allowing: ["width", "depth", "heads", "patch", "mlp_ratio"])
        tower.width = try sizes["width"]?.integer(in: 1...1 << 20) ?? tower.width
        tower.depth = try sizes["depth"]?.integer(in: 2...4096) ?? tower.depth
        tower.heads = try sizes["heads"]?.integer(in: 1...4096) ?? tower.heads
        tower.patchSize = try sizes["patch"]?.integer(in: 1...4096) ?? tower.patchSize
        tower.mlpRatio = try sizes["mlp_ratio"]?.number() ?? tower.mlpRatio
        do { try tower.check("") } catch { throw node.error(error.problem) }
      }
      guard tower.grid > 0 else {
        throw ManifestError(place: vision.place, "an image of \(size) pixels holds no patch of \(tower.patchSize)")
      }
      towers.append(tower)
    }
    guard Set(towers.map(\.patchCount)).count == 1 else {
      throw ManifestError(place: vision.place, "the towers cut an image into different numbers of patches")
    }
    return towers
  }
}

extension ManifestNode {
  /// A number above zero.
  func positive() throws(ManifestError) -> Double {
    let value = try number()
    guard value > 0 else { throw error("\(value) is not positive") }
    return value
  }

  /// An error for a name that is not among those known.
  func unknown(_ name: String, among known: [String]) -> ManifestError {
    error(
      "unknown name `\(name)`; "
        + (NearestName.hint(name, among: known) ?? "known are \(known.joined(separator: ", "))"))
  }
}
