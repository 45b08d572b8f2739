/// The structure of a dataset's examples, as `features.json` declares it.
public indirect enum FeatureTree: Equatable, Sendable {
  /// Named features, sorted by name.
  case dictionary([Entry])
  /// Values one after another: `Sequence`, `Dataset` or `Video`; `length` where it is fixed.
  case sequence(FeatureTree, length: Int?)
  case leaf(FeatureLeaf)

  /// One name and what it stands for.
  public struct Entry: Equatable, Sendable {
    public let name: String
    public let feature: FeatureTree
  }
}

/// One leaf of a ``FeatureTree`` with its path: what an Example stores under one key.
public struct DeclaredFeature: Equatable, Sendable {
  /// The names from the root, joined by `/`: `steps/observation/image`.
  public let path: String
  /// The fixed lengths of the sequences around the leaf, outermost first; `nil` where a length is open.
  public let levels: [Int?]
  public let leaf: FeatureLeaf
  /// Whether it has a value, or a row of values, for each step of an episode.
  public let isPerStep: Bool
}

extension FeatureTree {
  /// The leaves with their paths, sorted by path.
  public var declarations: [DeclaredFeature] {
    var result: [DeclaredFeature] = []
    collect(path: "", levels: [], isPerStep: false, into: &result)
    return result.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private func collect(path: String, levels: [Int?], isPerStep: Bool, into result: inout [DeclaredFeature]) {
    switch self {
    case .dictionary(let entries):
      for entry in entries {
        entry.feature.collect(
          path: path.isEmpty ? entry.name : path + "/" + entry.name, levels: levels, isPerStep: isPerStep, into: &result
        )
      }
    case .sequence(let element, let length):
      element.collect(
        path: path, levels: levels + [length], isPerStep: isPerStep || (path == "steps" && levels.isEmpty),
        into: &result)
    case .leaf(let leaf):
      result.append(DeclaredFeature(path: path, levels: levels, leaf: leaf, isPerStep: isPerStep))
    }
  }
}
