internal import JSON
internal import TensorFiles

/// `features.json` for the columns of demonstrations, in the form of TFDS.
struct DemoFeatures {
  let json: JSONValue

  private static let package = "tensorflow_datasets.core.features."

  init(_ columns: [DemoEpisode.Column]) {
    var steps: [(path: ArraySlice<String>, leaf: JSONValue)] = []
    var episode: [(path: ArraySlice<String>, leaf: JSONValue)] = []
    for column in columns {
      let parts = column.feature.split(separator: "/").map(String.init)
      if column.isPerStep {
        steps.append((parts.dropFirst(), Self.leaf(column)))
      } else {
        episode.append((parts[...], Self.leaf(column)))
      }
    }
    let dataset: JSONValue = [
      "pythonClassName": .string(Self.package + "dataset_feature.Dataset"),
      "sequence": ["feature": Self.dictionary(steps), "length": "-1"],
    ]
    json = Self.dictionary(episode + [(["steps"][...], dataset)])
  }

  private static func dictionary(_ leaves: [(path: ArraySlice<String>, leaf: JSONValue)]) -> JSONValue {
    var names: [String] = []
    for leaf in leaves { if let name = leaf.path.first, !names.contains(name) { names.append(name) } }
    let members = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { name -> JSONValue.Member in
      let own = leaves.filter { $0.path.first == name }
      if let leaf = own.first(where: { $0.path.count == 1 }) { return .init(name, leaf.leaf) }
      return .init(name, dictionary(own.map { ($0.path.dropFirst(), $0.leaf) }))
    }
    return [
      "pythonClassName": .string(package + "features_dict.FeaturesDict"),
      "featuresDict": ["features": .object(members)],
    ]
  }

  private static func leaf(_ column: DemoEpisode.Column) -> JSONValue {
    func shape(_ sizes: [Int?]) -> JSONValue {
      sizes.isEmpty ? [:] : ["dimensions": .array(sizes.map { .string("\($0 ?? -1)") })]
    }
    switch column.form {
    case .text:
      let text: JSONValue = ["pythonClassName": .string(package + "text_feature.Text"), "text": [:]]
      guard !column.shape.isEmpty else { return text }
      return [
        "pythonClassName": .string(package + "sequence_feature.Sequence"),
        "sequence": ["feature": text, "length": "-1"],
      ]
    case .pixels:
      return image([column.shape[0], column.shape[1], column.shape[2]], "png", shape)
    case .files:
      return image([nil, nil, 3], nil, shape)
    case .number(let dtype):
      // What belongs to the episode may be of another shape in each; two open sizes stand beside the values.
      let sizes: [Int?] =
        column.isPerStep ? column.shape : column.shape.map { _ in nil }
      return [
        "pythonClassName": .string(package + "tensor_feature.Tensor"),
        "tensor": [
          "shape": shape(sizes), "dtype": .string(name(dtype)), "encoding": column.isPlain ? "none" : "bytes",
        ],
      ]
    }
  }

  private static func image(_ sizes: [Int?], _ format: String?, _ shape: ([Int?]) -> JSONValue) -> JSONValue {
    var body: [JSONValue.Member] = [.init("shape", shape(sizes)), .init("dtype", "uint8")]
    if let format { body.append(.init("encodingFormat", .string(format))) }
    return ["pythonClassName": .string(package + "image_feature.Image"), "image": .object(body)]
  }

  /// The name of numpy.
  private static func name(_ dtype: DType) -> String {
    switch dtype {
    case .bool: "bool"
    case .int8: "int8"
    case .uint8: "uint8"
    case .int16: "int16"
    case .uint16: "uint16"
    case .int32: "int32"
    case .uint32: "uint32"
    case .int64: "int64"
    case .uint64: "uint64"
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    case .float32: "float32"
    case .float64: "float64"
    }
  }
}
