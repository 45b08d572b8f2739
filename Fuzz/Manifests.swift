import DatasetManifest

/// A dataset manifest: read, checked against features, and applied to an episode.
@Sendable func readManifest(_ input: [UInt8]) {
  guard let manifest = try? DatasetManifest(bytes: input, file: "manifest.yaml") else { return }
  let features = MadeUpEpisode.features
  _ = manifest.problems(against: features)
  _ = try? manifest.check(against: features)
  for count in [0, 1, 5] { _ = try? manifest.standardize(MadeUpEpisode(stepCount: count)) }
}

/// An episode that has numbers and texts of several shapes.
private struct MadeUpEpisode: EpisodeFeatures {
  let stepCount: Int

  static let features: [FeatureDeclaration] = [
    .init(name: "steps/action", form: .numbers(.float32, shape: [7])),
    .init(name: "steps/action/gripper", form: .numbers(.bool, shape: [])),
    .init(name: "steps/observation/state", form: .numbers(.float64, shape: [8])),
    .init(name: "steps/observation/matrix", form: .numbers(.float32, shape: [4, 4])),
    .init(name: "steps/observation/image", form: .image),
    .init(name: "steps/language_instruction", form: .strings),
    .init(name: "episode_metadata/success", form: .numbers(.integer, shape: [])),
    .init(name: "steps/other", form: .other("ragged")),
  ]

  var featureNames: [String] { Self.features.map(\.name) }

  func values(of path: FeaturePath) throws -> FeatureValues? {
    guard let feature = Self.features.first(where: { $0.name == path.name }) else { return nil }
    let rows = feature.name.hasPrefix("steps/") ? stepCount : 1
    switch feature.form {
    case .numbers(let kind, let shape):
      let sizes = shape.compactMap(\.self)
      let count = rows * sizes.reduce(1, *)
      let values = (0..<count).map { kind == .bool ? Double($0 % 2) : Double($0 % 11) - 5 }
      return .numbers(NumberArray(kind: kind, shape: sizes, values: values))
    case .strings: return .strings((0..<rows).map { Array("pick \($0)".utf8) })
    default: return nil
    }
  }
}
