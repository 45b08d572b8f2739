internal import ByteIO
public import JSON
internal import TensorFiles

extension FeatureTree {
  /// Reads the content of a `features.json`, in its current form or that of TFDS before 4.5.
  ///
  /// Unknown keys are ignored, as newer versions of TFDS add some; unknown classes are refused.
  ///
  /// - Throws: `JSONError` with the place.
  public init(parsing node: JSONNode) throws(JSONError) {
    guard let named = node.optional("pythonClassName") ?? node.optional("type") else {
      throw node.failure(.missing("pythonClassName"))
    }
    let className = try named.string()
    let kind = String(className.split(separator: ".").last ?? "")
    guard let form = Self.bodyKeys.lazy.compactMap({ node.optional($0) }).first else {
      let legacy = try Self.legacyBody(node)
      self = try Self.feature(kind, legacy)
      return
    }
    self = try Self.feature(kind, form)
  }

  /// The keys under which the current form keeps what a class needs.
  private static let bodyKeys = [
    "featuresDict", "sequence", "tensor", "image", "video", "audio", "text", "classLabel", "boundingBox",
    "translation",
  ]

  private static func legacyBody(_ node: JSONNode) throws(JSONError) -> JSONNode {
    let content = try node.member("content")
    guard case .string(let text) = content.value else { return content }
    let value = try JSONValue(parsing: Array(text.utf8), file: node.file)
    return JSONNode(value, file: node.file, path: content.path)
  }

  private static func feature(_ kind: String, _ body: JSONNode) throws(JSONError) -> FeatureTree {
    switch kind {
    case "FeaturesDict":
      var entries: [Entry] = []
      for (name, node) in try (body.optional("features") ?? body).members() {
        entries.append(Entry(name: name, feature: try FeatureTree(parsing: node)))
      }
      return .dictionary(entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
    case "Sequence", "Dataset":
      return .sequence(try FeatureTree(parsing: body.member("feature")), length: try dimension(body.optional("length")))
    case "Tensor", "Scalar":
      return .leaf(FeatureLeaf(try type(body), try shape(body), try encoding(body)))
    case "BBoxFeature":
      return .leaf(FeatureLeaf(try type(body, default: .number(.float32)), try shape(body, default: [4])))
    case "Audio":
      return .leaf(FeatureLeaf(try type(body, default: .number(.int64)), try shape(body, default: [nil])))
    case "Text":
      return .leaf(FeatureLeaf(.string, [], .plain, .text))
    case "ClassLabel":
      let count = try (body.optional("numClasses") ?? body.optional("num_classes"))?.count() ?? 0
      return .leaf(FeatureLeaf(.number(.int64), [], .plain, .classLabel(count: count)))
    case "Image", "LabeledImage":
      return .leaf(try image(body, shape: try shape(body, default: [nil, nil, 3])))
    case "Video":
      let shape = try shape(body)
      guard shape.count == 4 else { throw body.failure(.notA("a shape of four dimensions")) }
      return .sequence(.leaf(try image(body, shape: Array(shape[1...]))), length: shape[0])
    case "Translation":
      let languages = try body.optional("languages")?.array() ?? []
      var entries: [Entry] = []
      for node in languages {
        entries.append(Entry(name: try node.string(), feature: .leaf(FeatureLeaf(.string, [], .plain, .text))))
      }
      return .dictionary(entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
    default:
      throw body.failure(.unexpected("feature class `\(kind)`, which Armature does not read,"))
    }
  }

  private static func image(_ body: JSONNode, shape: [Int?]) throws(JSONError) -> FeatureLeaf {
    let format = try (body.optional("encodingFormat") ?? body.optional("encoding_format"))?.string()
    guard shape.count == 3 else { throw body.failure(.notA("a shape of three dimensions")) }
    let type = try type(body, default: .number(.uint8))
    guard [.number(.uint8), .number(.uint16), .number(.float32)].contains(type) else {
      throw body.failure(.notA("an image of uint8, uint16 or float32"))
    }
    return FeatureLeaf(type, shape, .image(format: format))
  }

  private static func type(_ body: JSONNode, default fallback: ElementType? = nil) throws(JSONError) -> ElementType {
    guard let node = body.optional("dtype") else {
      if let fallback { return fallback }
      throw body.failure(.missing("dtype"))
    }
    let name = try node.string()
    guard let type = ElementType(name: name) else { throw node.failure(.unexpected("element type `\(name)`")) }
    return type
  }

  private static func encoding(_ body: JSONNode) throws(JSONError) -> FeatureLeaf.Form {
    guard let node = body.optional("encoding") else { return .plain }
    switch try node.string().lowercased() {
    case "none", "": return .plain
    case "bytes": return .bytes
    case "zlib": return .zlib
    case let name: throw node.failure(.unexpected("encoding `\(name)`"))
    }
  }

  /// Reads `{"dimensions": ["-1", "3"]}` or `[null, 3]`.
  private static func shape(_ body: JSONNode, default fallback: [Int?]? = nil) throws(JSONError) -> [Int?] {
    guard let node = body.optional("shape") else { return fallback ?? [] }
    let list = node.value.members == nil ? node : node.optional("dimensions")
    var shape: [Int?] = []
    for node in try list?.array() ?? [] { shape.append(try dimension(node)) }
    return shape
  }

  private static func dimension(_ node: JSONNode?) throws(JSONError) -> Int? {
    guard let node, node.value != .null else { return nil }
    let value = try node.integer()
    guard value >= -1 else { throw node.failure(.notA("a size of 0 or more, or -1")) }
    return value == -1 ? nil : value
  }
}
