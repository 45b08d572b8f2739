internal import JSON
internal import TensorFiles

/// `features.json` of an export, as TFDS 4.9.3 reads it.
struct FeatureDescription {
  let steps: StepFeatures
  /// The forms of the encoded pictures, by path.
  let forms: [String: PictureForm]
  let metadata: MetadataColumns

  private static let package = "tensorflow_datasets.core.features."

  var json: JSONValue {
    var step = Node()
    step.insert(["action"], Self.tensor("float32", [steps.actionDimension]))
    for flag in ["is_first", "is_last", "is_terminal"] { step.insert([flag], Self.tensor("bool", [])) }
    step.insert(["language_instruction"], Self.text)
    if steps.hasReward { step.insert(["reward"], Self.tensor("float32", [])) }
    if steps.hasDiscount { step.insert(["discount"], Self.tensor("float32", [])) }
    var observation = Node()
    if steps.proprioDimension > 0 { observation.insert(["state"], Self.tensor("float32", [steps.proprioDimension])) }
    for picture in steps.pictures {
      let name = String(picture.path.split(separator: "/").last ?? "")
      if let pixels = picture.pixels {
        observation.insert([name], Self.tensor(Self.name(pixels.dtype), pixels.shape))
      } else if let form = forms[picture.path] {
        observation.insert([name], Self.image(form))
      }
    }
    if !observation.isEmpty { step.insert(["observation"], observation.json) }
    var episode = Node()
    for column in metadata.columns {
      let leaf: JSONValue =
        switch column.kind {
        case .text: Self.text
        case .flag: Self.tensor("bool", [])
        case .integer: Self.tensor("int64", [])
        case .real: Self.tensor("float32", [])
        }
      episode.insert(column.path, column.isList ? Self.sequence("sequence_feature.Sequence", leaf) : leaf)
    }
    if metadata.hasLeftovers { episode.insert([MetadataColumns.leftovers], Self.text) }
    var root = Node()
    root.insert(["steps"], Self.sequence("dataset_feature.Dataset", step.json))
    if !episode.isEmpty { root.insert(["episode_metadata"], episode.json) }
    return root.json
  }

  /// The names of numpy.
  private static func name(_ dtype: DType) -> String {
    switch dtype {
    case .uint8: "uint8"
    case .uint16: "uint16"
    case .int32: "int32"
    case .int64: "int64"
    case .float64: "float64"
    case .bool: "bool"
    default: "float32"
    }
  }

  private static func shape(_ shape: [Int?]) -> JSONValue {
    shape.isEmpty ? [:] : ["dimensions": .array(shape.map { .string("\($0 ?? -1)") })]
  }

  private static func tensor(_ type: String, _ shape: [Int]) -> JSONValue {
    [
      "pythonClassName": .string(package + (shape.isEmpty ? "scalar.Scalar" : "tensor_feature.Tensor")),
      "tensor": ["shape": Self.shape(shape), "dtype": .string(type), "encoding": "none"],
    ]
  }

  private static func image(_ form: PictureForm) -> JSONValue {
    var body: [JSONValue.Member] = [
      .init("shape", shape(form.shape)), .init("dtype", .string(form.type)),
    ]
    if let format = form.format { body.append(.init("encodingFormat", .string(format))) }
    return ["pythonClassName": .string(package + "image_feature.Image"), "image": .object(body)]
  }

  private static var text: JSONValue {
    ["pythonClassName": .string(package + "text_feature.Text"), "text": [:]]
  }

  private static func sequence(_ name: String, _ feature: JSONValue) -> JSONValue {
    ["pythonClassName": .string(package + name), "sequence": ["feature": feature, "length": "-1"]]
  }

  /// A dictionary of features in the making.
  private struct Node {
    private var leaves: [(name: String, feature: JSONValue)] = []
    private var groups: [(name: String, node: [Node])] = []

    var isEmpty: Bool { leaves.isEmpty && groups.isEmpty }

    mutating func insert(_ path: [String], _ feature: JSONValue) {
      guard let name = path.first else { return }
      if path.count == 1 {
        leaves.append((name, feature))
      } else if let index = groups.firstIndex(where: { $0.name == name }) {
        groups[index].node[0].insert(Array(path.dropFirst()), feature)
      } else {
        var node = Node()
        node.insert(Array(path.dropFirst()), feature)
        groups.append((name, [node]))
      }
    }

    var json: JSONValue {
      let all = leaves + groups.map { ($0.name, $0.node[0].json) }
      let sorted = all.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      return [
        "pythonClassName": .string(FeatureDescription.package + "features_dict.FeaturesDict"),
        "featuresDict": ["features": .object(sorted.map { .init($0.name, $0.feature) })],
      ]
    }
  }
}
