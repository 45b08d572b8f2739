import DatasetManifest
import ManifestSyntax
import TestSupport

/// An episode whose features are given in a table.
struct TableEpisode: EpisodeFeatures {
  var stepCount: Int
  var table: [String: FeatureValues]

  init(stepCount: Int, _ table: [String: FeatureValues] = [:]) {
    self.stepCount = stepCount
    self.table = table
  }

  func values(of path: FeaturePath) throws -> FeatureValues? { table[path.name] }

  var featureNames: [String] { Array(table.keys) }

  /// What a schema would say of the features.
  var schema: [FeatureDeclaration] {
    table.map { name, values in
      switch values {
      case .numbers(let array):
        FeatureDeclaration(name: name, form: .numbers(array.kind, shape: array.shape))
      case .strings: FeatureDeclaration(name: name, form: .strings)
      }
    }
  }
}

extension FeatureValues {
  /// Float32 rows of `shape`.
  static func floats(_ values: [Float], _ shape: [Int] = []) -> FeatureValues {
    .numbers(NumberArray(kind: .float32, shape: shape, values: values.map(Double.init)))
  }

  /// Texts.
  static func texts(_ texts: [String]) -> FeatureValues { .strings(texts.map { Array($0.utf8) }) }

  /// A tensor of a fixture; its first dimension counts the rows.
  static func tensor(_ name: String, of file: SafetensorsFixture) throws -> FeatureValues {
    let shape = Array(try file.shape(name).dropFirst())
    switch try file.dtype(name) {
    case "F32": return .floats(try file.floats(name), shape)
    case "F64": return .numbers(NumberArray(kind: .float64, shape: shape, values: try file.doubles(name)))
    case "I32":
      return .numbers(
        NumberArray(kind: .integer, shape: shape, values: try file.shortIntegers(name).map(Double.init)))
    case "I64":
      return .numbers(
        NumberArray(kind: .integer, shape: shape, values: try file.integers(name).map(Double.init)))
    default:
      return .numbers(NumberArray(kind: .bool, shape: shape, values: try file.bytes(name).map(Double.init)))
    }
  }
}

extension DatasetManifest {
  /// A manifest from lines of text, called `test.yaml`.
  init(_ text: String) throws(ManifestError) { try self.init(bytes: Array(text.utf8), file: "test.yaml") }

  /// The smallest manifest whose action is `action`, a YAML value, with masks of `width` columns.
  init(action: String, width: Int, more: String = "") throws(ManifestError) {
    let mask = "[" + [String](repeating: "true", count: width).joined(separator: ", ") + "]"
    try self.init(
      "dataset: d\naction: \(action)\nviews: {}\nmasks: {normalize: \(mask), absolute: \(mask)}\n" + more)
  }
}

extension StandardizationOutcome {
  /// The episode, or nil when it was dropped.
  var episode: StandardizedEpisode? {
    if case .kept(let episode) = self { return episode }
    return nil
  }
}

/// The bit patterns, for comparing that tells −0.0 from 0.0.
func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

/// The numbers as float32 bit patterns, every NaN being alike.
func bits(_ values: [Double]) -> [UInt32] {
  values.map { $0.isNaN ? Float.nan.bitPattern : Float($0).bitPattern }
}
