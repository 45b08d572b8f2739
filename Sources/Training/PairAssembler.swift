internal import Actions
internal import ByteIO
internal import Checkpoints
internal import ImageCodec
internal import PairShards
internal import PolicyImages
internal import SampleShards
internal import VLA

/// Makes batches of steps of a set of pairs: texts with labels, and pixel values.
///
/// A text is the prompt and the tokens of the step's action, and end-of-sequence where that counts; what counts is
/// labelled.
struct PairAssembler: Sendable {
  private let inputs: PolicyInputs
  private let config: PolicyConfig
  private let pairs: PairSet
  private let view: String
  private let prompts: PromptCache
  private let tokens: ActionTokenizer
  private let countsEnd: Bool
  private var decoder: FrameDecoder

  /// The tokens of a step that count.
  let tokensPerStep: Int

  /// Prepares batches for a model of `config`, with the frames of `view`, or the first.
  ///
  /// - Throws: `TrainingError` where the set has no such view.
  init(_ inputs: PolicyInputs, _ config: PolicyConfig, _ pairs: PairSet, view: String?, countsEnd: Bool) throws {
    let views = pairs.index.layout.views
    guard let chosen = view.map({ name in views.first { $0.name == name } }) ?? views.first else {
      throw TrainingError(
        .usage, place: pairs.path,
        "it has no view `\(view ?? "primary")`; it has \(views.isEmpty ? "none" : views.map(\.name).joined(separator: ", "))"
      )
    }
    self.inputs = inputs
    self.config = config
    self.pairs = pairs
    self.view = chosen.name
    self.countsEnd = countsEnd
    prompts = PromptCache(inputs.tokenizer)
    tokens = try ActionTokenizer(binCount: PolicyConfig.actionBinCount, vocabularySize: config.actionVocabularySize)
    tokensPerStep = pairs.index.layout.actionDimension + (countsEnd ? 1 : 0)
    let form: SampleLayout.Form =
      switch chosen.form {
      case .encoded: .encoded
      case .pixels(let height, let width): .pixels(height: height, width: width)
      }
    decoder = FrameDecoder(form, inputs.processor.config.size)
  }

  /// The batch of `steps`.
  ///
  /// - Throws: `TrainingError` for a text that is too long or a frame that is missing or damaged, with its step.
  mutating func batch(_ steps: ArraySlice<PairStep>) throws -> TrainingBatch {
    var batch = TrainingBatch()
    batch.imageShape = inputs.processor.shape
    batch.pixels.reserveCapacity(steps.count * inputs.processor.shape.reduce(1, *))
    var texts: [[Int]] = []
    for step in steps {
      let episode = try pairs.episode(step.episode)
      let bins = try episode.actionBins(step.step..<step.step + 1)
      var text = try prompts.prompt(episode.instruction ?? "") + bins.map { tokens.id(ofBin: Int($0)) }
      if countsEnd { text.append(config.decoder.eosTokenID) }
      guard text.count <= config.maxTextLength else {
        throw failure(
          episode, step, "its text has \(text.count) tokens, the model takes \(config.maxTextLength); leave it out")
      }
      texts.append(text)
      let image: Raster<UInt8>?
      do { image = try decoder.decoded(episode.frame(view, step.step)) } catch let error as ImageError {
        throw failure(episode, step, "its frame of \(view) cannot be decoded: \(error)")
      }
      guard let image else { throw failure(episode, step, "it has no frame of \(view); leave it out") }
      batch.pixels += try inputs.processor.pixelValues(of: image)
    }
    batch.layOut(texts, supervised: tokensPerStep, padding: config.padTokenID)
    return batch
  }

  private func failure(_ episode: PairEpisode, _ step: PairStep, _ problem: String) -> TrainingError {
    let dataset = pairs.index.stores[episode.store].dataset
    return TrainingError(place: "\(pairs.path): \(dataset) episode \(episode.ordinal), step \(step.step)", problem)
  }
}
