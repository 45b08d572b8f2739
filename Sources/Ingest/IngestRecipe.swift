internal import ByteIO
internal import DatasetManifest
internal import EpisodeStore
internal import RLDS

/// Everything that decides what becomes of a record: manifest, features, and the form of the frames.
struct IngestRecipe: Sendable {
  let manifest: DatasetManifest
  let schema: EpisodeSchema
  let images: ImageForm
  let imageCheck: IngestOptions.ImageCheck
  let layout: StoreLayout
  /// In the order of the layout.
  let pictures: [Picture]

  /// One view and the feature that it comes from.
  struct Picture: Sendable {
    let feature: DeclaredFeature
    let content: FrameConverter.Content
    let form: StoreLayout.Form
  }

  /// Fits `manifest` to `dataset`.
  ///
  /// - Throws: `ManifestError`, `DatasetError`, `IngestError`.
  init(_ manifest: DatasetManifest, _ dataset: DatasetDirectory, _ options: IngestOptions) throws {
    if let reason = manifest.unsupported, !options.allowsUnsupported {
      throw IngestError(
        .badData,
        "\(manifest.file): the reference refuses `\(manifest.name)`: \(reason); pass --allow-unsupported to take it")
    }
    guard let features = dataset.features else { throw DatasetError(.noFeatures, path: dataset.path) }
    let schema = EpisodeSchema(features)
    guard schema.hasSteps else { throw DatasetError(.noSteps, path: dataset.path) }
    let widths = try manifest.check(against: features)
    guard let proprioWidth = widths.proprio else {
      throw IngestError(
        .badData, "\(manifest.file): the width of the proprio cannot be told from features.json; slice open shapes")
    }
    var named: [(name: String, picture: Picture)] = []
    for (prefix, views, content) in [
      ("image.", manifest.views, FrameConverter.Content.colour), ("depth.", manifest.depth, .depth),
    ] {
      for (view, path) in views {
        guard let feature = schema.feature(path.name) else { continue }  // `check` has refused missing ones.
        let form = try FrameConverter.storedForm(options.images, content, feature)
        named.append((prefix + view, Picture(feature: feature, content: content, form: form)))
      }
    }
    named.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    self.manifest = manifest
    self.schema = schema
    images = options.images
    imageCheck = options.imageCheck
    pictures = named.map(\.picture)
    layout = StoreLayout(
      actionDimension: widths.action ?? manifest.masks.normalize.count, proprioDimension: proprioWidth,
      hasReward: manifest.usesReward(in: schema), hasDiscount: manifest.usesDiscount(in: schema),
      pictures: named.map { StoreLayout.Picture($0.name, $0.picture.form) })
  }
}

extension DatasetManifest {
  /// Whether episodes of this schema get rewards.
  func usesReward(in schema: EpisodeSchema) -> Bool { uses("steps/reward", in: schema) }

  /// Whether episodes of this schema get discounts.
  func usesDiscount(in schema: EpisodeSchema) -> Bool { uses("steps/discount", in: schema) }

  private func uses(_ usual: String, in schema: EpisodeSchema) -> Bool {
    // Optional features name the usual place unless the manifest names another.
    guard optionalFeatures.contains(FeaturePath(name: usual)) else { return true }
    return schema.feature(usual) != nil
  }
}
