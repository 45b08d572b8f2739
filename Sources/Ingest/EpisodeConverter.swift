internal import ByteIO
internal import DatasetManifest
internal import EpisodeStore
internal import ImageCodec
internal import JSON
internal import ManifestSyntax
internal import RLDS
internal import TFRecord
internal import TensorFiles

/// Makes stored episodes of records, as one manifest says, for one task.
final class EpisodeConverter {
  /// What became of a record.
  enum Outcome {
    case kept(StoredEpisode, EpisodeFacts)
    /// A filter of the manifest left it out.
    case dropped(reason: String)
  }

  private let recipe: IngestRecipe
  private let decoder = FeatureDecoder()
  private let frames: [FrameConverter]

  init(_ recipe: IngestRecipe) {
    self.recipe = recipe
    frames = recipe.pictures.map {
      FrameConverter(recipe.images, $0.content, $0.feature.leaf, check: recipe.imageCheck)
    }
  }

  /// Returns what the manifest makes of the numbers of an episode; frames are not looked at.
  func standardize(_ payload: Bytes, at place: EpisodePlace) throws -> (Episode, StandardizationOutcome) {
    let episode = try Episode(payload, at: place, schema: recipe.schema, decoder: decoder)
    do {
      return (episode, try recipe.manifest.standardize(RLDSEpisodeFeatures(episode: episode, schema: recipe.schema)))
    } catch let error as ManifestError {
      // The manifest knows its own line; the episode's place goes before it.
      throw IngestError(
        error.kind, "\(place.file): record \(place.record) at byte \(place.offset): \(error.description)")
    }
  }

  /// Converts the record `payload`, which lies in the mapped file `whole`.
  ///
  /// - Throws: `EpisodeError`, `IngestError`.
  func convert(
    _ payload: Bytes, at place: EpisodePlace, ordinal: Int, whole: Bytes
  ) throws -> Outcome {
    let (episode, outcome) = try standardize(payload, at: place)
    guard case .kept(let standard) = outcome else {
      guard case .dropped(let reason) = outcome else { return .dropped(reason: "") }
      return .dropped(reason: reason)
    }
    let flags = try StepFlags(episode, rows: standard.rows)
    var pictures: [StoredEpisode.Frames] = []
    for (index, picture) in recipe.pictures.enumerated() {
      pictures.append(
        try self.pictures(picture, frames[index], episode, rows: standard.rows, whole: whole))
    }
    let stored = StoredEpisode(
      ordinal: ordinal, stepCount: standard.rows.count, action: standard.action, proprio: standard.proprio ?? [],
      reward: standard.reward ?? [], discount: standard.discount ?? [], isFirst: flags.isFirst, isLast: flags.isLast,
      isTerminal: flags.isTerminal, instructions: standard.instructions.texts,
      instructionIndex: standard.instructions.indices, pictures: pictures)
    let metadata = try EpisodeMetadata(episode, schema: recipe.schema)
    return .kept(
      stored,
      EpisodeFacts(
        instruction: standard.instructions.texts.first.map { String(decoding: $0, as: UTF8.self) },
        metadata: metadata.json.serialized(), declaredSuccess: standard.success, rewards: standard.reward,
        endsTerminal: flags.hasTerminal ? flags.isTerminal.contains(1) : nil))
  }

  private func pictures(
    _ picture: IngestRecipe.Picture, _ converter: FrameConverter, _ episode: Episode, rows: [Int], whole: Bytes
  ) throws -> StoredEpisode.Frames {
    guard let column = try episode.column(picture.feature.path) else { return .encoded([]) }
    func failure(_ error: ImageError, _ step: Int) -> EpisodeError {
      EpisodeError(.image(error), at: episode.place, feature: picture.feature.path, step: step)
    }
    switch column.items {
    case .images(let images):
      if !converter.convertsFrames {
        var sources: [StoredEpisode.FrameSource] = []
        for row in rows {
          do { try converter.checkFrame(images[row]) } catch { throw failure(error, row) }
          if let offset = images[row].offset(in: whole) {
            sources.append(.file(episode.place.file, offset: offset, count: images[row].count))
          } else {
            sources.append(.bytes(images[row].array))
          }
        }
        return .encoded(sources)
      }
      var shape: [Int]?
      if case .pixels(_, let pixels) = picture.form { shape = pixels }
      var sources: [StoredEpisode.FrameSource] = []
      var pixels: [UInt8] = []
      for row in rows {
        do {
          let frame = try converter.convert(images[row], pixels: shape)
          if shape == nil { sources.append(.bytes(frame)) } else { pixels += frame }
        } catch { throw failure(error, row) }
      }
      return shape == nil ? .encoded(sources) : .pixels(Bytes(pixels))
    case .numbers(let tensor):
      let size = tensor.shape.dropFirst().reduce(tensor.dtype.byteCount, *)
      var pixels: [UInt8] = []
      pixels.reserveCapacity(size * rows.count)
      for row in rows { tensor.bytes[row * size..<(row + 1) * size].append(to: &pixels) }
      return .pixels(Bytes(pixels))
    case .strings, .tensors:
      throw EpisodeError(
        .unsupported("it is neither an image nor pixels"), at: episode.place, feature: picture.feature.path)
    }
  }
}
