import JSON

/// Declarations of features as `features.json` has them.
public enum FeatureJSON {
  private static let package = "tensorflow_datasets.core.features."

  /// A `Tensor`; −1 stands for an open dimension.
  public static func tensor(_ dtype: String, _ shape: [Int] = [], encoding: String = "none") -> JSONValue {
    [
      "pythonClassName": .string(package + "tensor_feature.Tensor"),
      "tensor": [
        "shape": dimensions(shape), "dtype": .string(dtype), "encoding": .string(encoding),
      ],
    ]
  }

  /// An `Image`.
  public static func image(_ shape: [Int], dtype: String = "uint8", format: String = "jpeg") -> JSONValue {
    [
      "pythonClassName": .string(package + "image_feature.Image"),
      "image": ["shape": dimensions(shape), "dtype": .string(dtype), "encodingFormat": .string(format)],
    ]
  }

  /// A `Text`.
  public static var text: JSONValue {
    ["pythonClassName": .string(package + "text_feature.Text"), "text": [:]]
  }

  /// A `ClassLabel` of `count` classes.
  public static func classLabel(_ count: Int) -> JSONValue {
    [
      "pythonClassName": .string(package + "class_label_feature.ClassLabel"),
      "classLabel": ["numClasses": .string(String(count))],
    ]
  }

  /// A `Sequence`; −1 stands for an open length.
  public static func sequence(_ feature: JSONValue, length: Int = -1) -> JSONValue {
    [
      "pythonClassName": .string(package + "sequence_feature.Sequence"),
      "sequence": ["feature": feature, "length": .string(String(length))],
    ]
  }

  /// A `Dataset`, as `steps` is one.
  public static func dataset(_ feature: JSONValue) -> JSONValue {
    [
      "pythonClassName": .string(package + "dataset_feature.Dataset"),
      "sequence": ["feature": feature, "length": "-1"],
    ]
  }

  /// A `FeaturesDict`.
  public static func dictionary(_ features: [(String, JSONValue)]) -> JSONValue {
    let members = features.map { JSONValue.Member($0.0, $0.1) }
    return [
      "pythonClassName": .string(package + "features_dict.FeaturesDict"),
      "featuresDict": ["features": .object(members)],
    ]
  }

  /// The whole of `features.json` for leaves given by path; what begins with `steps/` lies in a `Dataset`.
  public static func root(_ leaves: [(path: String, declaration: JSONValue)]) -> JSONValue {
    tree(leaves.map { (Array($0.path.split(separator: "/").map(String.init)), $0.declaration) }, isRoot: true)
  }

  private static func tree(_ leaves: [(path: [String], declaration: JSONValue)], isRoot: Bool) -> JSONValue {
    var members: [(String, JSONValue)] = []
    var groups: [(name: String, leaves: [(path: [String], declaration: JSONValue)])] = []
    for (path, declaration) in leaves {
      if path.count == 1 {
        members.append((path[0], declaration))
      } else if let index = groups.firstIndex(where: { $0.name == path[0] }) {
        groups[index].leaves.append((Array(path.dropFirst()), declaration))
      } else {
        groups.append((path[0], [(Array(path.dropFirst()), declaration)]))
      }
    }
    for group in groups {
      let inner = tree(group.leaves, isRoot: false)
      members.append((group.name, isRoot && group.name == "steps" ? dataset(inner) : inner))
    }
    return dictionary(members)
  }

  private static func dimensions(_ shape: [Int]) -> JSONValue {
    shape.isEmpty ? [:] : ["dimensions": JSONValue(shape.map(String.init))]
  }
}
